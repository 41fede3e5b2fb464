-- Who applied here for a posting of an employer's. What they wrote, and what the employer
-- answered, is sealed in the record of the application.
CREATE TABLE door_applicant (
	consent      TEXT PRIMARY KEY, -- by which the employer reads it, and with which that ends
	person       TEXT NOT NULL,
	item         TEXT NOT NULL,    -- of the application among the person's records
	organisation TEXT NOT NULL,
	posting      TEXT NOT NULL,    -- the employer's number of it
	title        TEXT NOT NULL,    -- of the posting, as it was put up
	at           INTEGER NOT NULL, -- unix seconds
	state        TEXT NOT NULL,    -- of the answer: invited, held or declined; '' = none yet
	answered     INTEGER NOT NULL  -- 0 = not yet
);

CREATE INDEX door_applicant_of ON door_applicant (organisation, posting, at);
CREATE INDEX door_applicant_who ON door_applicant (person, item);
