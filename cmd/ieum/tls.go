package main

import (
	"crypto/tls"
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"sync"
	"time"

	"ieum"
	"ieum/internal/platform/durable"
)

// A certificate is read from two files, and again when they change, so that a
// renewed one is served without a restart.
type certificate struct {
	cert, key string // paths, PEM

	mu    sync.Mutex
	state [2]fileState // of what is served
	now   *tls.Certificate
}

// A fileState tells one content of a file, and who may read it, from another.
type fileState struct {
	at   time.Time
	size int64
	mode fs.FileMode
}

// loadCertificate reads both files; they must fit.
func loadCertificate(cert, key string) (*certificate, error) {
	if cert == "" || key == "" {
		return nil, usagef("TLS needs both files: --tls-cert FILE --tls-key FILE")
	}
	c := &certificate{cert: cert, key: key}
	return c, c.load()
}

// config serves what the files hold.
func (c *certificate) config() *tls.Config {
	return &tls.Config{
		MinVersion:     tls.VersionTLS12,
		GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return c.current(), nil },
	}
}

// current returns the certificate, anew when a file changed. Files that do not
// fit, as when one of two was replaced so far, are read again when the other
// changes; the one in use stays.
func (c *certificate) current() *tls.Certificate {
	c.mu.Lock()
	defer c.mu.Unlock()
	if state, err := c.stat(); err != nil || state == c.state {
		return c.now
	}
	if err := c.load(); err != nil {
		slog.Error("tls: the certificate in use stays", "err", err)
	}
	return c.now
}

func (c *certificate) stat() (state [2]fileState, err error) {
	for i, path := range []string{c.cert, c.key} {
		info, err := os.Stat(path)
		if err != nil {
			return state, err
		}
		state[i] = fileState{info.ModTime(), info.Size(), info.Mode()}
	}
	return state, nil
}

func (c *certificate) load() error {
	state, err := c.stat()
	if err == nil {
		var pair tls.Certificate
		c.state = state // before it is read: a change while it is read is seen next time
		if err := durable.Private(c.key); err != nil {
			return err
		}
		if pair, err = tls.LoadX509KeyPair(c.cert, c.key); err == nil {
			c.now = &pair
			return nil
		}
	}
	path, _ := errors.AsType[*fs.PathError](err)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return ieum.Errorf(ieum.ErrNotFound, "there is no file %s; check --tls-cert and --tls-key", path.Path)
	case path != nil:
		return durable.Fault(err)
	}
	return ieum.Errorf(ieum.ErrInvalid, "%s and %s are not a certificate and its key in PEM; check --tls-cert and --tls-key", c.cert, c.key)
}
