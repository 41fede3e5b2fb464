package identity

import (
	"net/http"

	"ieum"
	"ieum/internal/platform/web"
)

// A statisticsPage is what an analyst can use, with the keys of their programs.
type statisticsPage struct {
	Name string
	Keys []keyLine
}

func (h *handlers) statistics(w http.ResponseWriter, r *http.Request, p *Person) error {
	if _, err := web.Read[struct{}](r); err != nil {
		return err
	}
	if !p.MayAny(ieum.ReadStatistics) {
		return errDenied()
	}
	keys, err := h.ownKeys(r, p)
	if err != nil {
		return err
	}
	return h.pages.Reply(w, r, "statistics.html", statisticsPage{p.Name, keys})
}
