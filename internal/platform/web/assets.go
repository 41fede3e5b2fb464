package web

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"html/template"
	"io/fs"
	"net/http"
	"path"
	"regexp"
	"strings"
	"sync"
	"time"
)

//go:embed assets
var files embed.FS

//go:embed icons/*.svg
var icons embed.FS

// An asset is a file as it is served: under a name with its content's hash in
// it, so that it never changes and may be kept for ever.
type asset struct {
	kind      string
	data, zip []byte
}

type assetSet struct {
	paths  map[string]string // name of the file → address
	served map[string]asset  // last part of the address → what is served
}

// load names and compresses the assets once. Style sheets name fonts by file
// name, and get the served names written in.
var load = sync.OnceValue(func() assetSet {
	set := assetSet{map[string]string{}, map[string]asset{}}
	var styles []string
	err := fs.WalkDir(files, "assets", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		if path.Ext(name) == ".css" {
			styles = append(styles, name)
			return nil
		}
		b, err := files.ReadFile(name)
		set.add(name, b)
		return err
	})
	for _, name := range styles {
		b, readErr := files.ReadFile(name)
		if readErr != nil {
			err = readErr
		}
		set.add(name, set.resolve(b))
	}
	if err != nil {
		panic(err)
	}
	return set
})

var reference = regexp.MustCompile(`url\("([^":]+)"\)`)

func (set assetSet) resolve(css []byte) []byte {
	return reference.ReplaceAllFunc(css, func(m []byte) []byte {
		name := string(reference.FindSubmatch(m)[1])
		at, ok := set.paths[path.Base(name)]
		if !ok {
			panic("web: a style sheet names " + name + ", which is no asset")
		}
		return []byte(`url("` + at + `")`)
	})
}

var kinds = map[string]string{
	".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml",
	".woff2": "font/woff2", ".png": "image/png",
}

func (set assetSet) add(name string, b []byte) {
	base, ext := path.Base(name), path.Ext(name)
	kind, ok := kinds[ext]
	if !ok {
		return // a licence or a note beside the assets
	}
	hash := sha256.Sum256(b)
	served := strings.TrimSuffix(base, ext) + "." + hex.EncodeToString(hash[:6]) + ext
	set.paths[base] = "/assets/" + served
	a := asset{kind: kind, data: b}
	if ext != ".woff2" && ext != ".png" {
		var out bytes.Buffer
		z, _ := gzip.NewWriterLevel(&out, gzip.BestCompression)
		z.Write(b)
		z.Close()
		a.zip = out.Bytes()
	}
	set.served[served] = a
}

// AssetPath returns the address of an asset by its file name, such as ieum.css.
func AssetPath(name string) (string, error) {
	if p, ok := load().paths[name]; ok {
		return p, nil
	}
	return "", fmt.Errorf("web: no asset %q", name)
}

func (m *Mux) serveAsset(w http.ResponseWriter, r *http.Request) error {
	a, ok := load().served[r.PathValue("name")]
	if !ok {
		return errNoPage
	}
	h := w.Header()
	for name := range headers { // most say how a page may be used
		h.Del(name)
	}
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Content-Type", a.kind)
	h.Set("Cache-Control", "public, max-age=31536000, immutable")
	h.Set("ETag", `"`+r.PathValue("name")+`"`)
	h.Set("Vary", "Accept-Encoding")
	data := a.data
	if a.zip != nil && strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		h.Set("Content-Encoding", "gzip")
		data = a.zip
	}
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(data))
	return nil
}

// icon returns an inline SVG that takes the colour and size of the text around
// it and that screen readers pass over.
func icon(name string) (template.HTML, error) {
	b, err := icons.ReadFile("icons/" + name + ".svg")
	return template.HTML(strings.TrimSpace(string(b))), err // our own file
}
