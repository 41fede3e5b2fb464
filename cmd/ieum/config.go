package main

// Config is all that can be set. Every field has a default that works.
type Config struct {
	// Data is the folder everything is kept in: the database, the lake, the
	// snapshots and the keys. Default ./data, or IEUM_DATA.
	Data string

	// Database is a PostgreSQL address (postgres://…) instead of the SQLite
	// file in Data. Default "", or IEUM_DATABASE.
	Database string

	// Defs is a folder of definitions laid over the built-in ones. Default
	// none, or IEUM_DEFS.
	Defs string

	// URL is the address people reach the service by, such as
	// https://jobs.example. Links that are handed out and passkeys are for it.
	// Default http://localhost at the port served on, or IEUM_URL.
	URL string

	// Breached is a file of passwords known from leaks, which nobody may choose:
	// SHA-1 hashes in capital hex, sorted. Default none, or IEUM_BREACHED.
	Breached string

	// Keys is the folder of the store of people's keys, which servers on other
	// machines may share. Default keys in Data, or IEUM_KEYS.
	Keys string

	// Master is where the master key of that store is: a file, or exec:PROGRAM
	// for a key management system. Default master.key in Keys, or
	// IEUM_MASTER_KEY.
	Master string

	// ACME is the directory of an authority that gives certificates by ACME
	// (RFC 8555), for the host in URL. Default none, or IEUM_ACME.
	ACME string

	// ACMETerms is the address of the terms of that authority, to say that the
	// operator agrees to them. Default none, or IEUM_ACME_TERMS.
	ACMETerms string

	// OIDC is a file that declares the provider by which an agency's people sign
	// in. Default none, or IEUM_OIDC.
	OIDC string

	// Mail is a file that says by which server notices are mailed. Default none, or
	// IEUM_MAIL; notices are then letters of staff.
	Mail string

	// Listen is the address to serve on.
	Listen string
}

// fromEnvironment returns the defaults, changed by what the environment sets.
func fromEnvironment(getenv func(string) string) Config {
	c := Config{Data: "data", Listen: "localhost:8080"}
	for _, v := range []struct {
		name string
		to   *string
	}{{"IEUM_DATA", &c.Data}, {"IEUM_DATABASE", &c.Database}, {"IEUM_DEFS", &c.Defs}, {"IEUM_URL", &c.URL}, {"IEUM_BREACHED", &c.Breached}, {"IEUM_KEYS", &c.Keys}, {"IEUM_MASTER_KEY", &c.Master}, {"IEUM_OIDC", &c.OIDC},
		{"IEUM_ACME", &c.ACME}, {"IEUM_ACME_TERMS", &c.ACMETerms}, {"IEUM_MAIL", &c.Mail}} {
		if s := getenv(v.name); s != "" {
			*v.to = s
		}
	}
	return c
}
