-- Who a desk said a client is, as proofs of identity say it: a keyed hash of the token of
-- name and birth date, with which the owner of an account is compared before it becomes
-- the client's. '' = no birth date was given, it was before, or the person is erased.
ALTER TABLE door_person ADD COLUMN token TEXT NOT NULL DEFAULT '';
