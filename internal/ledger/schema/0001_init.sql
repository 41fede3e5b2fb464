-- The log that this database belongs to. One row.
CREATE TABLE ledger_log (
	one INTEGER PRIMARY KEY CHECK (one = 1),
	key TEXT NOT NULL           -- the log's verifier key
);

-- What the log holds of each journal entry. Written once, before the log;
-- erasing a person empties the salt.
CREATE TABLE ledger_leaf (
	seq  INTEGER PRIMARY KEY,   -- of the journal entry = index in the log
	leaf BLOB NOT NULL,         -- commitment(salt, seq, hash of the entry)
	salt BLOB                   -- NULL once erased
);
