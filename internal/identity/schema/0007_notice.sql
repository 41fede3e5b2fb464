-- Where somebody is told what happens to their account. Sealed.
CREATE TABLE identity_address (
	account TEXT PRIMARY KEY,
	address TEXT NOT NULL,    -- '' = none that was confirmed
	pending TEXT NOT NULL,    -- that a code was sent to; '' = none
	code    BLOB NOT NULL,    -- hash of the code
	tries   INTEGER NOT NULL, -- wrong codes
	until   INTEGER NOT NULL  -- of the code; unix seconds, as all times here
);

-- What people are to be told. A row is added by the transaction of what happened.
CREATE TABLE identity_notice (
	number  INTEGER PRIMARY KEY AUTOINCREMENT,
	account TEXT NOT NULL,
	kind    TEXT NOT NULL,
	made    INTEGER NOT NULL,
	address TEXT NOT NULL,    -- sealed: one that is no longer the account's; '' = the account's, when it is sent
	state   TEXT NOT NULL,    -- waits, sent, letter (staff is to send it), handed (they did) or shown (to its owner alone)
	due     INTEGER NOT NULL, -- not sent before; of one that is being sent, when it is taken for given up
	settled INTEGER NOT NULL  -- 0 = not
);

CREATE INDEX identity_notice_account ON identity_notice (account, number);
CREATE INDEX identity_notice_state ON identity_notice (state, due);
