-- Rows of which the journal says that they were erased: of each once, whoever comes
-- upon it.
CREATE TABLE catalogue_forgotten (
	id TEXT PRIMARY KEY -- of whom the row was about, as in the journal: a keyed hash
);
