-- When somebody came in by a link: an account into which one of staff let somebody gets no
-- role of staff. 0 = nobody did, or it was before this was kept.
ALTER TABLE identity_link ADD COLUMN used INTEGER NOT NULL DEFAULT 0;

-- Where notices went before the address was changed, for 30 days: those of recoveries go
-- there, too. Sealed; '' = nowhere. replaced is when that was; 0 = not.
ALTER TABLE identity_address ADD COLUMN former TEXT NOT NULL DEFAULT '';
ALTER TABLE identity_address ADD COLUMN replaced INTEGER NOT NULL DEFAULT 0;
CREATE INDEX identity_address_replaced ON identity_address (replaced);
