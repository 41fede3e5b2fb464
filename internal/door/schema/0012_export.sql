-- The organisation for which a job works. '' = it began before this was kept: such an
-- export counts as an earlier one of every organisation.
ALTER TABLE door_bulk ADD COLUMN organisation TEXT NOT NULL DEFAULT '';
