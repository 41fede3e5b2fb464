package catalogue

import (
	"context"
	"crypto/rand"
	"errors"
	"io/fs"
	"os"
	"strings"

	"ieum"
	"ieum/internal/platform/durable"
)

// A lake and its database bear the same name, so that those of different
// installations are not taken for one, such as the empty database one gets by
// leaving out IEUM_DATABASE: a delivery would take the number, and so the
// files, of another, and a build would serve nothing.

// compare refuses a lake that has another name than the database. A lake
// without a name will do: whoever only serves has none.
func (c *Catalogue) compare(ctx context.Context) (name, lake string, err error) {
	b, err := os.ReadFile(c.lake("INSTALLATION"))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return "", "", durable.Fault(err)
	}
	lake = strings.TrimSpace(string(b))
	if name, err = c.store.installation(ctx); err != nil {
		return "", "", err
	}
	if lake != "" && lake != name {
		return "", "", c.apart()
	}
	return name, lake, nil
}

func (c *Catalogue) apart() error {
	return ieum.Errorf(ieum.ErrConflict, "the data folder %s and the database %s are not of the same installation; mend --data or IEUM_DATABASE, or put back a backup of both", c.data, c.store.db.Name())
}

// belong refuses a lake and a database that are not of one installation, before
// something is written. The name is made with the first delivery: in the
// database first, so that a crash between the two is seen by there being no
// delivery yet. The caller holds build.lock.
func (c *Catalogue) belong(ctx context.Context) error {
	name, lake, err := c.compare(ctx)
	if err != nil || lake != "" {
		return err
	}
	next, err := c.store.next(ctx)
	switch {
	case err != nil:
		return err
	case name != "" && next > 1:
		return c.apart()
	case name == "":
		name = rand.Text()
		if err := c.store.install(ctx, name); err != nil {
			return err
		}
	}
	if err := durable.MkdirAll(c.lake()); err != nil {
		return err
	}
	return durable.WriteFile(c.lake("INSTALLATION"), []byte(name+"\n"))
}
