package identity

import (
	"context"
	"database/sql"
	"errors"
	"strconv"
	"strings"
	"time"

	"ieum"
	"ieum/defs"
	"ieum/internal/platform/journal"
)

const grantColumns = `number, account, role, reach, organisation, site, since, until, proposer, confirmer, ended, lent,
	(SELECT MIN(number) FROM identity_grant AS other WHERE other.account = identity_grant.account AND other.role = identity_grant.role)`

func readGrant(scan func(...any) error) (g Grant, err error) {
	var account, role, reach, proposer, confirmer string
	var since, until, ended int64
	err = scan(&g.Number, &account, &role, &reach, &g.Organisation, &g.Site, &since, &until, &proposer, &confirmer, &ended, &g.Lent, &g.First)
	g.Account, g.Role, g.Reach, g.Proposer, g.Confirmer = AccountID(account), ieum.RoleID(role), defs.Reach(reach), AccountID(proposer), AccountID(confirmer)
	g.Since, g.Until, g.Ended = moment(since), moment(until), ended != 0
	return g, err
}

// grants lists the grants of an account, newest first; what ended long ago is
// among them.
func (s *store) grants(ctx context.Context, a AccountID) ([]Grant, error) {
	return grantsOf(ctx, outside(s.db), a)
}

func grantsOf(ctx context.Context, q querier, a AccountID) ([]Grant, error) {
	return list(ctx, q, readGrant, `SELECT `+grantColumns+` FROM identity_grant WHERE account = ? ORDER BY number DESC`, string(a))
}

// grantsOfStaff lists the grants of roles that did not end, and all that wait for a
// second person, newest first.
func (s *store) grantsOfStaff(ctx context.Context, roles []ieum.RoleID, now time.Time) ([]Grant, error) {
	return grantsOfRoles(ctx, outside(s.db), roles, now)
}

func grantsOfRoles(ctx context.Context, q querier, roles []ieum.RoleID, now time.Time) ([]Grant, error) {
	if len(roles) == 0 {
		return nil, nil
	}
	where, args := ofRoles(roles, now)
	return list(ctx, q, readGrant, `SELECT `+grantColumns+` FROM identity_grant WHERE `+where+` ORDER BY number DESC`, args...)
}

// ofRoles is the condition of grants of roles, at least one, or that wait for a second
// person and were proposed not long ago, that did not end.
func ofRoles(roles []ieum.RoleID, now time.Time) (where string, args []any) {
	in, args := anyOf(roles)
	return `ended = 0 AND until > ? AND (confirmer <> '' OR since > ?) AND (confirmer = '' OR role ` + in + `)`, append([]any{now.Unix(), now.Add(-proposalLasts).Unix()}, args...)
}

// anyOf is the condition of being one of roles, at least one.
func anyOf(roles []ieum.RoleID) (in string, args []any) {
	for _, role := range roles {
		args = append(args, string(role))
	}
	return `IN (?` + strings.Repeat(`, ?`, len(roles)-1) + `)`, args
}

// accountsOfStaff returns the accounts of grantsOfStaff, but for those that are
// being erased.
func (s *store) accountsOfStaff(ctx context.Context, roles []ieum.RoleID, now time.Time) (map[AccountID]Account, error) {
	of := map[AccountID]Account{}
	if len(roles) == 0 {
		return of, nil
	}
	where, args := ofRoles(roles, now)
	_, err := list(ctx, outside(s.db), func(scan func(...any) error) (a Account, err error) {
		if a, err = s.readAccount(scan); errors.Is(err, ieum.ErrNotFound) {
			return a, nil
		}
		of[a.ID] = a
		return a, err
	}, `SELECT `+accountColumns+` FROM identity_account WHERE id IN (SELECT account FROM identity_grant WHERE `+where+`)`, args...)
	return of, err
}

// addGrant adds a grant when fits finds nothing against it, given those of its
// account and those of the roles of staff, and numbers it. An account that staff
// recovers, or recovered, gets no role that waits for a second person.
func (s *store) addGrant(ctx context.Context, g Grant, now time.Time, staff []ieum.RoleID, fits func(own, others []Grant) (Grant, error)) (Grant, error) {
	err := s.change(ctx, func(tx *sql.Tx) (event, error) {
		own, err := grantsOf(ctx, within(tx), g.Account)
		if err != nil {
			return event{}, err
		}
		others, err := grantsOfRoles(ctx, within(tx), staff, now)
		if err != nil {
			return event{}, err
		}
		if g.Confirmer == "" {
			if err := notRecovered(ctx, tx, g.Account, now); err != nil {
				return event{}, err
			}
		}
		if g.Organisation != "" {
			if err := exists(ctx, tx, g.Organisation, g.Site); err != nil {
				return event{}, err
			}
		}
		if g, err = fits(own, others); err != nil {
			return event{}, err
		}
		err = tx.QueryRowContext(ctx, `
			INSERT INTO identity_grant (account, role, reach, organisation, site, since, until, proposer, confirmer, ended, lent)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 0, ?) RETURNING number`,
			string(g.Account), string(g.Role), string(g.Reach), g.Organisation, g.Site, g.Since.Unix(), g.Until.Unix(), string(g.Proposer), string(g.Confirmer), g.Lent).Scan(&g.Number)
		return about("identity.role_proposed", g.Account, "grant", strconv.FormatInt(g.Number, 10), "role", g.Role, "reach", g.Reach,
			"organisation", g.Organisation, "site", g.Site, "until", g.Until.Unix(), "by", g.Proposer, "confirmed", g.Confirmer != "", "lent", g.Lent), err
	})
	return g, err
}

