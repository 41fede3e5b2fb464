package main

import (
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"ieum"
	"ieum/defs"
	"ieum/internal/catalogue"
	"ieum/internal/catalogue/competency"
	"ieum/internal/catalogue/occupation"
	"ieum/internal/door"
	"ieum/internal/hiring"
	"ieum/internal/identity"
	"ieum/internal/jobcare"
	"ieum/internal/ledger"
	"ieum/internal/match"
	"ieum/internal/platform/db"
	"ieum/internal/platform/journal"
	"ieum/internal/platform/mail"
	"ieum/internal/platform/seal"
	"ieum/internal/platform/web"
	"ieum/internal/snapshot"
)

// This file is the one place that knows all the domains; read it top to bottom
// to see who needs whom.

// a store is what ingest and build work on: the data folder, its database and
// the keys of the people told about in both.
type store struct {
	db        *db.DB
	keys      *seal.Keys
	catalogue *catalogue.Catalogue
	coder     *occupation.Coder
	extractor *competency.Extractor
}

// database returns where the database is: a data folder or a URL.
func (e *env) database() (string, error) {
	if e.Database == "" {
		return e.Data, nil
	}
	if !db.IsURL(e.Database) {
		return "", ieum.Errorf(ieum.ErrInvalid, "IEUM_DATABASE is no PostgreSQL URL; write it as postgres://user@host:5432/name, or leave it out for the file in the data folder")
	}
	return e.Database, nil
}

func openStore(ctx context.Context, e *env, set *defs.Set) (*store, error) {
	d, err := openDatabase(ctx, e)
	if err != nil {
		return nil, err
	}
	keys, missed, err := openKeys(ctx, e, d)
	if err == nil {
		err = olderKeys(keys, missed)
	}
	if err != nil {
		d.Close()
		return nil, err
	}
	return storeOn(ctx, e, set, d, keys)
}

// openDatabase opens the database, and makes none in place of one that was lost: it would
// know of no erasure. Commands that begin no installation take only one that was begun.
func openDatabase(ctx context.Context, e *env) (*db.DB, error) {
	where, err := e.database()
	if err == nil {
		err = e.mustHoldAny()
	}
	if err == nil && e.Database == "" {
		err = e.mustNotBeLost()
	}
	if err == nil {
		err = makeData(e.Data) // also beside a PostgreSQL, so that it is known
	}
	if err != nil {
		return nil, err
	}
	d, err := db.Open(ctx, where)
	if err != nil || !e.needs {
		return d, err
	}
	begun, err := d.Begun(ctx)
	if err == nil && !begun {
		err = ieum.Errorf(ieum.ErrNotFound, "there is no database of Ieum in %s; mend --data or IEUM_DATABASE, or put back a backup of it", d.Name())
	}
	if err != nil {
		return nil, errors.Join(err, d.Close())
	}
	return d, nil
}

// migrate brings the tables of all domains up to date, and refuses a database in which
// those of any are a newer version's.
func migrate(ctx context.Context, d *db.DB) error {
	if err := d.OnlyOf(ctx, "journal", "seal", "catalogue", "ledger", "identity", "door", "hiring"); err != nil {
		return err
	}
	return errors.Join(journal.Migrate(ctx, d), seal.Migrate(ctx, d), catalogue.Migrate(ctx, d), ledger.Migrate(ctx, d), identity.Migrate(ctx, d), door.Migrate(ctx, d), hiring.Migrate(ctx, d))
}

// storeOn makes a store of a database, which it closes if it cannot. Without
// keys nothing that is sealed can be read.
func storeOn(ctx context.Context, e *env, set *defs.Set, d *db.DB, keys *seal.Keys) (*store, error) {
	coder, err := e.coder(set, "")
	extractor, faulty := e.extractor(set, "")
	if err = errors.Join(err, faulty); err == nil {
		err = migrate(ctx, d)
	}
	var c *catalogue.Catalogue
	if err == nil {
		var sealer catalogue.Sealer // nil, and no nil that is held, without keys
		if keys != nil {
			sealer = keys
		}
		c, err = catalogue.New(ctx, d, sealer, set, e.Data, e.now, coder, extractor)
	}
	if err != nil {
		d.Close()
		return nil, err
	}
	return &store{d, keys, c, coder, extractor}, nil
}

