package jobcare

import (
	"math"

	"ieum"
)

// charts are what the page of an occupation draws, as ECharts options without
// colours; the page shows the same figures as tables.
type charts struct {
	Months, Regions, Pay map[string]any
}

func chartsOf(m *Market, lang ieum.Lang, text func(key string) string) charts {
	var months, provinces []string
	var opened, adjusted, per100 []any
	for _, x := range m.Months {
		months, opened, adjusted = append(months, x.Month), append(opened, value(x.Openings, 1)), append(adjusted, value(x.Adjusted, 1))
	}
	for _, p := range m.Regions {
		if p.Tightness.Known() {
			provinces, per100 = append(provinces, p.Name.In(lang)), append(per100, value(p.Tightness, 100))
		}
	}
	c := charts{Months: bars(months, series(text("market.openings_new"), opened))}
	if adjusted[0] != nil {
		c.Months = bars(months, series(text("market.openings_new"), opened), map[string]any{"type": "line", "name": text("market.course.adjusted"), "data": adjusted})
	}
	if len(provinces) > 2 { // fewer are read at once
		c.Regions = bars(provinces, series("", per100))
	}
	if m.Offered.Median.Known() || m.Wished.Median.Known() {
		quarters := []string{text("market.pay.lowest"), text("market.pay.low"), text("market.pay.middle"), text("market.pay.high"), text("market.pay.highest")}
		c.Pay = bars(quarters, series(text("market.offered"), manwon(m.Offered)), series(text("market.wished"), manwon(m.Wished)))
	}
	return c
}

// manwon returns quantiles in 10,000 won.
func manwon(p Pay) []any {
	return []any{value(p.P10, 1e-4), value(p.P25, 1e-4), value(p.Median, 1e-4), value(p.P75, 1e-4), value(p.P90, 1e-4)}
}

// value is a figure times scale, rounded; null when withheld.
func value(f Figure, scale float64) any {
	if !f.Known() {
		return nil
	}
	return math.Round(f.Float() * scale)
}

func series(name string, data []any) map[string]any {
	return map[string]any{"type": "bar", "name": name, "data": data}
}

func bars(categories []string, series ...map[string]any) map[string]any {
	return map[string]any{
		"xAxis": map[string]any{"type": "category", "data": categories}, "yAxis": map[string]any{"type": "value"}, "series": series,
	}
}
