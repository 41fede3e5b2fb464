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

// belong refuses a lake and a database of different installations, such as the
// empty database one gets by leaving out IEUM_DATABASE: a delivery would take
// the number, and so the files, of another, and a build would serve nothing.
// Both bear the same name, which is made with the first delivery: in the
// database first, so that a crash between the two is seen by there being no
// delivery yet. The caller holds build.lock.
func (c *Catalogue) belong(ctx context.Context) error {
	path := c.lake("INSTALLATION")
	b, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return durable.Fault(err)
	}
	folder := strings.TrimSpace(string(b))
	database, err := c.store.installation(ctx)
	if err != nil || database != "" && folder == database {
		return err
	}
	next, err := c.store.next(ctx)
	if err != nil {
		return err
	}
	if folder != "" || database != "" && next > 1 {
		return ieum.Errorf(ieum.ErrConflict, "the data folder %s and the database %s are not of the same installation; mend --data or IEUM_DATABASE, or put back a backup of both", c.data, c.store.db.Name())
	}
	if database == "" {
		database = rand.Text()
		if err := c.store.install(ctx, database); err != nil {
			return err
		}
	}
	if err := durable.MkdirAll(c.lake()); err != nil {
		return err
	}
	return durable.WriteFile(path, []byte(database+"\n"))
}
