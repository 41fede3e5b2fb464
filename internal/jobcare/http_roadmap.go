package jobcare

import (
	"encoding/json"
	"net/http"

	"ieum"
	"ieum/defs"
	"ieum/internal/platform/web"
)

// roadmaps serves the ways from one occupation to another.
func (h *handlers) roadmaps(mux *web.Mux) {
	mux.Page("GET /roadmap", web.Nothing, h.roadmapAbout)
	mux.Page("POST /roadmap", web.Sent, h.roadmap)
	mux.API("POST /api/v1/roadmaps", web.Sent, web.Op{
		ID: "planRoadmap", Summary: ieum.Text{KO: "한 직업에서 다른 직업으로 가는 길. 아무것도 저장하지 않습니다", EN: "The ways from one occupation to another; nothing is stored"},
		Body: roadmapBody{}, Reply: Roadmap{},
		Example: roadmapBody{Resume: ieum.Resume{Careers: []ieum.Career{{Title: "프레스 조작원", Months: 100, Text: "금형을 갈고 프레스를 돌렸습니다"}}},
			Goal: Goal{Occupation: "8221", Months: 36, Region: "11"}},
	}, h.roadmapAPI)
}

type roadmapForm struct {
	Resume string `q:"resume,required" max:"400000"`
	Client string `q:"client" max:"64"`
	Goal   string `q:"goal" max:"4" label:"roadmap.goal"`
	Region string `q:"region" max:"10" label:"roadmap.region"`
	Months int    `q:"months" min:"0" max:"600" label:"roadmap.months"`
	Cost   *int64 `q:"cost" min:"0" max:"1000000" label:"roadmap.cost"` // in ten thousand won
}

func (f roadmapForm) goal() Goal {
	g := Goal{Occupation: f.Goal, Months: f.Months, Region: f.Region}
	if f.Cost != nil {
		won := *f.Cost * man
		g.Cost = &won
	}
	return g
}

// roadmapPage is a roadmap with the choices of another; the résumé travels in
// it, nowhere else. Without a roadmap it says what one is.
type roadmapPage struct {
	*Roadmap
	Resume    string
	Client    string
	Groups    []Group
	Provinces []*defs.Code
}

// MonthChoices and CostChoices are the limits that the page offers, in months and
// in ten thousand won.
func (roadmapPage) MonthChoices() []int  { return []int{6, 12, 24, 36, 60, 120} }
func (roadmapPage) CostChoices() []int64 { return []int64{0, 50, 100, 300, 500, 1000} }

// Won is a cost in ten thousand won.
func (roadmapPage) Won(ten int64) int64 { return ten * man }

// Number is the number of a way from its place.
func (roadmapPage) Number(i int) int { return i + 1 }

// Costs reports whether a limit of the cost is what a choice says.
func (p roadmapPage) Costs(ten int64) bool {
	return p.Limits.Cost != nil && *p.Limits.Cost == ten*man
}

// Via are the occupations between where a way begins and ends.
func (w Way) Via() (out []Named) {
	for _, s := range w.Steps[:len(w.Steps)-1] {
		out = append(out, s.To)
	}
	return out
}

// More reports whether people in the state where a move leads state more pay.
func (w Worth) More() bool { return *w.Difference > 0 }

// Month is the difference a month, without its sign, rounded to 10,000 won.
func (w Worth) Month() int64 {
	d := float64(max(*w.Difference, -*w.Difference))
	return Figure{Value: &d}.Month()
}

// roadmapAbout is the page without a résumé, as a browser asks for it that goes back.
func (h *handlers) roadmapAbout(w http.ResponseWriter, r *http.Request) error {
	if _, err := web.Read[struct{}](r); err != nil {
		return err
	}
	return h.pages.Reply(w, r, "roadmap.html", roadmapPage{})
}

func (h *handlers) roadmap(w http.ResponseWriter, r *http.Request) error {
	f, err := web.Read[roadmapForm](r)
	if err != nil {
		return err
	}
	resume, err := h.a.reader.ReadText([]byte(f.Resume))
	if err != nil {
		return err
	}
	m, err := h.a.Roadmap(r.Context(), resume, f.goal())
	if err != nil {
		return err
	}
	list, err := h.a.Occupations("")
	if err != nil {
		return err
	}
	text, err := json.Marshal(resume)
	if err != nil {
		return err
	}
	w.Header().Set("Cache-Control", "no-store")
	return h.pages.Reply(w, r, "roadmap.html", roadmapPage{m, string(text), f.Client, list.Groups, h.a.provinces()})
}

type roadmapBody struct {
	Resume ieum.Resume `json:"resume"`
	Goal
}

func (h *handlers) roadmapAPI(w http.ResponseWriter, r *http.Request) error {
	b, err := web.ReadJSON[roadmapBody](r)
	if err != nil {
		return err
	}
	m, err := h.a.Roadmap(r.Context(), b.Resume, b.Goal)
	if err != nil {
		return err
	}
	return h.pages.Reply(w, r, "roadmap.html", m)
}
