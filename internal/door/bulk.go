package door

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math/bits"
	"slices"
	"strings"
	"time"

	"ieum"
	"ieum/defs"
)

// A Job is a program that reads the records of many people at once.
type Job struct {
	Name         string // such as statistics
	Organisation string // for which it works
	Snapshot     string // version of what it makes or reads, or ""

	asked, agreed ieum.AccountID // of staff, for an export or exact figures; "" otherwise
	slice         string         // of exact figures: of what
	recipient     string         // of an export: the key it is written for
	agreement     []byte         // of an export: the hash of what was agreed to, which it uses up
}

// A Bulk is what is written down of a job before it reads.
type Bulk struct {
	ID      string         `json:"id"`
	Job     string         `json:"job"`
	Purpose ieum.PurposeID `json:"purpose"`
	People  int64          `json:"people"`
	Root    string         `json:"root"` // of the tree over all people, salted; hexadecimal
	At      time.Time      `json:"at"`
	Asked   ieum.AccountID `json:"-"` // of an export or exact figures: who of staff asked for it …
	Agreed  ieum.AccountID `json:"-"` // … and who agreed to an export
	Slice   string         `json:"-"` // of exact figures: of what
}

// Title is the message with what a job is called, "" for one that has its name alone.
func (b Bulk) Title() string {
	if slices.Contains([]string{"alerts", "backup", "bench", "build", "export", "figures", "fsck", "ingest", "recommend", "serve"}, b.Job) {
		return "door.job." + b.Job
	}
	return ""
}

// A Membership shows somebody that a job read their data among others': Leaf is
// SHA-256(0 ‖ salt ‖ person), and Path leads from it to Root as RFC 6962 has it.
type Membership struct {
	Bulk
	Place int64    `json:"place"` // from 0
	Salt  string   `json:"salt"`
	Path  []string `json:"path,omitempty"` // hexadecimal, as are the others; none in a list
}

// Bulk lets a job read records of all for whom there is a basis: those who agreed
// that the organisation reads them for the purpose, everybody where it rests
// on law, or, where it rests on nothing but their own asking, those who keep a record of the first kind, by which they ask. One record for all of them is durable before the first is opened; it
// commits to who they are. Each person is told on their page. A person who stops
// or is erased meanwhile is passed over.
func (d *Door) Bulk(ctx context.Context, j Job, purpose ieum.PurposeID, each func(ieum.PersonID, Records) error, kinds ...ieum.RecordKind) (*Bulk, error) {
	p, err := d.purpose(purpose)
	if err != nil {
		return nil, err
	}
	for _, k := range kinds {
		if !p.Reads(k) {
			return nil, refused("kinds", p)
		}
	}
	people, err := d.readable(ctx, j, p, kinds, "")
	if err != nil {
		return nil, err
	}
	b, err := d.begin(ctx, j, p, kinds, people)
	if err != nil {
		return nil, err
	}
	return b, d.each(ctx, people, func(one ieum.PersonID) (bool, error) {
		still, err := d.readable(ctx, j, p, kinds, one)
		return len(still) > 0, err
	}, kinds, each)
}

// begin writes down that a job is about to read records of people, durably. An export uses
// up its agreement in that, errUsed when another did, and is apart from those before it.
func (d *Door) begin(ctx context.Context, j Job, p *defs.Purpose, kinds []ieum.RecordKind, people []ieum.PersonID) (*Bulk, error) {
	b := &Bulk{ID: newID("b"), Job: j.Name, Purpose: p.ID, People: int64(len(people)), At: d.now().Truncate(time.Second), Asked: j.asked, Agreed: j.agreed}
	members := make([]member, len(people))
	leaves := make([][]byte, len(people))
	for i, id := range people {
		members[i] = member{id, make([]byte, 16), nil}
		rand.Read(members[i].salt)
		members[i].leaf = leafOf(members[i].salt, id)
		leaves[i] = members[i].leaf
	}
	root := treeRoot(leaves)
	b.Root = hex.EncodeToString(root)
	basis := defs.BasisConsent
	switch {
	case p.On(defs.BasisLaw):
		basis = defs.BasisLaw
	case !p.On(defs.BasisConsent):
		basis = defs.BasisSelf
	}
	return b, d.store.addBulk(ctx, b, j.Organisation, root, members, bulkEntry(b, j, p, basis, kinds), func(t tx) error {
		if j.agreement == nil {
			return nil
		}
		if err := t.useAgreement(j.agreement); err != nil {
			return err
		}
		return apart(t, j, p, people)
	})
}

// bulkEntry is what the journal keeps of a job.
func bulkEntry(b *Bulk, j Job, p *defs.Purpose, basis defs.Basis, kinds []ieum.RecordKind) map[string]any {
	entry := map[string]any{"job": j.Name, "organisation": j.Organisation, "purpose": p.ID, "version": p.Version,
		"basis": basis, "snapshot": j.Snapshot, "kinds": kinds, "people": b.People, "root": b.Root, "at": b.At.Unix()}
	if j.asked != "" {
		entry["by"] = j.asked
	}
	if j.agreed != "" {
		entry["and"], entry["recipient"] = j.agreed, j.recipient
	}
	if j.slice != "" {
		entry["slice"] = j.slice
	}
	return entry
}

