-- Mails are tried in turn by account.
ALTER TABLE identity_notice ADD COLUMN turn INTEGER NOT NULL DEFAULT 0;  -- which try of all the last one was; 0 = none
CREATE INDEX identity_notice_turn ON identity_notice (turn);
CREATE INDEX identity_notice_account_turn ON identity_notice (account, turn);
