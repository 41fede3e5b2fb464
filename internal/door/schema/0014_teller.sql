-- Who complained: of the read of a row more than one may have, as who was tied to it by mistake.
CREATE TABLE door_complaint_of (
	person  TEXT NOT NULL,
	teller  TEXT NOT NULL,
	n       INTEGER NOT NULL,       -- of the access record
	seq     INTEGER NOT NULL,       -- of its entry in journal and ledger
	made    INTEGER NOT NULL,
	outcome TEXT NOT NULL,          -- open, right or wrong: whether the read was in order
	reason  BLOB,                   -- sealed under the person's key; NULL = none
	PRIMARY KEY (person, teller, n)
);
INSERT INTO door_complaint_of (person, teller, n, seq, made, outcome, reason) SELECT person, person, n, seq, made, outcome, reason FROM door_complaint;
DROP TABLE door_complaint;
ALTER TABLE door_complaint_of RENAME TO door_complaint;
