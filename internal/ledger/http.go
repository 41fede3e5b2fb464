package ledger

import (
	"embed"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"strconv"
	"strings"

	"ieum"
	"ieum/internal/platform/web"
)

//go:embed pages
var files embed.FS

// Routes serves the log's public files, the API of its proofs and its page.
func (l *Ledger) Routes(site *web.Site, mux *web.Mux) {
	h := &handlers{l, site.Pages(files)}
	mux.File("GET /ledger/checkpoint", web.Nothing, h.checkpoint)
	mux.File("GET /ledger/key", web.Nothing, h.key)
	mux.File("GET /ledger/tile/{path...}", web.Nothing, h.tile)
	mux.File("GET /ledger/proof/{index}", web.Nothing, h.proofText)
	mux.Page("GET /ledger", web.Nothing, h.page)
	mux.Page("POST /ledger", web.Nothing, h.compare)
	mux.API("GET /api/v1/ledger", web.Nothing, web.Op{
		ID: "getLedger", Summary: ieum.Text{KO: "공개 원장의 크기와 뿌리, 함께 서명한 증인", EN: "The size and root of the public ledger, and the witnesses that cosigned it"},
		Reply: Status{},
	}, h.status)
	mux.API("GET /api/v1/ledger/entries/{index}/proof", web.Nothing, web.Op{
		ID: "proveEntry", Summary: ieum.Text{KO: "원장의 항목 하나가 지금 나무에 들어 있다는 증명", EN: "The proof that an entry of the ledger is in its present tree"},
		Params: entryQuery{}, Reply: Proof{},
	}, h.proof)
	mux.API("GET /api/v1/ledger/consistency", web.Nothing, web.Op{
		ID: "proveConsistency", Summary: ieum.Text{KO: "원장이 예전 크기에서 이어졌다는 증명", EN: "The proof that the ledger goes on from an earlier size"},
		Params: changeQuery{}, Reply: Change{},
	}, h.consistency)
}

type handlers struct {
	l     *Ledger
	pages *web.Pages
}

type nothing struct{}

func (h *handlers) checkpoint(w http.ResponseWriter, r *http.Request) error {
	c, err := h.l.engine.Checkpoint()
	if err != nil {
		return err
	}
	return plain(w, c.Signed)
}

func (h *handlers) key(w http.ResponseWriter, r *http.Request) error {
	return plain(w, []byte(h.l.key+"\n"))
}

func plain(w http.ResponseWriter, b []byte) error {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, err := w.Write(b)
	return err
}

// tile serves what a public checkpoint covers, and nothing beyond it.
func (h *handlers) tile(w http.ResponseWriter, r *http.Request) error {
	missing := &ieum.Error{Kind: ieum.ErrNotFound, Key: "ledger.error.tile", Message: "the ledger has no such tile"}
	t, ok := parseTilePath("tile/" + r.PathValue("path"))
	if !ok {
		return missing
	}
	c, err := h.l.engine.Checkpoint()
	if err != nil {
		return err
	}
	if covered(c.Tree, t.L, t.N).W < t.W {
		return missing
	}
	b, err := h.l.engine.Tile(t)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/octet-stream")
	w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	_, err = w.Write(b)
	return err
}

type entryQuery struct {
	Index int64 `path:"index" min:"0" doc:"number of the entry, which is that of the journal" ko:"기록 번호. 일지의 번호와 같음" example:"0"`
}

func (h *handlers) proof(w http.ResponseWriter, r *http.Request) error {
	q, err := web.Read[entryQuery](r)
	if err != nil {
		return err
	}
	p, err := h.l.Prove(r.Context(), q.Index)
	if err != nil {
		return err
	}
	return web.JSON(w, http.StatusOK, p)
}

func (h *handlers) proofText(w http.ResponseWriter, r *http.Request) error {
	q, err := web.Read[entryQuery](r)
	if err != nil {
		return err
	}
	p, err := h.l.Prove(r.Context(), q.Index)
	if err != nil {
		return err
	}
	return plain(w, p.Text())
}

