-- Whoever signs in. Nothing else about the person is kept here.
CREATE TABLE identity_account (
	id   TEXT PRIMARY KEY,     -- drawn, never derived from the name; what the journal says
	name TEXT NOT NULL UNIQUE, -- what one signs in with
	demo INTEGER NOT NULL,     -- 0 or 1: made by serve --demo
	made INTEGER NOT NULL      -- unix seconds, as all times here
);

-- Agencies, employers, holders and recipients of data, and their offices.
CREATE TABLE identity_organisation (
	id    TEXT PRIMARY KEY,    -- small letters, digits and -
	name  TEXT NOT NULL,
	kind  TEXT NOT NULL,       -- agency, employer, holder or recipient
	made  INTEGER NOT NULL
);

CREATE TABLE identity_site (
	organisation TEXT NOT NULL,
	id           TEXT NOT NULL,
	name         TEXT NOT NULL,
	made         INTEGER NOT NULL,
	PRIMARY KEY (organisation, id)
);

-- What somebody may do, for whom, until when. Rows are never removed.
CREATE TABLE identity_grant (
	number       INTEGER PRIMARY KEY AUTOINCREMENT,
	account      TEXT NOT NULL,
	role         TEXT NOT NULL,
	reach        TEXT NOT NULL,    -- as in defs/roles, or narrower
	organisation TEXT NOT NULL,    -- '' = none
	site         TEXT NOT NULL,    -- '' = none
	since        INTEGER NOT NULL, -- holds from then on, once confirmed
	until        INTEGER NOT NULL, -- and no longer than before this
	proposer     TEXT NOT NULL,    -- an account, or console
	confirmer    TEXT NOT NULL,    -- '' = waits for a second person
	ended        INTEGER NOT NULL, -- 0 = not ended
	lent         INTEGER NOT NULL  -- number of the grant it was delegated from, 0 = none
);

CREATE INDEX identity_grant_account ON identity_grant (account);

-- What somebody proves who they are with.
CREATE TABLE identity_factor (
	number  INTEGER PRIMARY KEY AUTOINCREMENT,
	account TEXT NOT NULL,
	kind    TEXT NOT NULL,     -- password, app, passkey or paper
	data    TEXT NOT NULL,     -- password: argon2id hash; app: base32 secret; passkey: JSON; paper: ''
	made    INTEGER NOT NULL,
	used    INTEGER NOT NULL,  -- 0 = never
	step    INTEGER NOT NULL   -- app: the last time step of which a code was taken
);

CREATE INDEX identity_factor_account ON identity_factor (account);

-- The codes of a printed list that are left, hashed.
CREATE TABLE identity_code (
	factor INTEGER NOT NULL,
	hash   BLOB NOT NULL,
	PRIMARY KEY (factor, hash)
);

-- Who is signed in, or on the way to it. A session that ended has no row.
CREATE TABLE identity_session (
	hash    BLOB PRIMARY KEY,  -- SHA-256 of the cookie
	id      TEXT NOT NULL UNIQUE,
	account TEXT NOT NULL,
	stage   TEXT NOT NULL,     -- first: a second factor is awaited; enrol: by a link; full
	device  TEXT NOT NULL,     -- kind of browser and system, such as firefox-android
	made    INTEGER NOT NULL,
	seen    INTEGER NOT NULL,
	until   INTEGER NOT NULL,
	factors INTEGER NOT NULL,  -- of different kinds that were shown: 0, 1 or 2
	tries   INTEGER NOT NULL,  -- wrong codes of stage first
	link    BLOB NOT NULL,     -- of stage enrol: hash of the link
	secret  TEXT NOT NULL      -- of an app not yet confirmed
);

CREATE INDEX identity_session_account ON identity_session (account);

-- Links handed to somebody so that they can set up what they sign in with.
CREATE TABLE identity_link (
	hash    BLOB PRIMARY KEY,  -- SHA-256 of the link's secret
	id      TEXT NOT NULL UNIQUE,
	account TEXT NOT NULL,
	purpose TEXT NOT NULL,     -- enrol, recover or demo
	since   INTEGER NOT NULL,  -- of a recovery: after the waiting time
	until   INTEGER NOT NULL,
	maker   TEXT NOT NULL,     -- an account, or console
	ended   INTEGER NOT NULL   -- 0 = neither used nor cancelled
);

CREATE INDEX identity_link_account ON identity_link (account);

-- A passkey's challenge that waits for its answer; taken once.
CREATE TABLE identity_challenge (
	id      TEXT PRIMARY KEY,
	account TEXT NOT NULL,     -- '' when signing in
	data    TEXT NOT NULL,
	until   INTEGER NOT NULL
);

-- Browsers somebody signed in with before: guesses made elsewhere do not slow
-- them down.
CREATE TABLE identity_device (
	hash    BLOB PRIMARY KEY,
	account TEXT NOT NULL,
	made    INTEGER NOT NULL
);
