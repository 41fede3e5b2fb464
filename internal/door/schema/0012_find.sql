-- How many clients somebody of staff looked up by number in an hour.
CREATE TABLE door_find (
	reader TEXT NOT NULL,        -- an account
	hour   INTEGER NOT NULL,     -- hours since 1970-01-01
	tries  INTEGER NOT NULL,
	PRIMARY KEY (reader, hour)
);
