package identity

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"slices"
	"testing"

	"github.com/go-webauthn/webauthn/protocol/webauthncbor"
)

// The flags of what an authenticator says.
const (
	present  = 0x01
	verified = 0x04
	attested = 0x40
)

// An authenticator is one of software: it says what it is told to, true or not.
type authenticator struct {
	key           *ecdsa.PrivateKey
	id, handle    []byte
	origin, party string // where it was asked, and by whom
	flags         byte
	count         uint32
}

// newAuthenticator makes the authenticator of an account, at localhost:8080.
func newAuthenticator(t *testing.T, of AccountID) authenticator {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return authenticator{key: key, id: []byte(rand.Text()), handle: []byte(of), origin: "http://localhost:8080", party: "localhost", flags: present | verified}
}

func b64(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

// said is what the browser and the authenticator say of themselves.
func (a authenticator) said(t *testing.T, q Question, kind string) (client, data []byte) {
	t.Helper()
	options, err := json.Marshal(q.Options)
	if err != nil {
		t.Fatal(err)
	}
	var asked struct{ Challenge string }
	if err := json.Unmarshal(options, &asked); err != nil || asked.Challenge == "" {
		t.Fatalf("%v: %s", err, options)
	}
	client, err = json.Marshal(map[string]any{"type": "webauthn." + kind, "challenge": asked.Challenge, "origin": a.origin, "crossOrigin": false})
	if err != nil {
		t.Fatal(err)
	}
	party := sha256.Sum256([]byte(a.party))
	return client, binary.BigEndian.AppendUint32(append(party[:], a.flags), a.count)
}

// answer is the browser's answer, with what it says and what the authenticator does.
func (a authenticator) answer(t *testing.T, response map[string]string) []byte {
	t.Helper()
	text, err := json.Marshal(map[string]any{"id": b64(a.id), "rawId": b64(a.id), "type": "public-key", "response": response})
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// make answers AskNew.
func (a authenticator) make(t *testing.T, q Question) []byte {
	t.Helper()
	a.flags |= attested
	client, data := a.said(t, q, "create")
	point, err := a.key.PublicKey.Bytes() // 4, x, y
	if err != nil {
		t.Fatal(err)
	}
	public, err := webauthncbor.Marshal(map[int]any{1: 2, 3: -7, -1: 1, -2: point[1:33], -3: point[33:]})
	if err != nil {
		t.Fatal(err)
	}
	data = binary.BigEndian.AppendUint16(append(data, make([]byte, 16)...), uint16(len(a.id)))
	data = slices.Concat(data, a.id, public)
	object, err := webauthncbor.Marshal(map[string]any{"fmt": "none", "attStmt": map[string]any{}, "authData": data})
	if err != nil {
		t.Fatal(err)
	}
	return a.answer(t, map[string]string{"clientDataJSON": b64(client), "attestationObject": b64(object)})
}

// use answers AskAny.
func (a authenticator) use(t *testing.T, q Question) []byte {
	t.Helper()
	client, data := a.said(t, q, "get")
	hash := sha256.Sum256(client)
	digest := sha256.Sum256(slices.Concat(data, hash[:]))
	signature, err := ecdsa.SignASN1(rand.Reader, a.key, digest[:])
	if err != nil {
		t.Fatal(err)
	}
	return a.answer(t, map[string]string{"clientDataJSON": b64(client), "authenticatorData": b64(data), "signature": b64(signature), "userHandle": b64(a.handle)})
}

// passkey gives somebody who just signed in a passkey.
func (k *desk) passkey(p *Person, a authenticator) error {
	k.t.Helper()
	q, err := k.AskNew(context.Background(), p, "localhost:8080")
	k.must(err)
	_, err = k.SetPasskey(context.Background(), p, here.Agent, "localhost:8080", q.ID, a.make(k.t, q))
	return err
}

// byPasskey signs in with what an authenticator says.
func (k *desk) byPasskey(a authenticator) (Entry, error) {
	k.t.Helper()
	q, err := k.AskAny(context.Background(), here, "localhost:8080")
	k.must(err)
	return k.SignInByPasskey(context.Background(), here, "localhost:8080", q.ID, a.use(k.t, q))
}

// What a passkey says counts for this site, with its user seen, and as long as nobody
// has a copy of it.
func TestAPasskeyCountsForThisSiteAndItsUser(t *testing.T) {
	each(t, func(t *testing.T, k *desk) {
		oper := k.operator("oper")
		mine, other := newAuthenticator(t, oper.ID), newAuthenticator(t, oper.ID)
		changes := map[string]func(*authenticator){
			"another origin":      func(a *authenticator) { a.origin = "http://localhost.evil.example" },
			"another port":        func(a *authenticator) { a.origin = "http://localhost:8081" },
			"another site's id":   func(a *authenticator) { a.party = "evil.example" },
			"its user not seen":   func(a *authenticator) { a.flags = present },
			"nobody there":        func(a *authenticator) { a.flags = 0 },
			"nobody there, seen:": func(a *authenticator) { a.flags = verified },
		}
		for what, change := range changes {
			a := newAuthenticator(t, oper.ID)
			change(&a)
			if err := k.passkey(oper, a); err == nil {
				t.Errorf("%s: a passkey is set up", what)
			}
		}
		mine.count = 5
		k.must(k.passkey(oper, mine))
		mine.count++
		e, err := k.byPasskey(mine)
		k.must(err)
		if p := k.person(e.Cookie); p == nil || p.ID != oper.ID || len(p.Grants) == 0 {
			t.Errorf("its owner is %+v", p)
		}
		changes["a copy, which is behind"] = func(a *authenticator) { a.count = 6 }
		changes["a copy, far behind"] = func(a *authenticator) { a.count = 1 }
		changes["another key"] = func(a *authenticator) { a.key = other.key }
		changes["another's account"] = func(a *authenticator) { a.handle = []byte("anobody") }
		for what, change := range changes {
			a := mine
			a.count = 7
			change(&a)
			_, err := k.byPasskey(a)
			if err == nil {
				t.Errorf("%s signs in", what)
				continue
			}
			k.refused(err, "identity.error.passkey")
		}
		mine.count = 8
		if _, err := k.byPasskey(mine); err != nil {
			t.Errorf("after all these tries its owner is kept out: %v", err)
		}
	})
}

// Of two who show the same counter at the same moment one is let in.
func TestAPasskeyIsUsedFromOnePlaceAtOnce(t *testing.T) {
	each(t, func(t *testing.T, k *desk) {
		oper := k.operator("oper")
		k.must(k.passkey(oper, newAuthenticator(t, oper.ID)))
		_, of, err := k.owner(t.Context(), oper.Account)
		k.must(err)
		k.must(k.store.usePasskey(t.Context(), oper.ID, of[0], of[0].data, k.at))
		k.refused(k.store.usePasskey(t.Context(), oper.ID, of[0], of[0].data, k.at), "identity.error.passkey")
	})
}

// Very many who try a name from everywhere do not keep out who has a passkey.
func TestAPasskeyGetsThroughAFlood(t *testing.T) {
	each(t, func(t *testing.T, k *desk) {
		oper := k.operator("oper")
		mine := newAuthenticator(t, oper.ID)
		k.must(k.passkey(oper, mine))
		for i := range 200 {
			_, _ = k.SignIn(t.Context(), Visit{Address: fmt.Sprintf("10.%d.0.1:1", i)}, "oper", "guess")
		}
		if _, err := k.SignIn(t.Context(), here, "oper", secretWord); err == nil {
			t.Fatal("there is no flood")
		}
		if _, err := k.byPasskey(mine); err != nil {
			t.Errorf("a passkey is kept out: %v", err)
		}
	})
}
