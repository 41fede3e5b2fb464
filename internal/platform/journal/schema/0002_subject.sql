-- So that somebody is told what is recorded of them at once, whatever else
-- there is.
CREATE INDEX journal_entry_subject ON journal_entry (subject, kind, seq);
