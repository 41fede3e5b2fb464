package door

import (
	"database/sql"
	"errors"
	"strings"
	"testing"

	"ieum"
)

// Whoever can write to the database alone sets back how often somebody was read: then
// nothing is read.
func TestANumberThatIsSetBackStopsTheRead(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		p := b.person()
		b.give("acounsellor", "counselling")
		text := `CREATE TRIGGER y AFTER UPDATE OF reads ON door_person WHEN NEW.reads > OLD.reads BEGIN UPDATE door_person SET reads = OLD.reads WHERE id = NEW.id; END`
		if strings.HasSuffix(t.Name(), "postgres") {
			text = `CREATE FUNCTION back() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.reads = OLD.reads; RETURN NEW; END'; CREATE TRIGGER y BEFORE UPDATE ON door_person FOR EACH ROW EXECUTE FUNCTION back()`
		}
		err := b.d.Tx(ctx, func(tx *sql.Tx) error {
			_, err := tx.ExecContext(ctx, text)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		if got, err := b.Read(ctx, b.counsellor(), p, "counselling", ieum.ResumeRecord); !errors.Is(err, ieum.ErrUnavailable) {
			t.Errorf("read %+v, %v", got, err)
		}
	})
}
