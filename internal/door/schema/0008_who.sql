-- Who a desk said a client is: a keyed hash of name and birth date, by which a desk of the
-- same organisation is warned that the client may be there already. '' = no birth date
-- was given, or the person is erased.
ALTER TABLE door_person ADD COLUMN who TEXT NOT NULL DEFAULT '';

CREATE INDEX door_person_who ON door_person (who) WHERE who <> '';