// Close gives back the database.
func (s *store) Close() error { return s.db.Close() }

// openToWrite opens the store for a command that writes to it, and keeps others
// off until done is called.
func openToWrite(ctx context.Context, e *env, set *defs.Set) (s *store, done func(), err error) {
	if err := e.mustHoldAny(); err != nil {
		return nil, nil, err
	}
	unlock, err := lockBuild(e.Data)
	if err != nil {
		return nil, nil, err
	}
	s, err = openStore(ctx, e, set)
	if err != nil {
		unlock()
		return nil, nil, err
	}
	return s, func() { s.Close(); unlock() }, nil
}

// openRegistry returns who may sign in, from the store's database.
func openRegistry(ctx context.Context, e *env, s *store, set *defs.Set) (*identity.Registry, error) {
	u, err := url.Parse(e.URL)
	if e.URL != "" && (err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" || strings.Trim(u.Path, "/") != "" || u.RawQuery != "") {
		return nil, ieum.Errorf(ieum.ErrInvalid, "IEUM_URL is no address of a site; write it as https://jobs.example")
	}
	if e.Breached != "" {
		if _, err := os.Stat(e.Breached); err != nil {
			return nil, ieum.Errorf(ieum.ErrNotFound, "there is no file %s, which IEUM_BREACHED names as the list of breached passwords", e.Breached)
		}
	}
	var agency *defs.Provider
	if e.OIDC != "" {
		if agency, err = defs.ReadProvider(e.OIDC); err != nil {
			return nil, err
		}
	}
	var post identity.Mail
	if e.Mail != "" {
		if post, err = mail.Read(e.Mail); err != nil {
			return nil, err
		}
	}
	g, err := identity.New(ctx, s.db, set, e.now, identity.Options{Mail: post, Keys: s.keys, URL: e.URL, Breached: e.Breached, Cost: e.cost, Derive: e.derive, Demo: e.demo, Agency: agency, Simulate: e.demo, Known: s.catalogue.Who})
	if err != nil {
		return nil, err
	}
	return g, g.Replay(ctx, s.keys.Erased())
}

// keyStore returns the folder of the key store and its master key.
func (e *env) keyStore() (dir string, m seal.Master) {
	dir, master := e.Keys, e.Master
	if dir == "" {
		dir = filepath.Join(e.Data, "keys")
	}
	if master == "" {
		master = filepath.Join(dir, "master.key")
	}
	return dir, seal.NewMaster(master)
}

// parts are what the domains derive from a snapshot.
func parts(set *defs.Set, now func() time.Time) []snapshot.Part {
	return []snapshot.Part{jobcare.Part(), jobcare.RoadmapPart(set), match.Part(set, now)}
}

// a market is what answers from the current snapshot; it needs no database.
type market struct {
	set     *defs.Set
	live    *snapshot.Live
	reader  *catalogue.Reader
	matcher *match.Matcher
	adviser *jobcare.Adviser
}

func openMarket(e *env) (*market, error) {
	if err := e.mustHold("", "."); err != nil {
		return nil, err
	}
	set, err := e.definitions()
	if err != nil {
		return nil, err
	}
	coder, err := e.coder(set, "")
	if err != nil {
		return nil, err
	}
	extractor, err := e.extractor(set, "")
	if err != nil {
		return nil, err
	}
	return marketOf(e, set, coder, extractor)
}

func marketOf(e *env, set *defs.Set, coder *occupation.Coder, extractor *competency.Extractor) (*market, error) {
	m := &market{set: set, live: snapshot.NewLive(e.Data, parts(set, e.now)...)}
	if _, err := m.live.Refresh(); err != nil {
		return nil, err
	}
	m.reader = catalogue.NewReader(set, coder, extractor, e.now)
	m.matcher = match.New(m.live, set, m.reader, e.now)
	m.matcher.Audits = auditFile(e.Data)
	m.adviser = jobcare.New(m.live, set, m.reader, m.matcher, e.now)
	return m, nil
}

