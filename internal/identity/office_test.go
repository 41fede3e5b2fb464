package identity

import (
	"errors"
	"strings"
	"testing"

	"ieum"
)

// Who counsels does so for an organisation; what cannot be done is said at its field,
// with the command that can; and a number may be written with commas.
func TestOperatorsAreToldAtTheField(t *testing.T) {
	s := newSite(t)
	p := s.operator("oper")
	s.sign("oper", p)
	other := s.second(p, "other")
	if _, err := s.Propose(t.Context(), p, Grant{Account: other.ID, Role: "counsellor"}); !errors.Is(err, ieum.ErrInvalid) {
		t.Errorf("a counsellor of nowhere: %v", err)
	}
	status, _, text := s.ask("POST", "/accounts/recover", form("name", "other"))
	if status != 422 || !strings.Contains(text, `id="name-fault"`) || !strings.Contains(text, "ieum account recover") {
		t.Errorf("a recovery of staff: %d", status)
	}
	if quota("1,000") != 1000 || quota("1k") != 0 {
		t.Error("1,000 is no thousand")
	}
	_, _, err := s.recover(t.Context(), Console, "oper")
	s.must(err)
	if _, _, text := s.ask("GET", "/accounts", nil); !strings.Contains(text, "A recovery of this account is under way") {
		t.Error("a recovery shows on no other page")
	}
}
