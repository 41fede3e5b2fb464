-- People of whom records are kept. What identifies them is in their records
-- alone, which are sealed.
CREATE TABLE door_person (
	id           TEXT PRIMARY KEY,  -- drawn; what the journal says
	account      TEXT,              -- that the person signs in with; NULL = none
	organisation TEXT NOT NULL,     -- that registered them at its desk; '' = they came by themselves
	site         TEXT NOT NULL,
	made         INTEGER NOT NULL,  -- unix seconds, as all times here
	reads        INTEGER NOT NULL,  -- number of the newest access record
	erased       INTEGER NOT NULL   -- 0 = not; from then on this row is all there is
);

CREATE UNIQUE INDEX door_person_account ON door_person (account);

CREATE TABLE door_record (
	person  TEXT NOT NULL,
	kind    TEXT NOT NULL,          -- contact, resume, note or paper
	item    TEXT NOT NULL,          -- drawn; '' of contact and resume, of which there is one
	sealed  BLOB NOT NULL,          -- JSON under the person's key, bound to this row
	changed INTEGER NOT NULL,
	PRIMARY KEY (person, kind, item)
);

-- What somebody agreed to. Rows are removed by erasure alone.
CREATE TABLE door_consent (
	id           TEXT PRIMARY KEY,
	person       TEXT NOT NULL,
	purpose      TEXT NOT NULL,
	version      INTEGER NOT NULL,  -- of the purpose, as it was agreed to
	account      TEXT NOT NULL,     -- of who may read; '' = all whom the organisation lets
	organisation TEXT NOT NULL,
	kinds        TEXT NOT NULL,     -- of records, with a space between
	since        INTEGER NOT NULL,
	until        INTEGER NOT NULL,  -- and no longer than before this
	stopped      INTEGER NOT NULL,  -- 0 = not
	paper        TEXT NOT NULL      -- item of the signed paper; '' = given on screen
);

CREATE INDEX door_consent_person ON door_consent (person);

-- Who looks after whom.
CREATE TABLE door_case (
	number       INTEGER PRIMARY KEY AUTOINCREMENT,
	person       TEXT NOT NULL,
	counsellor   TEXT NOT NULL,     -- an account
	organisation TEXT NOT NULL,
	site         TEXT NOT NULL,
	basis        TEXT NOT NULL,     -- law or consent
	since        INTEGER NOT NULL,
	ended        INTEGER NOT NULL   -- 0 = not
);

CREATE INDEX door_case_person ON door_case (person);
CREATE INDEX door_case_counsellor ON door_case (counsellor);

-- Who acts for whom.
CREATE TABLE door_mandate (
	id        TEXT PRIMARY KEY,
	person    TEXT NOT NULL,
	holder    TEXT NOT NULL,        -- an account
	kind      TEXT NOT NULL,        -- parent, guardian or professional
	shown     TEXT NOT NULL,        -- what staff was shown
	confirmer TEXT NOT NULL,        -- the account of staff
	paper     TEXT NOT NULL,        -- item of the scan; '' = none was kept
	since     INTEGER NOT NULL,
	until     INTEGER NOT NULL,
	ended     INTEGER NOT NULL      -- 0 = not
);

CREATE INDEX door_mandate_person ON door_mandate (person);
CREATE INDEX door_mandate_holder ON door_mandate (holder);

-- Reads that an auditor is to look at, and reads that were refused. Ids only.
CREATE TABLE door_watch (
	number       INTEGER PRIMARY KEY AUTOINCREMENT,
	flag         TEXT NOT NULL,     -- many, self, colleague, nocase, odd or refused
	person       TEXT NOT NULL,
	n            INTEGER NOT NULL,  -- of the access record; 0 = refused
	reader       TEXT NOT NULL,
	role         TEXT NOT NULL,
	organisation TEXT NOT NULL,
	purpose      TEXT NOT NULL,
	at           INTEGER NOT NULL
);

CREATE INDEX door_watch_flag ON door_watch (flag, number);

-- How much somebody of staff reads in an hour.
CREATE TABLE door_reader (
	reader TEXT NOT NULL,
	hour   INTEGER NOT NULL,        -- unix seconds / 3600
	reads  INTEGER NOT NULL,
	PRIMARY KEY (reader, hour)
);

-- What people ask to have looked at.
CREATE TABLE door_complaint (
	person  TEXT NOT NULL,
	n       INTEGER NOT NULL,       -- of the access record
	seq     INTEGER NOT NULL,       -- of its entry in journal and ledger
	made    INTEGER NOT NULL,
	outcome TEXT NOT NULL,          -- open, right or wrong: whether the read was in order
	PRIMARY KEY (person, n)
);

-- Jobs that read the records of many, and of whom. A leaf is SHA-256 over the
-- salt and the person; without the salt it says nothing.
CREATE TABLE door_bulk (
	id      TEXT PRIMARY KEY,
	job     TEXT NOT NULL,
	purpose TEXT NOT NULL,
	people  INTEGER NOT NULL,
	root    BLOB NOT NULL,          -- of the Merkle tree (RFC 6962) of the leaves
	at      INTEGER NOT NULL
);

CREATE TABLE door_member (
	bulk   TEXT NOT NULL,
	place  INTEGER NOT NULL,        -- from 0, in the order of the leaves
	leaf   BLOB NOT NULL,
	person TEXT,                    -- NULL = erased
	salt   BLOB,                    -- NULL = erased
	PRIMARY KEY (bulk, place)
);

CREATE INDEX door_member_person ON door_member (person);
