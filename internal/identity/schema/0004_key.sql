-- Keys by which programs of organisations ask. Two people give one; its owner
-- draws its secret. Rows are never removed.
CREATE TABLE identity_key (
	number       INTEGER PRIMARY KEY AUTOINCREMENT,
	title        TEXT NOT NULL,    -- of the program
	organisation TEXT NOT NULL,
	role         TEXT NOT NULL,
	owner        TEXT NOT NULL,    -- account that draws its secrets and sees its use
	quota        INTEGER NOT NULL, -- requests a day in Seoul
	since        INTEGER NOT NULL,
	until        INTEGER NOT NULL,
	proposer     TEXT NOT NULL,
	confirmer    TEXT NOT NULL,    -- '' = waits for a second person
	ended        INTEGER NOT NULL  -- 0 = not ended
);

CREATE INDEX identity_key_owner ON identity_key (owner);

CREATE TABLE identity_key_secret (
	hash   BLOB PRIMARY KEY,       -- SHA-256
	number INTEGER NOT NULL,       -- of the key
	made   INTEGER NOT NULL,
	until  INTEGER NOT NULL        -- of one that another took the place of: a while after
);

CREATE TABLE identity_key_use (
	number  INTEGER NOT NULL,      -- of the key
	day     INTEGER NOT NULL,      -- days since 1970-01-01, in Seoul
	asked   INTEGER NOT NULL,      -- requests that were let through
	refused INTEGER NOT NULL,      -- above the quota
	PRIMARY KEY (number, day)
);
