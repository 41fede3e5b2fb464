package match

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"strings"

	"ieum"
	"ieum/internal/match/offpolicy"
	"ieum/internal/platform/web"
)

// auditRoutes serve the last audit that was kept in a file.
func (h *handlers) auditRoutes(mux *web.Mux) {
	mux.Page("GET /audit", web.Nothing, h.audit)
	mux.API("GET /api/v1/audit", web.Nothing, web.Op{
		ID: "recommenderAudit", Summary: ieum.Text{KO: "추천을 실제 일어난 일에 견준 마지막 감사", EN: "The last audit of what is recommended against what people did"}, Reply: LastAudit{},
	}, h.audit)
}

// LastAudit is what programs get.
type LastAudit struct {
	Audit *Audit `json:"audit"` // null: nobody has audited here yet
}

func (h *handlers) audit(w http.ResponseWriter, r *http.Request) error {
	if _, err := web.Read[struct{}](r); err != nil {
		return err
	}
	a, err := h.m.lastAudit()
	if err != nil {
		return err
	}
	if strings.HasPrefix(r.URL.Path, "/api/") {
		return web.JSON(w, http.StatusOK, LastAudit{a})
	}
	return h.pages.Reply(w, r, "audit.html", a)
}

// lastAudit is nil when there was none.
func (m *Matcher) lastAudit() (*Audit, error) {
	text, err := os.ReadFile(m.Audits)
	if m.Audits == "" || errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	a := &Audit{}
	return a, json.Unmarshal(text, a)
}

// Is, Least and Most are a bar's figures as the page writes them; "" where there is none.
func (b Bar) Is() string    { return short(b.Value) }
func (b Bar) Least() string { return short(b.Low) }
func (b Bar) Most() string  { return short(b.High) }

func short(v *float64) string {
	if v == nil {
		return ""
	}
	return fmt.Sprintf("%.4g", *v)
}

// Estimates are an order's as the page lists them, of 100 pages.
func (o Order) Estimates() []string {
	return []string{ofHundred(o.IPS), ofHundred(o.SNIPS), ofHundred(o.DR), ofHundred(o.Gain)}
}

// AsShown is what the pages did come to, of 100.
func (o Order) AsShown() string { return ofHundred(o.Shown) }

// InTruth is "" where the truth is not known.
func (o Order) InTruth() string {
	if o.Truth == nil {
		return ""
	}
	return fmt.Sprintf("%.1f", 100**o.Truth)
}

func ofHundred(e offpolicy.Estimate) string {
	return fmt.Sprintf("%.1f (%.1f ~ %.1f)", 100*e.Value, 100*e.Low, 100*e.High)
}

// HeldTruth is how many of the Intervals of all orders hold the truth.
func (a *Audit) HeldTruth() (n int) {
	for _, o := range a.Orders {
		n += o.Held
	}
	return n
}

// Intervals is how many were held against a truth.
func (a *Audit) Intervals() (n int) {
	for _, o := range a.Orders {
		n += o.Intervals
	}
	return n
}
