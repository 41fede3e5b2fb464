-- The name of the data folder whose lake these tables describe; one row at
-- most. The folder holds the same in lake/INSTALLATION.
CREATE TABLE catalogue_installation (
	id TEXT PRIMARY KEY
);
