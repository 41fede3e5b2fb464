package door

import (
	"net/http"
	"net/url"

	"ieum"
	"ieum/internal/platform/web"
)

// apiRoutes serves to programs what the pages show, to somebody who is signed in.
func (h *handlers) apiRoutes(mux *web.Mux) {
	op := func(id, ko, en string) web.Op { return web.Op{ID: id, Summary: ieum.Text{KO: ko, EN: en}} }
	with := func(o web.Op, params, body, example, reply any) web.Op {
		o.Params, o.Body, o.Example, o.Reply = params, body, example, reply
		return o
	}
	mux.API("GET /api/v1/my/records", web.Records, with(op("getMyRecords", "내 정보. 로그인한 사람만. 스캔한 서류는 하나씩 link에서 받음", "One's own records; signed in. Scans of papers are listed, and each is a file at its link"), forForm{}, nil, nil, Records{}), h.signed(h.records))
	mux.API("PUT /api/v1/my/contact", web.Records, with(op("keepMyContact", "내 연락처 저장", "Keep who one is and how to be reached"), nil, Contact{}, Contact{Name: "김가상"}, Done{}), h.signed(h.putContact))
	mux.API("PUT /api/v1/my/resume", web.Records, with(op("keepMyResume", "내 이력 저장", "Keep one's résumé"), nil, ieum.Resume{}, ieum.Resume{Headline: "프레스 조작원"}, Done{}), h.signed(h.putResume))
	mux.API("GET /api/v1/my/consents", web.Records, with(op("listMyConsents", "내가 한 동의", "What one agreed to"), forForm{}, nil, nil, []Consent{}), h.signed(h.listConsents))
	mux.API("POST /api/v1/my/consents", web.Records, with(op("giveConsent", "동의하기", "Agree that somebody reads records"), nil, wishBody{},
		wishBody{Purpose: "counselling", Recipient: "center"}, Consent{}), h.signed(h.postConsent))
	mux.API("GET /api/v1/my/consents/{id}", web.Records, with(op("getReceipt", "동의 확인서", "The receipt of a consent"), receiptForm{}, nil, nil, Receipt{}), h.signed(h.getReceipt))
	mux.API("DELETE /api/v1/my/consents/{id}", web.Records, with(op("stopConsent", "동의 그만두기", "Stop a consent"), receiptForm{}, nil, nil, Done{}), h.signed(h.deleteConsent))
	mux.API("GET /api/v1/my/access", web.Records, with(op("listAccess", "내 정보를 본 기록", "Who looked at one's records"), accessForm{}, nil, nil, Accesses{}), h.signed(h.getAccess))
	mux.API("GET /api/v1/my/access/{seq}/proof", web.Records, with(op("proveAccess", "기록 하나가 원장에 있다는 증명", "The proof that a record is in the ledger"), entryForm{}, nil, nil, Proof{}), h.signed(h.getProof))
	mux.API("GET /api/v1/my/jobs/{id}/proof", web.Records, with(op("proveJob", "작업 하나가 내 정보를 다루었다는 증명", "The proof that a job read one's data among others'"), receiptForm{}, nil, nil, Membership{}), h.signed(h.getMembership))
	mux.API("POST /api/v1/my/access/{seq}/complaint", web.Records, with(op("complain", "기록 하나를 감사자에게 알리기", "Ask the auditor to look at a record"), entryForm{}, nil, nil, Done{}), h.signed(h.postComplaint))
}

// Done says that something was done.
type Done struct {
	Done bool `json:"done"`
}

func done(w http.ResponseWriter, err error) error {
	if err != nil {
		return err
	}
	return web.JSON(w, http.StatusOK, Done{true})
}

func (h *handlers) records(w http.ResponseWriter, r *http.Request, by Asker) error {
	f, err := web.Read[forForm](r)
	if err != nil {
		return err
	}
	id, err := h.of(r, by, f.For)
	if err != nil {
		return err
	}
	got, err := h.d.Read(r.Context(), by, id, "own", ieum.ContactRecord, ieum.ResumeRecord, ieum.NoteRecord, ieum.SearchRecord, ieum.AlertRecord, ieum.ImportedRecord)
	if err != nil {
		return err
	}
	have, err := h.d.store.have(r.Context(), id)
	if err != nil {
		return err
	}
	for _, k := range have {
		if k.Kind == ieum.PaperRecord {
			got.Papers = append(got.Papers, PaperLink{k.Item, k.Changed, paperPath(k.Item, f.For)})
		}
	}
	return web.JSON(w, http.StatusOK, got.Records)
}

