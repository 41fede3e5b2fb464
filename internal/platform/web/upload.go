package web

import (
	"bytes"
	"context"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"os"
	"time"

	"ieum"
)

// maxUpload is the largest form with a scan in bytes: what a telephone makes of a page.
const maxUpload = 12 << 20

// maxDrained is how much of a form that is too large is read on, and thrown away, so
// that its sender gets to read the answer.
const maxDrained = 64 << 20

// maxHead is how much of the beginning of a form is kept, in which its texts stand.
const maxHead = 64 << 10

var errUpload = errors.New("web: the form is too large")

// mostUploads is how many forms with a scan are in memory at once. One more is while it is
// answered, which takes several times its size.
const mostUploads = 4

// A form comes in at uploadChunk bytes each uploadPause at the least.
const (
	uploadChunk = 256 << 10
	uploadPause = 5 * time.Second
)

// uploads are the forms with a scan that come in, so that whoever sends one slowly is in
// the way of nobody but themselves.
type uploads struct {
	turns
	in      chan struct{}
	working chan struct{}
	pause   time.Duration
}

func newUploads() *uploads {
	return &uploads{turns: newTurns(), in: make(chan struct{}, mostUploads), working: make(chan struct{}, 1), pause: uploadPause}
}

// answer takes a form in when it is its turn, and answers it when it is there.
func (u *uploads) answer(w http.ResponseWriter, r *http.Request, by ieum.AccountID, h Handler) error {
	ctx := r.Context()
	leave, err := u.enter(ctx, by)
	if err != nil {
		return err
	}
	defer leave()
	if err := take(ctx, u.in); err != nil {
		return err
	}
	defer func() { <-u.in }()
	form, err := u.receive(w, r)
	if err != nil {
		return err
	}
	if err := take(ctx, u.working); err != nil {
		return err
	}
	defer func() { <-u.working }()
	r.Body = &upload{ReadCloser: io.NopCloser(form), left: maxUpload}
	return h(w, r)
}

func take(ctx context.Context, slots chan struct{}) error {
	select {
	case slots <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// receive reads a form, and what it has beyond the most to no purpose. One that comes too
// slowly is refused.
func (u *uploads) receive(w http.ResponseWriter, r *http.Request) (*bytes.Buffer, error) {
	body, form, conn := r.Context().Value(requestKey{}).(*request).body, new(bytes.Buffer), http.NewResponseController(w)
	form.Grow(int(min(max(r.ContentLength, 0), maxUpload)) + uploadChunk)
	var to io.Writer = form
	for came := int64(0); came <= maxDrained; {
		if err := deadline(conn, time.Now().Add(u.pause)); err != nil {
			return nil, err
		}
		n, err := io.CopyN(to, body, uploadChunk)
		if came += n; came > maxUpload {
			to = io.Discard
		}
		switch {
		case err == io.EOF:
			return form, deadline(conn, time.Time{}) // it would end the answer
		case errors.Is(err, os.ErrDeadlineExceeded), r.Context().Err() != nil:
			return nil, &ieum.Error{Kind: ieum.ErrInvalid, Key: "error.upload_slow", Message: "the file came too slowly and was given up; send it again, or a smaller one"}
		case err != nil:
			return nil, &ieum.Error{Kind: ieum.ErrInvalid, Key: "error.form", Message: "the form cannot be read: " + err.Error()}
		}
	}
	return form, nil
}

// deadline is until when what a connection is asked for must have come.
func deadline(conn *http.ResponseController, until time.Time) error {
	if err := conn.SetReadDeadline(until); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return err
	}
	return nil
}

// An upload is the body of a form with a scan.
type upload struct {
	io.ReadCloser
	left int64
	head bytes.Buffer
}

// Read fails with errUpload beyond what a form may have.
func (u *upload) Read(p []byte) (int, error) {
	n, err := u.ReadCloser.Read(p[:min(int64(len(p)), u.left+1)])
	u.head.Write(p[:max(0, min(n, maxHead-u.head.Len()))])
	if u.left -= int64(n); u.left < 0 {
		return n, errUpload
	}
	return n, err
}

// parse reads a form. Of one that is too large it leaves the texts that stand before
// the file, and says that the file is.
func (u *upload) parse(r *http.Request) error {
	err := r.ParseMultipartForm(maxUpload)
	if !errors.Is(err, errUpload) {
		return err
	}
	if _, err := io.CopyN(io.Discard, u.ReadCloser, maxDrained); err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	_, params, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	parts := multipart.NewReader(&u.head, params["boundary"])
	r.PostForm = url.Values{}
	for {
		part, err := parts.NextPart()
		if err != nil {
			break
		}
		if part.FileName() != "" {
			r.Form = r.PostForm
			return &ieum.Error{Kind: ieum.ErrInvalid, Key: "error.param.upload", Args: map[string]any{"most": maxUpload >> 20}, Field: "/" + part.FormName(), Message: "the file is larger than 12 MB"}
		}
		if text, err := io.ReadAll(part); err == nil {
			r.PostForm.Add(part.FormName(), string(text))
		}
	}
	return &http.MaxBytesError{Limit: maxUpload}
}
