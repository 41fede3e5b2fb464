-- How many wrong second factors in a row came from a browser that was signed in with before.
ALTER TABLE identity_device ADD COLUMN wrong INTEGER NOT NULL DEFAULT 0;
CREATE INDEX identity_device_account ON identity_device (account);
