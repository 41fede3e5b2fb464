package jobcare

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"strings"

	"ieum/internal/platform/web"
	"ieum/internal/snapshot"
)

// downloads are the files of figures.
var downloads = map[string]struct {
	media string
	write func(io.Writer, []FigureRow) error
}{
	"figures.csv":     {"text/csv; charset=utf-8", writeCSV},
	"figures.xlsx":    {"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", writeXLSX},
	"figures.parquet": {"application/vnd.apache.parquet", writeParquet},
}

// A file is one that can be had of a report.
type file struct{ Name, Address string }

// Files are those of the figures shown.
func (p occupationPage) Files() (files []file) {
	for _, name := range []string{"csv", "xlsx", "parquet"} {
		files = append(files, file{strings.ToUpper(name), p.at(p.Exact, "/figures."+name)})
	}
	return files
}

// Map is the provinces at a glance; nil in one of them.
func (p occupationPage) Map() []tile {
	if p.Slice.Region != "" {
		return nil
	}
	return mapOf(p.Regions, p.Tightness)
}

// Other is the address of the same slice exactly, or as it is published.
func (p occupationPage) Other() string { return p.at(!p.Exact, "") }

func (p occupationPage) at(exact bool, path string) string {
	at := "/occupations/" + p.Occupation.Code
	if exact {
		at += "/exact"
	}
	if limits := p.Slice.String(); limits != "" {
		path += "?" + limits
	}
	return at + path
}

type downloadQuery struct {
	marketQuery
	File string `path:"file" enum:"figures.csv|figures.xlsx|figures.parquet" doc:"figures.csv, figures.xlsx or figures.parquet" ko:"figures.csv, figures.xlsx 또는 figures.parquet" example:"figures.csv"`
}

// download sends the figures of a report as a file.
func (h *handlers) download(w http.ResponseWriter, r *http.Request) error {
	q, err := web.Read[downloadQuery](r)
	if err != nil {
		return err
	}
	m, err := h.a.Market(q.query())
	if err != nil {
		return err
	}
	return h.send(w, q, m, "")
}

// exactFile is download of figures as they were counted.
func (h *handlers) exactFile(w http.ResponseWriter, r *http.Request, by *web.Reader) error {
	q, err := web.Read[downloadQuery](r)
	if err != nil {
		return err
	}
	m, _, err := h.a.occupation(q.query(), h.look(r, by, q.marketQuery))
	if err != nil {
		return err
	}
	return h.send(w, q, m, "exact-")
}

// send sends a file whose name says whether it may be passed on.
func (h *handlers) send(w http.ResponseWriter, q downloadQuery, m *Market, exact string) error {
	d := downloads[q.File]
	var file bytes.Buffer
	if err := d.write(&file, m.Rows()); err != nil {
		return err
	}
	w.Header().Set("Content-Type", d.media)
	w.Header().Set("Content-Disposition", fmt.Sprintf(`attachment; filename="ieum-%s-%s%s"`, q.Code, exact, q.File))
	_, err := file.WriteTo(w)
	return err
}

// exact is the report of a slice as it was counted, for staff, on record.
func (h *handlers) exact(w http.ResponseWriter, r *http.Request, by *web.Reader) error {
	q, err := web.Read[marketQuery](r)
	if err != nil {
		return err
	}
	m, work, err := h.a.occupation(q.query(), h.look(r, by, q))
	if err != nil {
		return err
	}
	return h.pages.Reply(w, r, "occupation.html", occupationPage{m, work, h.sliceChoices(m), h.charts(m, web.Lang(r)), true, true})
}

// look writes down, before anything is counted, that a reader sees a slice as it is.
func (h *handlers) look(r *http.Request, by *web.Reader, q marketQuery) func(snapshot.Meta) error {
	slice := q.Code // such as 8211/region=11
	for _, l := range q.query().fields() {
		if l[1] != "" {
			slice += "/" + l[0] + "=" + l[1]
		}
	}
	return func(of snapshot.Meta) error {
		return h.door.Figures(r.Context(), by, slice, of)
	}
}
