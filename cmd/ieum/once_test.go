package main

import (
	"crypto/sha256"
	"fmt"
	"io/fs"
	"os"
	"runtime/debug"
	"sync"

	"ieum/defs"
	"ieum/internal/catalogue/competency"
)

// once lets this process load equal definitions once, and make one extractor of them.
// The processes that tests start do as the program does.
func once() {
	const most = 8 // some tests have definitions of their own
	var mu sync.Mutex
	sets, extractors := map[string]*defs.Set{}, map[*defs.Set]*competency.Extractor{}
	loadDefinitions = func(overlays ...fs.FS) (*defs.Set, error) {
		mu.Lock()
		defer mu.Unlock()
		key := contents(overlays)
		if set := sets[key]; set != nil {
			return set, nil
		}
		set, err := defs.Load(overlays...)
		if err == nil {
			if len(sets) == most {
				clear(sets)
				clear(extractors)
			}
			sets[key] = set
		}
		return set, err
	}
	newExtractor = func(set *defs.Set) *competency.Extractor {
		mu.Lock()
		defer mu.Unlock()
		if extractors[set] == nil {
			extractors[set] = competency.New(set)
		}
		return extractors[set]
	}
}

// rarely lets this process and those that tests start collect garbage more rarely than
// a program does that has its memory to share, up to three gigabytes; leaveRoom heeds that.
func rarely() {
	if os.Getenv("GOGC")+os.Getenv("GOMEMLIMIT") == "" {
		debug.SetGCPercent(400)
		debug.SetMemoryLimit(3 << 30)
		os.Setenv("GOGC", "400")
		os.Setenv("GOMEMLIMIT", "3GiB")
	}
}

// contents tells folders apart by all their files.
func contents(folders []fs.FS) string {
	h := sha256.New()
	for _, folder := range folders {
		err := fs.WalkDir(folder, ".", func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			text, err := fs.ReadFile(folder, path)
			fmt.Fprintf(h, "%q %q\n", path, text)
			return err
		})
		fmt.Fprintf(h, "%v\n", err)
	}
	return string(h.Sum(nil))
}