// simulated says whether what is served holds rows that were made up.
func (m *market) simulated() bool {
	s, release, err := m.live.Acquire()
	if err != nil {
		return false
	}
	defer release()
	return s.Meta.Simulated
}

// Close gives up the snapshot.
func (m *market) Close() { m.live.Close() }

// An app is the whole platform, serving.
type app struct {
	*market
	store    *store
	registry *identity.Registry
	ledger   *ledger.Ledger
	door     *door.Door
	board    *hiring.Board
	sealer   *journal.Sealer
	handler  http.Handler
	now      func() time.Time
	data     string
	courier  courier
	erased   int // how many people had been when it was opened
}

func newApp(ctx context.Context, e *env) (*app, error) {
	set, err := e.definitions()
	if err != nil {
		return nil, err
	}
	s, err := openStore(ctx, e, set)
	if err != nil {
		return nil, err
	}
	if err := s.hide(ctx, set, e.now()); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	m, err := marketOf(e, set, s.coder, s.extractor)
	if err != nil {
		return nil, errors.Join(err, s.Close())
	}
	registry, err := openRegistry(ctx, e, s, m.set)
	if err != nil {
		s.Close()
		m.Close()
		return nil, err
	}
	l, err := ledger.New(ctx, s.db, e.Data, e.now)
	if err != nil {
		m.Close()
		s.Close()
		return nil, err
	}
	site := web.NewSite(m.set, e.now, m.simulated)
	board, err := openBoard(ctx, e, m, s, registry, site)
	var d *door.Door
	if err == nil {
		d, err = openDoor(ctx, e, m, s, registry, l, board)
	}
	if err != nil {
		m.Close()
		s.Close()
		return nil, errors.Join(err, l.Close())
	}
	here := e.putUpHere(board)
	m.matcher.Here = func(ctx context.Context, source ieum.SourceID, key string) bool { return here(ctx, source, key) != "" }
	count := newMetrics()
	site.Observe = count.observe
	site.Secure = strings.HasPrefix(e.URL, "https:")
	mux := web.NewMux(site)
	homeRoutes(site, mux, m.live, m.matcher.Open)
	m.matcher.Routes(site, mux)
	m.adviser.Routes(site, mux, clients{d})
	s.catalogue.Routes(site, mux, imported{d})
	registry.Routes(site, mux)
	l.Routes(site, mux)
	d.Routes(site, mux)
	board.Routes(site, mux)
	sealer := &journal.Sealer{DB: s.db, Holder: rand.Text(), Now: e.now}
	a := &app{m, s, registry, l, d, board, sealer, mux, e.now, e.Data, courier{e, e.employers()}, len(s.keys.Erased())}
	a.healthRoutes(mux)
	count.routes(mux, a)
	return a, nil
}

// hide hides who was erased and is not hidden yet: nothing is shown before, and nothing is
// read where nobody was. The file that says who is hidden may be gone, damaged or an older one.
func (s *store) hide(ctx context.Context, set *defs.Set, now time.Time) error {
	behind, err := s.catalogue.Behind(ctx)
	if err != nil || !behind {
		return err
	}
	slog.InfoContext(ctx, "catalogue: looking for who was erased in all deliveries")
	if err := noteKeys(ctx, s, set, now); err != nil {
		return err
	}
	return s.catalogue.Hide(ctx)
}

// noteKeys writes down that the keys of all rows about people are read.
func noteKeys(ctx context.Context, s *store, set *defs.Set, now time.Time) error {
	people, sum, err := s.catalogue.People(ctx)
	if err != nil || people == 0 {
		return err
	}
	_, err = door.NoteJob(ctx, s.db, set, now, door.Job{Name: "serve"}, safekeeping, door.Crowd{People: people, Sum: sum})
	return err
}

// Close gives back what the app holds.
func (a *app) Close() {
	a.market.Close()
	if err := a.ledger.Close(); err != nil {
		slog.Error("ledger: close", "err", err)
	}
	if err := a.store.Close(); err != nil {
		slog.Error("database: close", "err", err)
	}
}
