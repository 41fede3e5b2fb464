package hiring

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"ieum"
)

// Who could apply is counted by the bands of experience from the one asked for on, all where none is, here and in
// the whole country; a band that is not told is said to be missing; and pay is held against what
// people hope for, between the quantiles that are published.
func TestWhoCouldApply(t *testing.T) {
	each(t, func(t *testing.T, b *desk) {
		ctx := t.Context()
		b.wished = [5]int64{24_000_000, 30_000_000, 36_000_000, 42_000_000, 60_000_000}
		p := must[*Posting](t)(b.Begin(ctx, b.ours, "works", fit))
		for name, tt := range map[string]struct {
			change    func(*Words)
			ways, pay string
		}{
			"for anybody":            {func(*Words) {}, "written 130 country 1300", "32400000: 35, 49"},
			"two years":              {func(w *Words) { w.Career, w.Years = "years", "2" }, "written 110+ any 130 country 1100+", "32400000: 35, 49"},
			"seven years":            {func(w *Words) { w.Career, w.Years = "years", "7" }, "written 90 fewer 90+ any 130 country 900", "32400000: 35, 49"},
			"thirty years":           {func(w *Words) { w.Career, w.Years = "years", "30년" }, "written 50 fewer 90 any 130 country 500", "32400000: 35, 49"},
			"years of other answers": {func(w *Words) { w.Career, w.Years = "any", "30" }, "written 130 country 1300", "32400000: 35, 49"},
			"by the hour":            {func(w *Words) { w.Basis, w.Least = "hour", "9,000" }, "written 130 country 1300", "22572000: 10, 12"},
			"more than anybody":      {func(w *Words) { w.Basis, w.Least, w.Most = "year", "1", "1억"; w.Most = "100,000,000" }, "written 130 country 1300", "100000000: 90, 90"},
			"no pay":                 {func(w *Words) { w.Basis, w.Least = talk, "" }, "written 130 country 1300", ""},
		} {
			w := fit
			tt.change(&w)
			must[*Posting](t)(b.Save(ctx, b.ours, p.ID, 0, w))
			got := must[*Pool](t)(b.Pool(ctx, b.ours, p.ID))
			var ways []string
			for _, way := range got.Ways {
				ways = append(ways, fmt.Sprintf("%s %d%s", way.Key, way.N, map[bool]string{true: "+"}[way.Less]))
			}
			pay := ""
			if got.Pay != nil {
				pay = fmt.Sprintf("%d: %d, %d", got.Pay.Year, got.Pay.Share, got.Pay.More)
			}
			if text := strings.Join(ways, " "); text != tt.ways || pay != tt.pay || got.Chance != 82 || got.Region != "41" {
				t.Errorf("%s: %s; %s, want %s; %s (%+v)", name, text, pay, tt.ways, tt.pay, got)
			}
		}
		b.wished[0] = 0 // too few
		if got := must[*Pool](t)(b.Pool(ctx, b.ours, p.ID)); got.Pay != nil {
			t.Errorf("pay is held against what is not told: %+v", got.Pay)
		}
		for why, w := range map[string]Words{"place /place": {Title: "조작원"}, "work /title": {Title: "모집", Place: "서울 강남구"}} {
			must[*Posting](t)(b.Save(ctx, b.ours, p.ID, 0, w))
			_, err := b.Pool(ctx, b.ours, p.ID)
			refused(t, err, why)
		}
		if _, err := b.Pool(ctx, Asker{"a4", looksAfter("yard")}, p.ID); !errors.Is(err, ieum.ErrNotFound) {
			t.Errorf("of another firm's draft: %v", err)
		}
	})
}
