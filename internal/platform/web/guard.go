package web

import (
	"compress/gzip"
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"regexp"
	"runtime/debug"
	"strings"
	"sync"
	"time"

	"ieum"
)

// maxBody is the largest request body in bytes. What visitors and programs
// send is a résumé or a form; deliveries come by the command line.
const maxBody = 2 << 20

// requestTime is how long a request may take, so that one that waits for a
// database that does not answer ends.
const requestTime = time.Minute

// secureOnly is sent over TLS: for a year, browsers ask this name over nothing
// else (RFC 6797, which forbids to say so over plain HTTP).
const secureOnly = "max-age=31536000"

// headers are sent with every reply. The policy lets a page load only what
// this server serves, and nothing written inline.
var headers = map[string]string{
	"Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; " +
		"connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
	"X-Content-Type-Options":       "nosniff",
	"Referrer-Policy":              "same-origin",
	"Cross-Origin-Opener-Policy":   "same-origin",
	"Cross-Origin-Resource-Policy": "same-origin",
	"Permissions-Policy":           "camera=(), geolocation=(), microphone=()",
	"Cache-Control":                "private, no-cache",
	"Vary":                         "Accept-Encoding, Accept-Language, Cookie",
}

// guard wraps the routes in what every request goes through, outermost first:
// a number, a line in the log, headers, compression, a net for panics, a limit
// for the body, protection against forged forms, and the display settings.
func (m *Mux) guard() http.Handler {
	protection := http.NewCrossOriginProtection()
	protection.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		m.site.fail(w, m.site.settle(w, r), &ieum.Error{Kind: ieum.ErrDenied, Key: "error.cross_origin", Message: "the form was sent from another site"})
	}))
	inner := protection.Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r = m.site.settle(w, r)
		if !strings.HasPrefix(r.URL.Path, "/assets/") {
			if err := m.site.know(r); err != nil {
				m.site.fail(w, r, err)
				return
			}
		}
		m.route(w, r)
	}))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		began := m.site.now()
		id := make([]byte, 8)
		rand.Read(id)
		ctx, cancel := context.WithTimeout(r.Context(), requestTime)
		defer cancel()
		r = r.WithContext(context.WithValue(ctx, requestKey{}, &request{id: hex.EncodeToString(id)}))
		if r.TLS != nil || m.site.Secure {
			w.Header().Set("Strict-Transport-Security", secureOnly)
		}
		for name, value := range headers {
			w.Header().Set(name, value)
		}
		w.Header().Set("X-Request-Id", requestID(r))
		out := &reply{ResponseWriter: w, zip: strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") && r.Method != http.MethodHead}
		defer func() {
			if err := out.close(); err != nil && r.Context().Err() == nil {
				m.site.Log.WarnContext(r.Context(), "web: reply not finished", "request", requestID(r), "err", err)
			}
			m.log(r, out, began)
		}()
		defer m.rescue(out, r)
		defer debug.SetPanicOnFault(debug.SetPanicOnFault(true)) // a mapped file cut short under us ends this request, not the program
		r.Context().Value(requestKey{}).(*request).body = r.Body
		r.Body = http.MaxBytesReader(out, r.Body, maxBody)
		inner.ServeHTTP(out, r)
	})
}

// log tells of a request, and writes a line: its pattern rather than its address, and nothing
// of who sent it, so that the log holds no personal data.
func (m *Mux) log(r *http.Request, out *reply, began time.Time) {
	q := r.Context().Value(requestKey{}).(*request)
	took := m.site.now().Sub(began)
	m.site.Observe(q.pattern, out.status, took)
	m.site.Log.InfoContext(r.Context(), "web: request", "request", q.id, "method", r.Method, "pattern", q.pattern,
		"status", out.status, "bytes", out.bytes, "ms", took.Milliseconds())
}

// rescue turns a panic into an error page.
func (m *Mux) rescue(out *reply, r *http.Request) {
	v := recover()
	if v == nil {
		return
	}
	if v == http.ErrAbortHandler || started(out) {
		panic(http.ErrAbortHandler)
	}
	m.site.fail(out, r, fmt.Errorf("panic: %v\n%s", v, debug.Stack()))
}

// know notes who asks, as it is now.
func (s *Site) know(r *http.Request) error {
	if s.Reader == nil {
		return nil
	}
	by, err := s.Reader(r)
	if err != nil && !errors.Is(err, ieum.ErrUnavailable) {
		return err
	}
	q := r.Context().Value(requestKey{}).(*request)
	q.reader, q.unknown = by, err // what is for everybody goes on
	return nil
}

// route finds the handler, and answers in our own words when there is none.
func (m *Mux) route(w http.ResponseWriter, r *http.Request) {
	h, pattern := m.mux.Handler(r)
	if pattern != "" {
		r.Context().Value(requestKey{}).(*request).pattern = pattern
		m.mux.ServeHTTP(w, r)
		return
	}
	miss := &missed{header: http.Header{}}
	h.ServeHTTP(miss, r)
	if miss.status == http.StatusMethodNotAllowed {
		w.Header().Set("Allow", miss.header.Get("Allow"))
		m.site.fail(w, r, errMethod)
		return
	}
	m.site.fail(w, r, errNoPage)
}

