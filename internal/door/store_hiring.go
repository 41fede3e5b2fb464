package door

import (
	"context"
	"strings"
	"time"

	"ieum"
)

// agreed lists the consents in force for a version of a purpose to organisations, at
// least one, newest first.
func (s *store) agreed(ctx context.Context, purpose ieum.PurposeID, version int, organisations []string, now time.Time, most int) ([]Consent, error) {
	args := []any{purpose, version, now.Unix()}
	for _, id := range organisations {
		args = append(args, id)
	}
	list, err := consents(ctx, s, `purpose = ? AND version = ? AND account = '' AND `+given+` AND organisation IN (?`+
		strings.Repeat(`, ?`, len(organisations)-1)+`)`, args...)
	return list[:min(len(list), most)], err
}
