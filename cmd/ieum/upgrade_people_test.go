package main

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base32"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"ieum"
	"ieum/internal/door"
	"ieum/internal/identity"
	"ieum/internal/platform/journal"
)

// olderPeople is what testdata/people says of its folder.
type olderPeople struct {
	Secret     string        // of the app of made-up-officer
	Person     ieum.PersonID // the canary
	Reads      int           // access records of the canary
	Seq        string        // of one of them
	Consent    string
	Checkpoint string
	Made       int64 // unix seconds
}

// codeOf is what an app shows (RFC 6238, 30 seconds, six digits).
func codeOf(t *testing.T, secret string, at time.Time) string {
	t.Helper()
	key, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(secret)
	if err != nil {
		t.Fatal(err)
	}
	mac := hmac.New(sha1.New, key)
	binary.Write(mac, binary.BigEndian, at.Unix()/30)
	sum := mac.Sum(nil)
	from := sum[len(sum)-1] & 15
	return fmt.Sprintf("%06d", binary.BigEndian.Uint32(sum[from:from+4])&0x7fffffff%1_000_000)
}

// What a version kept of people is there with the one after it: they sign in with what
// they have, their records open with the row they are tied to, consents and access
// records are those of before with their proofs, and journal and ledger go on. Whoever
// is erased then opens in the folder no more.
func TestAnUpgradeOfPeople(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	text, err := os.ReadFile("testdata/people/values.json")
	if err != nil {
		t.Fatal(err)
	}
	var then olderPeople
	if err := json.Unmarshal(text, &then); err != nil {
		t.Fatal(err)
	}
	defs := t.TempDir()
	source, err := os.ReadFile("testdata/people/canary.yaml")
	if err != nil {
		t.Fatal(err)
	}
	writeFile(t, filepath.Join(defs, "sources", "canary.yaml"), string(source))
	begun := time.Now()
	clock := func() time.Time { return time.Unix(then.Made, 0).Add(time.Hour + time.Since(begun)) }
	var said bytes.Buffer
	e := &env{Config: Config{Data: unpacked(t, "testdata/people/data.tar.gz"), Defs: defs}, stdin: strings.NewReader(""), stdout: &said, stderr: &said, now: clock, demo: true, cost: weak}
	for _, command := range []string{"build", "fsck"} {
		if status := execute(ctx, e, []string{command}); status != 0 {
			t.Fatalf("ieum %s: exit %d: %s", command, status, &said)
		}
	}
	a, err := newApp(ctx, e)
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	w := &walk{T: t, a: a}

	const word = "한 여덟 낱말쯤 되는 가상 비밀번호"
	visit := identity.Visit{Address: "127.0.0.1:1", Agent: "made up"}
	entry, err := a.registry.SignIn(ctx, visit, "made-up-officer", word)
	w.must(err)
	half, err := a.registry.Who(ctx, entry.Cookie)
	w.must(err)
	if !entry.Second || half.SignedIn() {
		t.Error("the officer comes in by a password alone")
	}
	entry, err = a.registry.Second(ctx, visit, half, codeOf(t, then.Secret, clock()))
	w.must(err)
	if p, err := a.registry.Who(ctx, entry.Cookie); err != nil || !p.SignedIn() {
		t.Errorf("the officer does not come in by password and app: %v", err)
	}
	entry, err = a.registry.SignIn(ctx, visit, signInWord, word)
	w.must(err)
	p, err := a.registry.Who(ctx, entry.Cookie)
	w.must(err)
	self := door.Asker{ID: p.ID, Fresh: true, May: p.MayAny, Over: p.Over}

	page, err := a.door.LookedAt(ctx, then.Person, 0)
	w.must(err)
	if len(page.Lines) != then.Reads {
		t.Errorf("%d access records are there, of %d", len(page.Lines), then.Reads)
	}
	got, err := a.door.Read(ctx, self, then.Person, "own", ieum.RecordKinds...)
	w.must(err)
	kept, err := json.Marshal(got.Records)
	w.must(err)
	if found := flown(string(kept), keptWords[:11]...); len(found) != 11 || got.Access.N != int64(then.Reads+1) {
		t.Errorf("of what was kept there opens %q, with the record %d", found, got.Access.N)
	}
	given, err := a.door.Consents(ctx, then.Person)
	w.must(err)
	if len(given) == 0 || !strings.Contains(fmt.Sprint(given), then.Consent) {
		t.Errorf("the consents are %+v", given)
	}
	if sound, err := journal.Verify(ctx, a.store.db); err != nil || sound == 0 {
		t.Errorf("the journal has %d sound entries: %v", sound, err)
	}
	if v, err := a.ledger.Compare(ctx, []byte(then.Checkpoint)); err != nil || !v.Holds {
		t.Errorf("the ledger does not go on from what was seen: %v", err)
	}
	var seq int64
	fmt.Sscan(then.Seq, &seq)
	if _, err := a.door.Prove(ctx, then.Person, seq); err != nil {
		t.Errorf("an access record of before has no proof: %v", err)
	}
	w.must(a.door.Erase(ctx, self))
	if _, err := a.store.keys.Open(string(then.Person), "any", nil); !errors.Is(err, ieum.ErrErased) {
		t.Errorf("whom the version before kept is erased, and opens: %v", err)
	}
}
