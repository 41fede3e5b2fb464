-- The quarantines that tell about people: their files are sealed under a key of
-- their own, which is destroyed after a while.
CREATE TABLE catalogue_sealed (
	delivery INTEGER PRIMARY KEY,
	id       TEXT NOT NULL,   -- under which it is sealed; drawn
	rows     INTEGER NOT NULL,
	ended    INTEGER NOT NULL -- 1 = the key is destroyed, and the file removed
);
