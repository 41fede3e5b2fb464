-- A posting that an employer writes here. Words are what is being written, said is what
-- was put up last; nobody but the employer sees the first.
CREATE TABLE hiring_posting (
	id           TEXT PRIMARY KEY, -- drawn; its key in the lake
	organisation TEXT NOT NULL,
	state        TEXT NOT NULL,    -- draft, open, closed or dropped
	words        TEXT NOT NULL,    -- JSON, see Words
	revision     INTEGER NOT NULL, -- of the words, from 1
	said         TEXT NOT NULL,    -- JSON, '' = it was never put up
	edition      INTEGER NOT NULL, -- how often something public changed
	delivered    INTEGER NOT NULL, -- the edition that the lake has
	shown        INTEGER NOT NULL, -- the edition that a snapshot has
	opened       INTEGER NOT NULL, -- days since 1970-01-01; 0 = never
	closed       INTEGER NOT NULL, -- 0 = it is not
	made         INTEGER NOT NULL, -- unix seconds
	changed      INTEGER NOT NULL
);

CREATE INDEX hiring_posting_of ON hiring_posting (organisation, state, changed);
CREATE INDEX hiring_posting_waits ON hiring_posting (changed) WHERE edition > shown;
CREATE INDEX hiring_posting_closed ON hiring_posting (changed) WHERE state = 'closed';

-- What was public, and from when on.
CREATE TABLE hiring_edition (
	posting TEXT NOT NULL,
	edition INTEGER NOT NULL,
	state   TEXT NOT NULL,
	said    TEXT NOT NULL,
	at      INTEGER NOT NULL,
	PRIMARY KEY (posting, edition)
);
