-- When a browser was last signed in with; below 0 = when it was forgotten; 0 = forgotten
-- before that was kept.
CREATE INDEX identity_device_made ON identity_device (made);