// missed keeps what http.ServeMux says about a request it has no handler for.
type missed struct {
	header http.Header
	status int
}

func (m *missed) Header() http.Header         { return m.header }
func (m *missed) Write(b []byte) (int, error) { return len(b), nil }
func (m *missed) WriteHeader(status int)      { m.status = status }

type requestKey struct{}

type request struct {
	id, pattern string
	reader      *Reader
	unknown     error         // why it cannot be said who asks; nil when it can
	body        io.ReadCloser // without the limit that most routes have
}

// requestID returns the number of a request, as its log lines have it.
func requestID(r *http.Request) string {
	if q, ok := r.Context().Value(requestKey{}).(*request); ok {
		return q.id
	}
	return ""
}

// Loopback lets only requests from this machine through to h: the connection
// must come from a loopback address, under a loopback name (a page elsewhere
// could otherwise point its own name at this machine), and through no proxy
// (whose clients would all seem to be here). What forwarding headers claim is
// never believed.
func Loopback(h Handler) Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		if !local(r) {
			return &ieum.Error{Kind: ieum.ErrDenied, Key: "error.loopback", Message: "this page is served only to the machine the service runs on"}
		}
		return h(w, r)
	}
}

// Operators lets signed-in operators through to h, and requests from this
// machine as Loopback does.
func Operators(h Handler) Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		if !operator(r) {
			return &ieum.Error{Kind: ieum.ErrDenied, Key: "error.operators", Message: "this page is for operators who signed in, and for the machine the service runs on"}
		}
		return h(w, r)
	}
}

// operator says whether Operators would let a request through.
func operator(r *http.Request) bool { return Allowed(r, ieum.Operate) || local(r) }

// fromClients are the headers that browsers, curl and Prometheus send by themselves. By
// any other somebody may speak for somebody else: no list has the names of all proxies.
var fromClients = regexp.MustCompile(`^(Accept|Accept-.*|Authorization|Cache-Control|Connection|Content-(Length|Type)|Cookie|Dnt|Expect|If-.*|Keep-Alive|Origin|Pragma|Priority|Range|Referer|Save-Data|Sec-.*|Te|Upgrade-Insecure-Requests|User-Agent|X-Prometheus-.*)$`)

// local says whether a request comes from this machine.
func local(r *http.Request) bool {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		host = r.RemoteAddr
	}
	name, _, err := net.SplitHostPort(r.Host)
	if err != nil {
		name = strings.Trim(r.Host, "[]")
	}
	for name := range r.Header { // be it empty: a proxy may add its own line after its client's
		if !fromClients.MatchString(name) {
			return false
		}
	}
	if !r.ProtoAtLeast(1, 1) {
		return false // nginx, told nothing else, asks in HTTP/1.0 for the name localhost and says nothing of its client
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback() && (name == "localhost" || net.ParseIP(name).IsLoopback())
}

// reply is the ResponseWriter of every request: it counts, and compresses texts.
type reply struct {
	http.ResponseWriter
	zip    bool // the client takes gzip
	gz     *gzip.Writer
	status int
	bytes  int64 // before compression
}

var zippers = sync.Pool{New: func() any { return gzip.NewWriter(nil) }}

func (w *reply) WriteHeader(status int) {
	if w.status != 0 || status < 200 {
		w.ResponseWriter.WriteHeader(status)
		return
	}
	w.status = status
	h := w.Header()
	kind, _, _ := strings.Cut(h.Get("Content-Type"), ";")
	text := strings.HasPrefix(kind, "text/") || strings.HasSuffix(kind, "json")
	if w.zip && text && h.Get("Content-Encoding") == "" && status != http.StatusNoContent && status != http.StatusNotModified {
		h.Set("Content-Encoding", "gzip")
		h.Del("Content-Length")
		w.gz = zippers.Get().(*gzip.Writer)
		w.gz.Reset(w.ResponseWriter)
	}
	w.ResponseWriter.WriteHeader(status)
}

func (w *reply) Write(b []byte) (int, error) {
	if w.status == 0 {
		if w.Header().Get("Content-Type") == "" {
			w.Header().Set("Content-Type", http.DetectContentType(b))
		}
		w.WriteHeader(http.StatusOK)
	}
	w.bytes += int64(len(b))
	if w.gz != nil {
		return w.gz.Write(b)
	}
	return w.ResponseWriter.Write(b)
}

// Flush sends what was written so far, for replies that come bit by bit.
func (w *reply) Flush() {
	if w.gz != nil {
		w.gz.Flush()
	}
	if f, ok := w.ResponseWriter.(http.Flusher); ok {
		f.Flush()
	}
}

// Unwrap serves http.ResponseController.
func (w *reply) Unwrap() http.ResponseWriter { return w.ResponseWriter }

func (w *reply) close() error {
	if w.gz == nil {
		return nil
	}
	err := w.gz.Close()
	zippers.Put(w.gz)
	w.gz = nil
	return err
}

func started(w http.ResponseWriter) bool {
	out, ok := w.(*reply)
	return ok && out.status != 0
}
