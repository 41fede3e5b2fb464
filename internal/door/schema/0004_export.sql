-- Of an export: who of staff asked for it, and who agreed to it; '' = a job that
-- gives nothing out.
ALTER TABLE door_bulk ADD COLUMN asked TEXT NOT NULL DEFAULT '';
ALTER TABLE door_bulk ADD COLUMN agreed TEXT NOT NULL DEFAULT '';
