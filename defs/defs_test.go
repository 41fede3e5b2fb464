package defs

import "testing"

func TestBuiltIn(t *testing.T) {
	set, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	t.Log(len(set.Codes), len(set.Kinds), len(set.Sources), len(set.Messages["ko"]))
}
