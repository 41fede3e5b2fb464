package identity

import (
	"context"
	"crypto/subtle"
	"database/sql"
	"encoding/hex"
	"strings"
	"time"
)

const proofColumns = `number, account, level, method, documents, proved_by, simulated, made, code, tries, until, who, commitment`

func readProof(scan func(...any) error) (p Proof, err error) {
	var account, documents, by string
	var simulated, made, until int64
	err = scan(&p.Number, &account, &p.Level, &p.Method, &documents, &by, &simulated, &made, &p.code, &p.tries, &until, &p.who, &p.commitment)
	p.Account, p.Documents, p.By, p.Simulated = AccountID(account), strings.Fields(documents), AccountID(by), simulated == 1
	p.Made, p.until, p.Waits = moment(made), moment(until), len(p.code) > 0
	return p, err
}

func (s *store) proofs(ctx context.Context, a AccountID) ([]Proof, error) {
	return list(ctx, outside(s.db), readProof, `SELECT `+proofColumns+` FROM identity_proof WHERE account = ? ORDER BY number DESC`, string(a))
}

func saltAt(a AccountID, commitment string) string {
	return "identity_proof/" + string(a) + "/" + commitment
}

func whoAt(a AccountID, commitment string) string { return saltAt(a, commitment) + "/who" }

func proofEvent(p Proof) event {
	kind := "identity.proved"
	if p.Waits {
		kind = "identity.proof_begun"
	}
	return about(kind, p.Account, "method", p.Method, "level", p.Level, "by", p.By, "simulated", p.Simulated, "commitment", p.commitment)
}

// addProof adds a proof, in place of one of the same account that waits.
func (s *store) addProof(ctx context.Context, p Proof) error {
	salt, err := s.seal(p.Account, saltAt(p.Account, p.commitment), hex.EncodeToString(p.salt))
	if err != nil {
		return err
	}
	who, err := s.seal(p.Account, whoAt(p.Account, p.commitment), p.who)
	if err != nil {
		return err
	}
	simulated, until := 0, int64(0)
	if p.Simulated {
		simulated = 1
	}
	if p.Waits {
		until = p.until.Unix()
	} else {
		p.code = []byte{}
	}
	return s.change(ctx, func(tx *sql.Tx) (event, error) {
		if _, err := tx.ExecContext(ctx, `DELETE FROM identity_proof WHERE account = ? AND until > 0`, string(p.Account)); err != nil {
			return event{}, err
		}
		_, err := tx.ExecContext(ctx, `
			INSERT INTO identity_proof (account, level, method, documents, proved_by, simulated, commitment, salt, made, code, tries, until, who)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, ?, ?)`,
			string(p.Account), p.Level, p.Method, strings.Join(p.Documents, " "), string(p.By), simulated, p.commitment, salt, p.Made.Unix(), p.code, until, who)
		return proofEvent(p), err
	})
}

// takeMailed takes the code that an account's proof waits for; false when it is
// another, or none is awaited. The last wrong one ends the proof.
func (s *store) takeMailed(ctx context.Context, a AccountID, hash []byte, now time.Time) (right bool, err error) {
	err = s.change(ctx, func(tx *sql.Tx) (event, error) {
		right = false
		all, err := list(ctx, within(tx), readProof, `SELECT `+proofColumns+` FROM identity_proof WHERE account = ? AND until > ?`, string(a), now.Unix())
		if err != nil || len(all) == 0 {
			return event{}, err
		}
		p := all[0]
		if subtle.ConstantTimeCompare(p.code, hash) != 1 {
			if p.tries+1 >= mailTries {
				_, err = tx.ExecContext(ctx, `DELETE FROM identity_proof WHERE number = ?`, p.Number)
			} else {
				_, err = tx.ExecContext(ctx, `UPDATE identity_proof SET tries = tries + 1 WHERE number = ?`, p.Number)
			}
			return event{}, err
		}
		right, p.Waits = true, false
		err = tx.QueryRowContext(ctx, `UPDATE identity_proof SET code = ?, until = 0, made = ? WHERE number = ? RETURNING commitment`, []byte{}, now.Unix(), p.Number).Scan(&p.commitment)
		return proofEvent(p), err
	})
	return right && err == nil, err
}
