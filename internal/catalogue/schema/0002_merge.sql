-- What people decided on the matcher's work: two things it put together that
-- are not one. The matcher never puts them together again, on no way. Each
-- change has its journal entry (catalogue.unmerged, catalogue.rejoined).
CREATE TABLE catalogue_merge (
	kind INTEGER NOT NULL, -- a snapshot.MergeKind
	a    TEXT NOT NULL,    -- 16 hexadecimal digits, snapshot.FormatID; a < b
	b    TEXT NOT NULL,
	why  TEXT NOT NULL,    -- in the words of who decided
	at   INTEGER NOT NULL, -- unix seconds
	PRIMARY KEY (kind, a, b)
);