type changeQuery struct {
	From int64 `q:"from,required" min:"1" doc:"entries of the older tree" ko:"이전 나무의 기록 수" example:"1"`
	To   int64 `q:"to" min:"0" doc:"entries of the newer tree; 0 is the present one" ko:"나중 나무의 기록 수. 0은 지금 나무"`
}

func (h *handlers) consistency(w http.ResponseWriter, r *http.Request) error {
	q, err := web.Read[changeQuery](r)
	if err != nil {
		return err
	}
	c, err := h.l.Consistency(r.Context(), q.From, q.To)
	if err != nil {
		return err
	}
	return web.JSON(w, http.StatusOK, c)
}

func (h *handlers) status(w http.ResponseWriter, r *http.Request) error {
	if _, err := web.Read[nothing](r); err != nil {
		return err
	}
	s, err := h.l.Status()
	if err != nil {
		return err
	}
	return web.JSON(w, http.StatusOK, s)
}

// A shown is what ledger.html shows.
type shown struct {
	*Status           // nil before the first checkpoint
	Checkpoint string // as it was pasted
	Verdict    *Verdict
}

// Count is how many witnesses cosigned.
func (s *shown) Count() (n int) {
	for _, w := range s.Witnesses {
		if w.Cosigned != nil {
			n++
		}
	}
	return n
}

func (h *handlers) shown() (*shown, error) {
	s, err := h.l.Status()
	if err != nil && !errors.Is(err, ieum.ErrUnavailable) {
		return nil, err
	}
	return &shown{Status: s}, nil
}

func (h *handlers) page(w http.ResponseWriter, r *http.Request) error {
	s, err := h.shown()
	if err != nil {
		return err
	}
	return h.pages.Reply(w, r, "ledger.html", s)
}

type compareForm struct {
	Checkpoint string `q:"checkpoint,required" max:"10000" label:"ledger.compare.label"`
}

// compare holds a checkpoint that somebody kept against the present one.
func (h *handlers) compare(w http.ResponseWriter, r *http.Request) error {
	s, err := h.shown()
	if err != nil {
		return err
	}
	form, err := web.Read[compareForm](r)
	s.Checkpoint = form.Checkpoint
	if err != nil {
		return h.pages.Again(w, r, "ledger.html", s, err)
	}
	// A form sends lines as CRLF, and what is pasted often lacks the last.
	text := strings.TrimSpace(strings.ReplaceAll(form.Checkpoint, "\r\n", "\n")) + "\n"
	s.Verdict, err = h.l.Compare(r.Context(), []byte(text))
	if err != nil {
		return h.pages.Again(w, r, "ledger.html", s, err)
	}
	return h.pages.Reply(w, r, "ledger.html", s)
}

// ServeHTTP answers those who ask the witness to cosign, as tlog-witness has it.
func (w *Witness) ServeHTTP(out http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodPost || r.URL.Path != "/add-checkpoint" {
		http.Error(out, "this is a witness; it answers POST /add-checkpoint", http.StatusNotFound)
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(out, r.Body, 2*maxCheckpoint))
	if err != nil {
		http.Error(out, "the request is too long or broken off", http.StatusBadRequest)
		return
	}
	req, err := parseRequest(body)
	if err != nil {
		http.Error(out, err.Error(), http.StatusBadRequest)
		return
	}
	a, err := w.cosign(r.Context(), req)
	if err == nil && a.cosignature != nil {
		out.Header().Set("Content-Type", "text/plain; charset=utf-8")
		out.Write(a.cosignature)
		return
	}
	if err == nil {
		out.Header().Set("Content-Type", sizeType)
		out.WriteHeader(http.StatusConflict)
		io.WriteString(out, strconv.FormatInt(a.size, 10)+"\n")
		return
	}
	status := refusals[err]
	if status == 0 {
		slog.ErrorContext(r.Context(), "witness: cosign", "err", err)
		err, status = errors.New("the witness cannot keep what it sees"), http.StatusInternalServerError
	}
	http.Error(out, err.Error(), status)
}

var refusals = map[error]int{
	errUnknownLog: http.StatusNotFound,
	errSignature:  http.StatusForbidden,
	errProof:      http.StatusUnprocessableEntity,
	errOld:        http.StatusBadRequest,
}