// endProposals ends the grants that wait for a second person and that a condition names,
// and says so in the journal.
func endProposals(ctx context.Context, tx *sql.Tx, by AccountID, now time.Time, where string, args ...any) error {
	ended, err := list(ctx, within(tx), readGrant, `UPDATE identity_grant SET ended = ? WHERE confirmer = '' AND ended = 0 AND `+where+` RETURNING `+grantColumns, append([]any{now.Unix()}, args...)...)
	if err != nil {
		return err
	}
	for _, g := range ended {
		e := about("identity.role_ended", g.Account, "grant", strconv.FormatInt(g.Number, 10), "role", g.Role, "by", by)
		if err := journal.Append(ctx, tx, e.kind, e.subject, e.data); err != nil {
			return err
		}
	}
	return nil
}

// exists fails unless there is the organisation, and the site when one is named.
func exists(ctx context.Context, tx *sql.Tx, organisation, site string) error {
	query, args := `SELECT COUNT(*) FROM identity_organisation WHERE id = ?`, []any{organisation}
	if site != "" {
		query, args = `SELECT COUNT(*) FROM identity_site WHERE organisation = ? AND id = ?`, []any{organisation, site}
	}
	var n int
	if err := tx.QueryRowContext(ctx, query, args...).Scan(&n); err != nil || n > 0 {
		return err
	}
	return &ieum.Error{Kind: ieum.ErrInvalid, Key: "identity.error.no_place", Field: "/place", Message: "there is no such organisation or site"}
}

// confirm lets a proposed grant count, when fits finds nothing against it, given the
// grants of who proposed it.
func (s *store) confirm(ctx context.Context, number int64, by AccountID, fits func(g Grant, proposers []Grant) error) error {
	return s.change(ctx, func(tx *sql.Tx) (event, error) {
		g, err := first(ctx, within(tx), readGrant, `SELECT `+grantColumns+` FROM identity_grant WHERE number = ?`, number)
		if err != nil {
			return event{}, err
		}
		proposers, err := grantsOf(ctx, within(tx), g.Proposer)
		if err != nil {
			return event{}, err
		}
		if err := fits(g, proposers); err != nil {
			return event{}, err
		}
		res, err := tx.ExecContext(ctx, `UPDATE identity_grant SET confirmer = ? WHERE number = ? AND confirmer = '' AND ended = 0`, string(by), number)
		return about("identity.role_confirmed", g.Account, "grant", strconv.FormatInt(number, 10), "role", g.Role, "by", by), changed(res, err, ieum.ErrConflict)
	})
}

// end ends a grant, and what was delegated from it.
func (s *store) end(ctx context.Context, number int64, by AccountID, now time.Time, fits func(Grant) error) error {
	return s.change(ctx, func(tx *sql.Tx) (event, error) {
		g, err := first(ctx, within(tx), readGrant, `SELECT `+grantColumns+` FROM identity_grant WHERE number = ?`, number)
		if err != nil {
			return event{}, err
		}
		if err := fits(g); err != nil {
			return event{}, err
		}
		if _, err = tx.ExecContext(ctx, `UPDATE identity_grant SET ended = ? WHERE (number = ? OR lent = ?) AND ended = 0`, now.Unix(), number, number); err != nil {
			return event{}, err
		}
		return about("identity.role_ended", g.Account, "grant", strconv.FormatInt(number, 10), "by", by), endKeys(ctx, tx, number, by, now)
	})
}

// kindOf returns the kind of an organisation, which never changes; "" for none.
func (s *store) kindOf(ctx context.Context, organisation string) (kind string, err error) {
	err = s.db.QueryRowContext(ctx, `SELECT kind FROM identity_organisation WHERE id = ?`, organisation).Scan(&kind)
	if errors.Is(err, sql.ErrNoRows) {
		return "", nil
	}
	return kind, err
}

func (s *store) addOrganisation(ctx context.Context, o Organisation, by AccountID, now time.Time) error {
	return s.change(ctx, func(tx *sql.Tx) (event, error) {
		res, err := tx.ExecContext(ctx, `INSERT INTO identity_organisation (id, name, kind, made) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING`, o.ID, o.Name, o.Kind, now.Unix())
		return event{"identity.organisation_made", o.ID, map[string]any{"kind": o.Kind, "by": by}}, changed(res, err, errTaken("/id"))
	})
}

func (s *store) addSite(ctx context.Context, organisation string, site Site, by AccountID, now time.Time) error {
	return s.change(ctx, func(tx *sql.Tx) (event, error) {
		if err := exists(ctx, tx, organisation, ""); err != nil {
			return event{}, err
		}
		res, err := tx.ExecContext(ctx, `INSERT INTO identity_site (organisation, id, name, made) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING`, organisation, site.ID, site.Name, now.Unix())
		return event{"identity.site_made", organisation + "/" + site.ID, map[string]any{"by": by}}, changed(res, err, errTaken("/id"))
	})
}

func (s *store) organisations(ctx context.Context) ([]Organisation, error) {
	all, err := list(ctx, outside(s.db), func(scan func(...any) error) (o Organisation, err error) {
		err = scan(&o.ID, &o.Name, &o.Kind)
		return o, err
	}, `SELECT id, name, kind FROM identity_organisation ORDER BY id`)
	if err != nil {
		return nil, err
	}
	for i := range all {
		all[i].Sites, err = list(ctx, outside(s.db), func(scan func(...any) error) (t Site, err error) {
			err = scan(&t.ID, &t.Name)
			return t, err
		}, `SELECT id, name FROM identity_site WHERE organisation = ? ORDER BY id`, all[i].ID)
		if err != nil {
			return nil, err
		}
	}
	return all, nil
}
