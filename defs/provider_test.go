package defs_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"ieum/defs"
)

const provider = `issuer: https://login.example
client: ieum
secret: oidc.secret
title:
  ko: 가상 기관
  en: Made-up agency
two_factors:
  claim: amr
  values: [mfa]
`

func TestAProviderIsReadStrictly(t *testing.T) {
	path := filepath.Join(t.TempDir(), "oidc.yaml")
	for _, tt := range []struct{ old, new, want string }{
		{"", "", ""},
		{"https://login.example", "http://localhost:9000", ""},
		{"two_factors:\n  claim: amr\n  values: [mfa]\n", "", ""},
		{"https://login.example", "http://login.example", "issuer is an address"},
		{"https://login.example", "https://user:word@login.example", "issuer is an address"},
		{"client: ieum\n", "", "client is the id"},
		{"secret: oidc.secret\n", "", "secret names the file"},
		{"claim: amr", "claim: email", "claim is acr or amr"},
		{"  values: [mfa]\n", "", "the values of it that count"},
		{"client: ieum", "client: ieum\nscopes: all", "scopes is no field"},
		{"  ko: 가상 기관\n", "", "title"},
	} {
		if err := os.WriteFile(path, []byte(strings.Replace(provider, tt.old, tt.new, 1)), 0o600); err != nil {
			t.Fatal(err)
		}
		p, err := defs.ReadProvider(path)
		if tt.want == "" && (err != nil || p.Secret != filepath.Join(filepath.Dir(path), "oidc.secret")) {
			t.Errorf("%q: %v", tt.new, err)
		}
		if tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)) {
			t.Errorf("%q instead of %q: %v", tt.new, tt.old, err)
		}
	}
	if _, err := defs.ReadProvider(path + "x"); err == nil || !strings.Contains(err.Error(), "IEUM_OIDC") {
		t.Errorf("no file: %v", err)
	}
}
