-- The one consent that a case rests on, with which it ends for good.
ALTER TABLE door_case ADD COLUMN consent TEXT NOT NULL DEFAULT '';          -- '' = law, or any consent to be counselled, as before

-- By which those who ask an office, or somebody there, to be counselled are found.
CREATE INDEX door_consent_recipient ON door_consent (account, organisation, purpose, since);
CREATE INDEX door_case_office ON door_case (organisation, ended, counsellor);
