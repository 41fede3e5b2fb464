-- What staff took down of somebody who stopped something at a desk, on paper or by
-- saying so.
CREATE TABLE door_withdrawal (
	id           TEXT PRIMARY KEY,
	person       TEXT NOT NULL,
	taker        TEXT NOT NULL,     -- an account: who wrote it down
	heard        TEXT NOT NULL,     -- an account: who heard it said; '' = it was signed
	organisation TEXT NOT NULL,     -- of the desk
	paper        TEXT NOT NULL,     -- item of the scan that was signed, or of the note of what was said
	at           INTEGER NOT NULL
);

CREATE INDEX door_withdrawal_person ON door_withdrawal (person);

-- What it ended; '' = nothing of the kind did.
ALTER TABLE door_consent ADD COLUMN withdrawal TEXT NOT NULL DEFAULT '';
ALTER TABLE door_mandate ADD COLUMN withdrawal TEXT NOT NULL DEFAULT '';
