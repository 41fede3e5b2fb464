-- On whose word of staff a row is a person's: who tied it, or noted the proof by which
-- the person did; '' = on nobody's, or of before.
ALTER TABLE door_link ADD COLUMN clerk TEXT NOT NULL DEFAULT '';
UPDATE door_link SET clerk = tied_by WHERE tied_by <> 'self';
CREATE INDEX door_link_clerk ON door_link (clerk, since);
