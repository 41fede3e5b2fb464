package catalogue

import "ieum/internal/platform/seal"

// A Sealer makes rows unreadable without the key of an id, which Erase destroys:
// they then open no more (ieum.ErrErased). Erased lists such ids; BlindSum is a
// keyed hash to know something by; Bulk seals and opens for many ids.
type Sealer interface {
	Erase(ids ...string) error
	Erased() []string
	BlindSum(place string, value []byte) [16]byte
	Bulk(f func(*seal.Bulk) error) error
}
