-- The hour, in hours since 1970, in which who acts for somebody last read of them by a
-- mandate; 0 = never, or before this was kept.
ALTER TABLE door_mandate ADD COLUMN looked INTEGER NOT NULL DEFAULT 0;
