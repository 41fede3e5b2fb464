package match

import (
	"encoding/json"
	"errors"
	"io/fs"
	"net/http"
	"os"
	"strings"

	"ieum"
	"ieum/internal/platform/web"
)

// auditRoutes serve the last audit that was kept in a file.
func (h *handlers) auditRoutes(mux *web.Mux) {
	mux.Page("GET /audit", web.Nothing, h.audit)
	mux.API("GET /api/v1/audit", web.Nothing, web.Op{
		ID: "recommenderAudit", Summary: ieum.Text{KO: "추천을 실제 일어난 일에 견준 마지막 감사", EN: "The last audit of what is recommended against what people did"}, Reply: Audit{},
	}, h.audit)
}

func (h *handlers) audit(w http.ResponseWriter, r *http.Request) error {
	a, err := h.m.lastAudit()
	if err != nil {
		return err
	}
	if strings.HasPrefix(r.URL.Path, "/api/") {
		if a == nil {
			return &ieum.Error{Kind: ieum.ErrNotFound, Key: "audit.none", Message: "nobody has audited the recommender here yet; ieum audit recommender does"}
		}
		return web.JSON(w, http.StatusOK, a)
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
