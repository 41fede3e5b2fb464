-- The key store that what is sealed in this database is sealed with.
CREATE TABLE seal_store (
	id TEXT PRIMARY KEY
);
