-- Who complained: of the read of a row more than one may have, as who was tied to it by mistake.
CREATE TABLE door_complaint_of (
	person  TEXT NOT NULL,
	teller  TEXT NOT NULL,
	n       INTEGER NOT NULL,       -- of the access record
	seq     INTEGER NOT NULL,       -- of its entry in journal and ledger
	made    INTEGER NOT NULL,
	outcome TEXT NOT NULL,          -- open, right or wrong: whether the read was in order
	reason  BLOB,                   -- sealed under the teller's key; NULL = none
	PRIMARY KEY (person, teller, n)
);
-- Of a row's read it was who had been tied to the row, where that was one alone.
INSERT INTO door_complaint_of (person, teller, n, seq, made, outcome, reason)
	SELECT person, COALESCE((SELECT MIN(l.person) FROM door_link l WHERE l.row = door_complaint.person AND l.since <= door_complaint.made HAVING COUNT(DISTINCT l.person) = 1), person),
		n, seq, made, outcome, reason FROM door_complaint;
-- What was said of it is sealed under the row's key, which outlives who complained.
UPDATE door_complaint_of SET reason = NULL WHERE teller <> person;
DROP TABLE door_complaint;
ALTER TABLE door_complaint_of RENAME TO door_complaint;
