-- Who saw that the address for notices was changed is not told of it again in that session.
ALTER TABLE identity_session ADD COLUMN told INTEGER NOT NULL DEFAULT 0;
