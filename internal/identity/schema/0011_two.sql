-- A recovery that follows one which a session of the account cancelled is made by two of
-- staff, each of whom hands over half of what it takes, and no session cancels it.
ALTER TABLE identity_link ADD COLUMN two INTEGER NOT NULL DEFAULT 0;       -- 0 or 1
ALTER TABLE identity_link ADD COLUMN confirmer TEXT NOT NULL DEFAULT '';   -- the second; '' = waits for one
ALTER TABLE identity_link ADD COLUMN code BLOB NOT NULL DEFAULT '';        -- hash of what they hand over; empty = nothing
ALTER TABLE identity_link ADD COLUMN cancelled INTEGER NOT NULL DEFAULT 0; -- when a session of the account did; 0 = none did

-- Wrong second factors after a right password since the last full sign-in.
ALTER TABLE identity_account ADD COLUMN wrong INTEGER NOT NULL DEFAULT 0;
