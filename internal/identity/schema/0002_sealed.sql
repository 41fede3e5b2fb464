-- Names are found by a keyed hash; the name itself is sealed under its
-- account's key, as are the secrets of factors and sessions (base64). A row of
-- before has its name in blind and none in name; the program seals it at its
-- next start.
ALTER TABLE identity_account RENAME COLUMN name TO blind;
ALTER TABLE identity_account ADD COLUMN name TEXT NOT NULL DEFAULT '';
