-- The days on which what people asked to be told of was looked through to its end.
CREATE TABLE door_night (
	day    INTEGER PRIMARY KEY, -- days since 1970-01-01
	bulk   TEXT NOT NULL,       -- what was written down before it read
	ended  INTEGER NOT NULL     -- unix seconds
);
