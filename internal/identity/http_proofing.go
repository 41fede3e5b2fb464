package identity

import (
	"errors"
	"html/template"
	"net/http"

	"ieum"
	"ieum/internal/platform/web"
)

// A proofPage asks for what an outside service sent to the reader.
type proofPage struct {
	ID, Way   string
	Address   template.URL // to open on the phone, or ""
	Simulated bool
	Pretended ieum.Who // in the form, where it is simulated
}

type beginProofForm struct {
	Way    string `q:"way,required" enum:"mobile-id|phone"`
	Number string `q:"number" max:"30" label:"identity.field.number"`
}

func (h *handlers) beginProof(w http.ResponseWriter, r *http.Request, p *Person) error {
	f, err := web.Read[beginProofForm](r)
	if err != nil {
		return h.back(w, r, p, err)
	}
	id, address, err := h.g.BeginProof(r.Context(), p, f.Way, f.Number)
	if err != nil {
		return h.back(w, r, p, err)
	}
	return h.pages.Reply(w, r, "proof.html", proofPage{id, f.Way, template.URL(address), h.g.simulate, ieum.Who{}})
}

type finishProofForm struct {
	ID   string `path:"id"`
	Way  string `q:"way,required" enum:"mobile-id|phone"`
	Code string `q:"code" max:"30" label:"identity.field.code"`
	whoForm
}

// A whoForm says who somebody is; of a form of the reader's own it counts where the
// service is simulated.
type whoForm struct {
	Person string `q:"person" max:"100" label:"identity.field.person"`
	Birth  string `q:"birth" max:"10" label:"identity.field.birth"`
}

func (f whoForm) who() ieum.Who { return ieum.Who{Name: f.Person, Birth: f.Birth} }

func (h *handlers) finishProof(w http.ResponseWriter, r *http.Request, p *Person) error {
	f, err := web.Read[finishProofForm](r)
	if err != nil {
		return err
	}
	err = h.g.FinishProof(r.Context(), p, f.ID, f.Code, f.who())
	if e, ok := errors.AsType[*ieum.Error](err); ok && e.Field != "" {
		return h.pages.Again(w, r, "proof.html", proofPage{f.ID, f.Way, "", h.g.simulate, f.who()}, err)
	}
	return h.back(w, r, p, err)
}

func (h *handlers) enterMailed(w http.ResponseWriter, r *http.Request, p *Person) error {
	f, err := web.Read[codeForm](r)
	if err == nil {
		err = h.g.EnterMailed(r.Context(), p, f.Code)
	}
	if errors.Is(err, ieum.ErrInvalid) {
		err = &ieum.Error{Kind: ieum.ErrInvalid, Key: "identity.error.code", Field: "/mailed", Message: err.Error()}
	}
	return h.back(w, r, p, err)
}

// prove notes what staff saw, or returns the code to send by mail.
func (h *handlers) prove(r *http.Request, p *Person, f manageForm) (*handout, error) {
	first := Shown{f.First, f.FirstNumber}
	if f.Way == "mail" {
		code, err := h.g.ProveByMail(r.Context(), p, f.Name, f.who(), first)
		return &handout{Name: Name(f.Name), Code: code}, err
	}
	return nil, h.g.Prove(r.Context(), p, f.Name, f.Way, f.who(), first, Shown{f.Second, f.SecondNumber})
}