// paperPath is where a paper is that somebody, or who acts for them, gets by itself.
func paperPath(item, person string) string {
	at := url.URL{Path: "/my/papers/" + item}
	if person != "" {
		at.RawQuery = url.Values{"for": {person}}.Encode()
	}
	return at.String()
}

func (h *handlers) putContact(w http.ResponseWriter, r *http.Request, by Asker) error {
	c, err := web.ReadJSON[Contact](r)
	if err != nil {
		return err
	}
	id, err := h.keeper(r, by, "")
	if err != nil {
		return err
	}
	return done(w, h.d.KeepContact(r.Context(), by, id, c))
}

func (h *handlers) putResume(w http.ResponseWriter, r *http.Request, by Asker) error {
	of, err := web.ReadJSON[ieum.Resume](r)
	if err != nil {
		return err
	}
	id, err := h.keeper(r, by, "")
	if err != nil {
		return err
	}
	return done(w, h.d.KeepResume(r.Context(), by, id, of))
}

func (h *handlers) listConsents(w http.ResponseWriter, r *http.Request, by Asker) error {
	f, err := web.Read[forForm](r)
	if err != nil {
		return err
	}
	id, err := h.whom(r, by, f.For)
	if err != nil {
		return err
	}
	all, err := h.d.Consents(r.Context(), id)
	if err != nil {
		return err
	}
	return web.JSON(w, http.StatusOK, all)
}

type wishBody struct {
	Purpose   ieum.PurposeID    `json:"purpose"`
	Recipient string            `json:"recipient"`
	Kinds     []ieum.RecordKind `json:"kinds,omitempty"` // none = all that the purpose may read
	Until     ieum.Day          `json:"until,omitzero"`  // the last day
}

func (h *handlers) postConsent(w http.ResponseWriter, r *http.Request, by Asker) error {
	b, err := web.ReadJSON[wishBody](r)
	if err != nil {
		return err
	}
	id, err := h.keeper(r, by, "")
	if err != nil {
		return err
	}
	c, err := h.d.Give(r.Context(), by, id, Wish(b))
	if err != nil {
		return err
	}
	return web.JSON(w, http.StatusOK, c)
}

func (h *handlers) getReceipt(w http.ResponseWriter, r *http.Request, by Asker) error {
	receipt, err := h.receiptOf(r, by)
	if err != nil {
		return err
	}
	return web.JSON(w, http.StatusOK, receipt)
}

func (h *handlers) deleteConsent(w http.ResponseWriter, r *http.Request, by Asker) error {
	f, err := web.Read[receiptForm](r)
	if err != nil {
		return err
	}
	id, err := h.of(r, by, f.For)
	if err != nil {
		return err
	}
	return done(w, h.d.Stop(r.Context(), by, id, f.ID))
}

func (h *handlers) getAccess(w http.ResponseWriter, r *http.Request, by Asker) error {
	f, err := web.Read[accessForm](r)
	if err != nil {
		return err
	}
	id, err := h.whom(r, by, f.For)
	if err != nil {
		return err
	}
	a, err := h.d.LookedAt(r.Context(), id, f.Before)
	if err != nil {
		return err
	}
	return web.JSON(w, http.StatusOK, a)
}

func (h *handlers) getProof(w http.ResponseWriter, r *http.Request, by Asker) error {
	p, err := h.proofOf(r, by)
	if err != nil {
		return err
	}
	return web.JSON(w, http.StatusOK, p)
}

func (h *handlers) getMembership(w http.ResponseWriter, r *http.Request, by Asker) error {
	m, err := h.membershipOf(r, by)
	if err != nil {
		return err
	}
	return web.JSON(w, http.StatusOK, m)
}

func (h *handlers) postComplaint(w http.ResponseWriter, r *http.Request, by Asker) error {
	f, err := web.Read[entryForm](r)
	if err != nil {
		return err
	}
	id, err := h.of(r, by, f.For)
	if err != nil {
		return err
	}
	return done(w, h.d.Complain(r.Context(), by, id, f.Seq))
}
