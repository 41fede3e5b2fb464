-- A mandate counts once a second member of staff saw the papers. Those of before
-- were decided by one, who stands here twice.
ALTER TABLE door_mandate ADD COLUMN proposer TEXT NOT NULL DEFAULT '';      -- the account of staff who saw them first; confirmer '' = it waits
ALTER TABLE door_mandate ADD COLUMN organisation TEXT NOT NULL DEFAULT '';  -- of both
UPDATE door_mandate SET proposer = confirmer;

-- What was agreed to in somebody's name ends with the mandate it was given by.
ALTER TABLE door_consent ADD COLUMN mandate TEXT NOT NULL DEFAULT '';       -- '' = by the person, or made the person's own

-- Who handed a case over, and when its counsellor looked first.
ALTER TABLE door_case ADD COLUMN giver TEXT NOT NULL DEFAULT '';            -- an account; '' = it began at a desk
ALTER TABLE door_case ADD COLUMN seen INTEGER NOT NULL DEFAULT 0;           -- 0 = not yet
UPDATE door_case SET seen = since;

-- Why an auditor found so, for whom it concerns.
ALTER TABLE door_complaint ADD COLUMN reason BLOB;                          -- sealed under the person's key; NULL = none
