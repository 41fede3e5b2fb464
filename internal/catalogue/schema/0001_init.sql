-- A delivery that was taken in. Its row, those of its files and segments and
-- the journal entry share one transaction, after the files of the lake are in
-- their place: what no row names was left by a crash and is removed.
CREATE TABLE catalogue_delivery (
	number      INTEGER PRIMARY KEY, -- from 1, without gaps
	source      TEXT NOT NULL,
	version     INTEGER NOT NULL,    -- of the source's definition
	mode        TEXT NOT NULL,       -- full or change
	at          INTEGER NOT NULL,    -- unix seconds
	seen        INTEGER NOT NULL,    -- unix seconds: when the same files came last
	first_day   INTEGER NOT NULL,    -- days since 1970-01-01, 0 = its rows speak of no day
	last_day    INTEGER NOT NULL,
	rows_read   INTEGER NOT NULL,
	kept        INTEGER NOT NULL,
	unchanged   INTEGER NOT NULL,
	quarantined INTEGER NOT NULL,
	merged      INTEGER NOT NULL,
	closed      INTEGER NOT NULL,
	warned      INTEGER NOT NULL,
	seconds     REAL NOT NULL,
	late        INTEGER NOT NULL,    -- 0 or 1
	shrunk      INTEGER NOT NULL,    -- 0 or 1
	hash        TEXT NOT NULL,       -- of the files and the version, to know them again
	details     TEXT NOT NULL        -- JSON: reasons, unread values, what was removed
);

CREATE INDEX catalogue_delivery_source ON catalogue_delivery (source, number);

CREATE TABLE catalogue_file (
	delivery INTEGER NOT NULL,
	place    INTEGER NOT NULL,       -- position among the delivery's files, from 0
	name     TEXT NOT NULL,
	bytes    INTEGER NOT NULL,
	sha256   TEXT NOT NULL,
	rows     INTEGER NOT NULL,
	PRIMARY KEY (delivery, place)
);

-- A file of the lake: lake/SOURCE/KIND/NUMBER.parquet.
CREATE TABLE catalogue_segment (
	delivery INTEGER NOT NULL,
	source   TEXT NOT NULL,
	kind     TEXT NOT NULL,
	rows     INTEGER NOT NULL,
	bytes    INTEGER NOT NULL,
	sha256   TEXT NOT NULL,
	PRIMARY KEY (delivery, kind)
);

-- Which delivery's index of keys is the present state of a source's kind:
-- lake/SOURCE/KIND/NUMBER.keys.
CREATE TABLE catalogue_state (
	source   TEXT NOT NULL,
	kind     TEXT NOT NULL,
	delivery INTEGER NOT NULL,
	rows     INTEGER NOT NULL,       -- entries, closed ones too
	closed   INTEGER NOT NULL,
	sha256   TEXT NOT NULL,
	PRIMARY KEY (source, kind)
);
