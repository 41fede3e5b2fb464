-- Whom an agency's provider of sign-ins knows an account as: a keyed hash of
-- issuer and subject.
CREATE TABLE identity_agency (
	blind  TEXT PRIMARY KEY,
	factor INTEGER NOT NULL
);

-- What was shown first in a session of stage first: password or agency.
ALTER TABLE identity_session ADD COLUMN shown TEXT NOT NULL DEFAULT 'password';
