-- On what somebody was registered: law, consent, or '' who came by themselves. A
-- role that reaches a desk's people by law does not reach those on consent.
ALTER TABLE door_person ADD COLUMN basis TEXT NOT NULL DEFAULT '';
UPDATE door_person SET basis = COALESCE((SELECT basis FROM door_case WHERE number = (SELECT MIN(number) FROM door_case WHERE person = door_person.id)), '')
	WHERE organisation <> '';
