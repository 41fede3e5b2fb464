package ledger

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"ieum"
)

// client asks witnesses and reads other installations' logs. It follows a
// redirect only on the same host, as to https: who is asked is who was named.
var client = &http.Client{
	Timeout: 30 * time.Second,
	CheckRedirect: func(r *http.Request, via []*http.Request) error {
		if r.URL.Hostname() == via[0].URL.Hostname() && len(via) < 3 {
			return nil
		}
		return http.ErrUseLastResponse
	},
}

// sizeType is what a witness answers with when it has seen another size.
const sizeType = "text/x.tlog.size"

// ask sends a request to a witness.
func (w *Witnessing) ask(ctx context.Context, r request) (answer, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, w.URL+"/add-checkpoint", bytes.NewReader(r.text()))
	if err != nil {
		return answer{}, err
	}
	resp, err := client.Do(req)
	if err != nil {
		return answer{}, ieum.Errorf(ieum.ErrUnavailable, "the witness %s does not answer (%v)", w.Name, reason(err))
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxCheckpoint))
	if err != nil {
		return answer{}, ieum.Errorf(ieum.ErrUnavailable, "the witness %s broke off its answer (%v)", w.Name, err)
	}
	switch size, bad := strconv.ParseInt(strings.TrimSpace(string(body)), 10, 64); {
	case resp.StatusCode == http.StatusOK:
		return answer{cosignature: body}, nil
	case resp.StatusCode == http.StatusConflict && bad == nil && size >= 0:
		return answer{size: size}, nil
	}
	return answer{}, w.disagrees(fmt.Sprintf("%s (%d)", strings.TrimSpace(string(body)), resp.StatusCode))
}

// reason is why a request failed, without the address, which the sentence has.
func reason(err error) error {
	if u, ok := errors.AsType[*url.Error](err); ok {
		return u.Err
	}
	return err
}

// A site is the public log of an installation.
type site struct{ base string }

// maxFile is how long a public file may be, in bytes: a tile of the longest entries.
const maxFile = width * (2 + 1<<16)

// read returns a public file of the log. An absent one is of kind ErrNotFound.
func (s site) read(ctx context.Context, path string) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.base+"/"+path, nil)
	if err != nil {
		return nil, ieum.Errorf(ieum.ErrInvalid, "%q is no address of a ledger", s.base)
	}
	resp, err := client.Do(req)
	if err != nil {
		return nil, ieum.Errorf(ieum.ErrUnavailable, "%s does not answer (%v)", s.base, reason(err))
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(io.LimitReader(resp.Body, maxFile+1))
	switch {
	case err != nil || len(b) > maxFile:
		return nil, ieum.Errorf(ieum.ErrUnavailable, "%s/%s is broken off or too long", s.base, path)
	case resp.StatusCode == http.StatusNotFound:
		return nil, ieum.Errorf(ieum.ErrNotFound, "%s has no %s", s.base, path)
	case resp.StatusCode != http.StatusOK:
		return nil, ieum.Errorf(ieum.ErrUnavailable, "%s answers %d for %s", s.base, resp.StatusCode, path)
	}
	return b, nil
}
