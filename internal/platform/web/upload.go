package web

import (
	"bytes"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"

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
