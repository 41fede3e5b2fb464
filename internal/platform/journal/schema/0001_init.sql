-- What has happened but has no number yet: written by who made it happen, in
-- the same transaction.
CREATE TABLE journal_new (
	id      INTEGER PRIMARY KEY AUTOINCREMENT,
	kind    TEXT NOT NULL,
	subject TEXT NOT NULL,
	data    TEXT NOT NULL
);

-- What has happened, in order. Written by the sealer only, never changed.
CREATE TABLE journal_entry (
	seq     INTEGER PRIMARY KEY, -- 1, 2, 3, … without a gap
	sealed  INTEGER NOT NULL,    -- unix seconds
	kind    TEXT NOT NULL,
	subject TEXT NOT NULL,
	data    TEXT NOT NULL,
	hash    BLOB NOT NULL        -- over the entry and the hash before it
);

-- Who may number entries. One row.
CREATE TABLE journal_sealer (
	one    INTEGER PRIMARY KEY CHECK (one = 1),
	holder TEXT NOT NULL,
	until  INTEGER NOT NULL      -- unix milliseconds; from then on another may
);

INSERT INTO journal_sealer (one, holder, until) VALUES (1, '', 0);

-- How far each follower has come.
CREATE TABLE journal_place (
	follower TEXT PRIMARY KEY,
	seq      INTEGER NOT NULL
);
