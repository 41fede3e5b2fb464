-- Rows that sources delivered about people, tied to the person they are about.
CREATE TABLE door_link (
	id        TEXT PRIMARY KEY,  -- drawn
	person    TEXT NOT NULL,
	row       TEXT NOT NULL,     -- the id under which reads of the row are recorded, a keyed hash
	sealed    BLOB NOT NULL,     -- source and key under the person's key; empty once it ended
	tied_by   TEXT NOT NULL,     -- an account of staff; 'self' = the person
	documents TEXT NOT NULL,     -- that staff saw, with a space between
	since     INTEGER NOT NULL,
	ended     INTEGER NOT NULL   -- 0 = not; reads until then stay to be seen
);

-- A row is one person's at most.
CREATE UNIQUE INDEX door_link_row ON door_link (row) WHERE ended = 0;
CREATE INDEX door_link_person ON door_link (person);

-- How often somebody tried numbers on a day.
CREATE TABLE door_try (
	who   TEXT NOT NULL,         -- an account
	day   INTEGER NOT NULL,      -- days since 1970-01-01
	tries INTEGER NOT NULL,
	PRIMARY KEY (who, day)
);
