-- That the owner of an account is who they say, and how it was seen. What was
-- shown is kept as a salted commitment alone.
CREATE TABLE identity_proof (
	number     INTEGER PRIMARY KEY AUTOINCREMENT,
	account    TEXT NOT NULL,
	level      TEXT NOT NULL,    -- high or substantial
	method     TEXT NOT NULL,    -- desk, mobile-id, phone or overseas
	documents  TEXT NOT NULL,    -- their kinds, with a space between
	proved_by  TEXT NOT NULL,    -- account of staff; the account itself for mobile-id and phone
	simulated  INTEGER NOT NULL, -- 0 or 1
	commitment TEXT NOT NULL,    -- hex SHA-256 of salt and what was shown
	salt       TEXT NOT NULL,    -- sealed
	made       INTEGER NOT NULL,
	code       BLOB NOT NULL,    -- hash of a code on its way by mail; empty = proved
	tries      INTEGER NOT NULL, -- wrong codes
	until      INTEGER NOT NULL  -- of the code; 0 = none
);

CREATE INDEX identity_proof_account ON identity_proof (account);
