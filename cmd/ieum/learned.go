package main

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"ieum"
	"ieum/internal/platform/durable"
)

// learned returns the weights of a learned part that are to be used instead of
// the built-in ones: those of a file that a flag names, or those that an agency
// trained on its own data and put into learned/NAME.bin of its data folder. nil
// means that the built-in ones are to be used.
func (e *env) learned(name, file string) ([]byte, error) {
	given := file != ""
	if !given {
		file = filepath.Join(e.Data, "learned", name+".bin")
	}
	stored, err := os.ReadFile(file)
	switch {
	case err == nil:
		return stored, nil
	case !errors.Is(err, fs.ErrNotExist):
		return nil, durable.Fault(err)
	case given:
		return nil, ieum.Errorf(ieum.ErrNotFound, "there are no weights at %s", file)
	}
	return nil, nil
}
