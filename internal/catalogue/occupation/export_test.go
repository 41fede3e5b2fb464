package occupation

import "slices"

// Heard returns the likeliest unit group of a title that the encoder is asked of, how likely it is before and
// after calibration; ok is false for a title that the encoder is not asked of.
func (c *Coder) Heard(title string) (code string, p float64, ok bool) {
	d := newDesk(c.model)
	words, head := d.clean(title)
	input, ok := d.logits(words, "")
	if !ok || len(words) <= 3 || hasHangul(words) {
		return "", 0, false
	}
	d.m.calibration[input].apply(d.score)
	if d.consult(words, head, d.m.calibration[input].trust) {
		return "", 0, false
	}
	worth := d.m.abroad.weigh(title, d.m.abroad.gather(d.score))
	if worth == nil {
		return "", 0, false
	}
	softmax(worth, claimed.temperature)
	top := slices.Index(worth, slices.Max(worth))
	u := slices.Index(d.m.abroad.of, int16(top))
	return d.m.units[u].code2025, float64(worth[top]), true
}

// Claim is what a title without Hangul claims of a group of probability p.
func Claim(p float64) float64 { return float64(claimed.claim(float32(p))) }

// Fit returns how Claim would be were it fitted to these.
func Fit(p []float64, right []bool) func(p float64) float64 {
	c := calibration{temperature: 1}
	c.slope, c.offset = regress(p, right)
	return func(p float64) float64 { return float64(c.claim(float32(p))) }
}
