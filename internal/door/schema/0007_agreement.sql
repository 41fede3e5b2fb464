-- Agreements to exports that were not used yet.
CREATE TABLE door_agreement (
	hash   BLOB PRIMARY KEY,  -- SHA-256 over a drawn token and what was agreed to
	agreed TEXT NOT NULL,     -- an account of staff
	until  INTEGER NOT NULL   -- unix seconds
);
