-- Of a look at exact figures: of what. '' = of another job, or of before this was kept: the
-- journal has it.
ALTER TABLE door_bulk ADD COLUMN slice TEXT NOT NULL DEFAULT '';
-- An auditor pages through the jobs.
CREATE INDEX door_bulk_at ON door_bulk (at);