// each opens the records of people whose reading is written down and who may still
// be read when it comes to them.
func (d *Door) each(ctx context.Context, people []ieum.PersonID, still func(ieum.PersonID) (bool, error), kinds []ieum.RecordKind, do func(ieum.PersonID, Records) error) error {
	for _, id := range people {
		if err := ctx.Err(); err != nil {
			return err
		}
		if may, err := still(id); err != nil {
			return err
		} else if !may {
			continue
		}
		rows, err := records(ctx, d.store, id, kinds, "")
		if err != nil {
			return err
		}
		opened, err := d.open(id, rows)
		if err == nil {
			err = d.load(ctx, id, &opened, false)
		}
		if isErased(err) || len(rows) == 0 {
			continue
		}
		if err != nil {
			return err
		}
		if err := do(id, opened); err != nil {
			return err
		}
	}
	return nil
}

// readable lists those for whom a job has a basis and of whom there is something to
// read, where it is consent; with one, whether it still has one for them.
func (d *Door) readable(ctx context.Context, j Job, p *defs.Purpose, kinds []ieum.RecordKind, one ieum.PersonID) ([]ieum.PersonID, error) {
	switch {
	case p.On(defs.BasisLaw) && one != "":
		return []ieum.PersonID{one}, nil // who is erased has no records
	case p.On(defs.BasisLaw):
		return d.store.everybody(ctx)
	case slices.Equal(p.Bases, []defs.Basis{defs.BasisSelf}):
		return d.store.asked(ctx, kinds[0], one)
	}
	if !p.On(defs.BasisConsent) {
		return nil, refused("consent", p)
	}
	now := d.now().Unix()
	where, args := `purpose = ? AND version = ? AND organisation = ? AND account = '' AND `+given, []any{p.ID, p.Version, j.Organisation, now}
	where += ` AND EXISTS (SELECT 1 FROM door_record WHERE door_record.person = door_consent.person AND kind IN (?` + strings.Repeat(`, ?`, len(kinds)-1) + `))`
	for _, k := range kinds {
		args = append(args, k)
	}
	if one != "" {
		where, args = where+` AND person = ?`, append(args, one)
	}
	given, err := consents(ctx, d.store, where, args...)
	if err != nil {
		return nil, err
	}
	var people []ieum.PersonID
	seen := map[ieum.PersonID]bool{}
	for _, c := range given {
		if covers(c.Kinds, kinds) && !seen[c.Person] {
			seen[c.Person] = true
			people = append(people, c.Person)
		}
	}
	return people, nil
}

// Membership shows that a job read a person's data among others', with the path
// to the root, for which the leaves of all are read.
func (d *Door) Membership(ctx context.Context, person ieum.PersonID, job string) (*Membership, error) {
	list, err := d.store.memberships(ctx, person, job)
	if err != nil {
		return nil, err
	}
	if len(list) == 0 {
		return nil, ieum.ErrNotFound
	}
	m := list[0]
	leaves, err := d.store.leaves(ctx, m.ID)
	for _, h := range treePath(leaves, m.Place) {
		m.Path = append(m.Path, hex.EncodeToString(h))
	}
	return &m, err
}

// A member is one of those whose data a job reads.
type member struct {
	person ieum.PersonID
	salt   []byte
	leaf   []byte
}

func leafOf(salt []byte, id ieum.PersonID) []byte {
	h := sha256.New()
	h.Write([]byte{0})
	h.Write(salt)
	h.Write([]byte(id))
	return h.Sum(nil)
}

// treeRoot returns the root of a tree over the hashes of leaves (RFC 6962, 2.1).
func treeRoot(leaves [][]byte) []byte {
	switch len(leaves) {
	case 0:
		empty := sha256.Sum256(nil)
		return empty[:]
	case 1:
		return leaves[0]
	}
	k := half(len(leaves))
	return node(treeRoot(leaves[:k]), treeRoot(leaves[k:]))
}

// treePath returns the hashes that lead from a leaf to the root (RFC 6962, 2.1.1).
func treePath(leaves [][]byte, at int64) [][]byte {
	if len(leaves) < 2 {
		return nil
	}
	k := half(len(leaves))
	if at < int64(k) {
		return append(treePath(leaves[:k], at), treeRoot(leaves[k:]))
	}
	return append(treePath(leaves[k:], at-int64(k)), treeRoot(leaves[:k]))
}

// half is the largest power of two below n, which is at least 2.
func half(n int) int { return 1 << (bits.Len(uint(n-1)) - 1) }

func node(left, right []byte) []byte {
	h := sha256.New()
	fmt.Fprintf(h, "\x01%s%s", left, right)
	return h.Sum(nil)
}
