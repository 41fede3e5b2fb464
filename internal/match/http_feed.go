package match

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/xml"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"ieum"
	"ieum/defs"
	"ieum/internal/platform/web"
)

// A feed tells whoever subscribes to a search of new postings, without an account and without
// anything being kept of them: Atom (RFC 4287), which readers, mail programs and browsers fetch.
type feed struct {
	XMLName xml.Name    `xml:"http://www.w3.org/2005/Atom feed"`
	Lang    string      `xml:"xml:lang,attr"`
	ID      string      `xml:"id"`
	Title   string      `xml:"title"`
	Note    string      `xml:"subtitle"`
	Updated string      `xml:"updated"`
	Author  string      `xml:"author>name"`
	Links   []feedLink  `xml:"link"`
	Entries []feedEntry `xml:"entry"`
}

type feedLink struct {
	Rel  string `xml:"rel,attr"`
	Type string `xml:"type,attr,omitempty"`
	Href string `xml:"href,attr"`
}

type feedEntry struct {
	ID      string   `xml:"id"`
	Title   string   `xml:"title"`
	Updated string   `xml:"updated"`
	Link    feedLink `xml:"link"`
	Summary string   `xml:"summary"`
}

// feedLength is how many postings a feed has, the newest.
const feedLength = 50

// feedQuery is a search without the parts that a feed decides.
type feedQuery struct {
	Q          string   `q:"q" max:"300"`
	Region     []string `q:"region"`
	Occupation []string `q:"occupation"`
	Employment []string `q:"employment"`
	Education  []string `q:"education"`
	Career     []string `q:"career" enum:"entry|0-3|3-5|5-10|10-|unstated"`
	Pay        []string `q:"pay" enum:"0-2500|2500-3000|3000-4000|4000-5000|5000-7000|7000-|unstated"`
}

func (q feedQuery) query() searchQuery {
	return searchQuery{Q: q.Q, Region: q.Region, Occupation: q.Occupation, Employment: q.Employment, Education: q.Education, Career: q.Career, Pay: q.Pay, Sort: "newest", Limit: feedLength}
}

// feed answers with the newest postings of a search that are open: 304 when they are those
// that the reader has.
func (h *handlers) feed(w http.ResponseWriter, r *http.Request) error {
	given, err := web.Read[feedQuery](r)
	if err != nil {
		return err
	}
	q := given.query()
	found, err := h.m.Search(r.Context(), q.search())
	if err != nil {
		return err
	}
	text, err := h.feedOf(r, q, found)
	if err != nil {
		return err
	}
	sum := sha256.Sum256(text)
	tag := `"` + hex.EncodeToString(sum[:12]) + `"`
	w.Header().Set("ETag", tag)
	w.Header().Set("Cache-Control", "no-cache")
	if tags := strings.Split(r.Header.Get("If-None-Match"), ","); slices.ContainsFunc(tags, func(t string) bool { return strings.TrimPrefix(strings.TrimSpace(t), "W/") == tag }) {
		w.WriteHeader(http.StatusNotModified)
		return nil
	}
	w.Header().Set("Content-Type", "application/atom+xml; charset=utf-8")
	_, err = w.Write(text)
	return err
}

func (h *handlers) feedOf(r *http.Request, q searchQuery, found *Found) ([]byte, error) {
	lang, base := web.Lang(r), "http://"+r.Host
	if h.site.Secure || r.TLS != nil {
		base = "https://" + r.Host
	}
	values := q.values()
	values.Del("sort")
	search, own := "/jobs", "/jobs.atom"
	if len(values) > 0 {
		search, own = search+"?"+values.Encode(), own+"?"+values.Encode()
	}
	f := feed{Lang: string(lang), ID: base + own, Title: h.site.Text(lang, "jobs.feed.title", map[string]any{"what": nameOf(h.site, h.m.set, lang, values)}), Note: h.site.Text(lang, "jobs.feed.note", nil),
		Author: h.site.Text(lang, "layout.name", nil), Updated: instant(found.Day), Links: []feedLink{{"self", "application/atom+xml", base + own}, {"alternate", "text/html", base + search}}}
	newest := ieum.Day(0)
	for _, p := range found.Items {
		about := []string{p.Company, pathOf(h.m.set, p.Region).In(lang)}
		if p.Deadline != 0 {
			about = append(about, h.site.Text(lang, "jobs.until", map[string]any{"day": web.Date(lang, p.Deadline)}))
		}
		if p.Simulated {
			about = append(about, h.site.Text(lang, "job.simulated", nil))
		}
		about = slices.DeleteFunc(about, func(s string) bool { return s == "" })
		f.Entries = append(f.Entries, feedEntry{ID: "urn:ieum:posting:" + p.ID, Title: clean(p.Title), Updated: instant(p.Opened), Link: feedLink{"alternate", "text/html", base + "/jobs/" + p.ID}, Summary: clean(strings.Join(about, " · "))})
		newest = max(newest, p.Opened)
	}
	if newest > 0 {
		f.Updated = instant(newest)
	}
	var out bytes.Buffer
	out.WriteString(xml.Header)
	err := xml.NewEncoder(&out).Encode(f)
	return out.Bytes(), err
}

// nameOf is what a search is called: its words and the names of its filters.
func nameOf(site *web.Site, set *defs.Set, lang ieum.Lang, values url.Values) string {
	lists := map[string]string{"region": "regions", "occupation": "keco2025", "employment": "employment", "education": "education"}
	var parts []string
	for _, name := range append([]string{"q"}, filterNames[:]...) {
		for _, v := range values[name] {
			switch l := set.Codes[lists[name]]; {
			case v == none:
				v = site.Text(lang, "jobs.unstated", nil)
			case name == "career" || name == "pay":
				v = site.Text(lang, "jobs.band."+name+"."+v, nil)
			case l != nil:
				if _, ok := l.Find(v); ok {
					v = site.Name(lang, lists[name], v)
				}
			}
			parts = append(parts, clean(v))
		}
	}
	return strings.Join(parts, ", ")
}

// instant is the beginning of a day in Seoul as Atom writes it. What has no day keeps one that
// never changes, so that nobody is told of it again.
func instant(d ieum.Day) string { return max(d, 1).String() + "T00:00:00+09:00" }

// clean leaves out what XML cannot hold.
func clean(text string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' && r != '\t' && r != '\n' || r == 0xFFFE || r == 0xFFFF {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(text, "\uFFFD"))
}

// Follow reads a search as its address has it, without order and page: the same parameters in
// one order, what it is called, and the newest of what it finds.
func (m *Matcher) Follow(site *web.Site, parameters string) (canonical string, name ieum.Text, newest Search, err error) {
	given, err := web.Read[followQuery](&http.Request{Method: http.MethodGet, URL: &url.URL{RawQuery: parameters}})
	if err != nil {
		return "", name, newest, err
	}
	q := given.query()
	values := q.values()
	values.Del("sort")
	name = ieum.Text{KO: nameOf(site, m.set, "ko", values), EN: nameOf(site, m.set, "en", values)}
	return values.Encode(), name, q.search(), nil
}

// A followQuery is any search: how it was looked at is not followed.
type followQuery struct {
	feedQuery
	Sort   string `q:"sort"`
	Limit  string `q:"limit"`
	Cursor string `q:"cursor"`
}
