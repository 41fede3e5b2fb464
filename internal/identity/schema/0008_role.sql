-- Which role a notice tells of. '' = none, as in notices of before.
ALTER TABLE identity_notice ADD COLUMN role TEXT NOT NULL DEFAULT '';
