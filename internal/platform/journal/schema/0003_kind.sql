-- So that whom a kind of entry is about is found whatever else there is.
CREATE INDEX journal_entry_kind ON journal_entry (kind, subject);
