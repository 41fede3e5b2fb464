-- By which token rows about the owner are known: a keyed hash of name and date of
-- birth, sealed. '' = none, as in proofs of before.
ALTER TABLE identity_proof ADD COLUMN who TEXT NOT NULL DEFAULT '';
