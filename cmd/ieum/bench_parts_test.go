package main

import (
	"encoding/json"
	"testing"
)

func TestBenchPartsLoadsAllOfThem(t *testing.T) {
	status, out, said := invoke(t.TempDir(), "", "bench", "parts")
	var b PartsBench
	if err := json.Unmarshal([]byte(out), &b); status != 0 || err != nil {
		t.Fatalf("status %d: %s%s, %v", status, out, said, err)
	}
	if len(b.Parts) != 3 || b.HeapMB <= 0 || b.RSSMB < b.AnonMB || b.PeakMB < b.BeforeMB {
		t.Errorf("%+v", b)
	}
	for _, p := range b.Parts {
		if p.Name == "" || p.MS <= 0 {
			t.Errorf("%+v", p)
		}
	}
}
