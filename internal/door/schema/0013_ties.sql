-- How many rows of a day were tied on somebody's word is counted beside what they tried:
-- the links themselves go with whom they tie.
ALTER TABLE door_try ADD COLUMN ties INTEGER NOT NULL DEFAULT 0;
DROP INDEX door_link_clerk;
ALTER TABLE door_link DROP COLUMN clerk;
