package door

import (
	"context"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"ieum"
)

// A Twin is a client of the organisation with the name and birth date of who is being
// registered. It tells what any desk may see of a client of somebody else's.
type Twin struct {
	Client     int64          // number by which staff know them
	Counsellor ieum.AccountID // of their newest case there
	Open       bool           // that case did not end
	Made       time.Time      // when they were registered
}

// whoOf is the keyed hash of a name and a birth date, "" without one: nobody finds a
// client by trying names without the key store.
func (d *Door) whoOf(name, birth string, now time.Time) (string, error) {
	if birth == "" {
		return "", nil
	}
	if err := (ieum.Who{Name: name, Birth: birth}).Check(now); err != nil {
		return "", err
	}
	return d.Keys.Blind("door_person/who", alike(name)+"\x00"+birth), nil
}

// alike is the one form that spellings of a name share: letters and digits alone, small
// and composed, without 님 or 씨, by which people are addressed.
func alike(name string) string {
	name = norm.NFC.String(strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, norm.NFKC.String(name)))
	for _, end := range []string{"님", "씨"} {
		if short := strings.TrimSuffix(name, end); utf8.RuneCountInString(short) > 1 {
			name = short
		}
	}
	return name
}

// Twins lists the clients with the name and birth date of who is to be registered, whom
// the asker's organisation registered. That the asker was told stands on their lists
// before, once a day.
func (d *Door) Twins(ctx context.Context, by Asker, r Registration) (list []Twin, err error) {
	at, err := d.desk(ctx, by)
	if err != nil {
		return nil, err
	}
	who, err := d.whoOf(r.Contact.Name, r.Birth, d.now())
	if err != nil || who == "" {
		return nil, err
	}
	same, err := twins(ctx, d.store, who, at.Organisation)
	if err == nil {
		err = d.tellMatched(ctx, by, at, same)
	}
	if err != nil {
		return nil, err
	}
	for _, p := range same {
		all, err := cases(ctx, d.store, `person = ? AND organisation = ? ORDER BY number DESC LIMIT 1`, p.ID, at.Organisation)
		if err != nil {
			return nil, err
		}
		for _, k := range all {
			list = append(list, Twin{k.Client, k.Counsellor, k.Ended.IsZero(), p.Made})
		}
	}
	return list, nil
}

// warn refuses to register somebody whose name and birth date a client has, until staff
// says that it is another. That they were told stands on the client's list.
func (d *Door) warn(ctx context.Context, by Asker, at Colleague, who string) error {
	same, err := twins(ctx, d.store, who, at.Organisation)
	if err != nil || len(same) == 0 {
		return err
	}
	if err := d.tellMatched(ctx, by, at, same); err != nil {
		return err
	}
	return errTwin()
}

func errTwin() error {
	return fault("twin", "/other", "a client of this name and birth date is there already")
}

// tellMatched writes on the lists of clients that staff was told of them, once a day.
func (d *Door) tellMatched(ctx context.Context, by Asker, at Colleague, same []Person) error {
	now := d.now()
	for _, p := range same {
		told, err := d.toldToday(ctx, p.ID, "door.matched", by, now)
		if err == nil && !told {
			err = d.change(ctx, p.ID, func(t tx, s standing) error {
				return t.tell("door.matched", p.ID, changeOf(by, s.person, d.deskRole(by, at), now, map[string]any{}))
			})
		}
		if err != nil {
			return err
		}
	}
	return nil
}
