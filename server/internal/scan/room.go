package scan

import (
	"context"

	"github.com/purlieu/purlieu/bus"
	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/server/internal/store"
)

// usualUnitMB is what a unit may take at most on a node that does not say: the usual memory limit of a worker.
const usualUnitMB = 512

// roomFor is how many units the free memory of a node holds, each at the most that one may take there. A node that holds
// no unit is always given one: on a small machine it would wait for ever, and may well do with less. One that tells no
// free memory is not judged.
func roomFor(ctx context.Context, tx store.Tx, node string, c bus.Claim) (int, error) {
	if c.FreeMB == 0 {
		return maxGrants, nil
	}
	unit := c.UnitMB
	if unit <= 0 {
		unit = usualUnitMB
	}
	if n := c.FreeMB / unit; n > 0 {
		return n, nil
	}
	holds, err := holdsAny(ctx, tx, node)
	if err != nil || holds {
		return 0, err
	}
	return 1, nil
}

// holdsAny reports whether a node holds a unit, as far as it says: one that was started anew holds nothing any more of
// what is kept for it.
func holdsAny(ctx context.Context, tx store.Tx, node string) (bool, error) {
	const page = 64
	for after := int64(0); ; {
		units, err := tx.Runs().ListUnits(ctx, store.UnitQuery{Node: node, States: []model.UnitState{model.UnitLeased}, After: after, Limit: page})
		if err != nil {
			return false, err
		}
		for _, u := range units {
			if after = u.ID; !kept(u) {
				return true, nil
			}
		}
		if len(units) < page {
			return false, nil
		}
	}
}

// kept reports whether a leased unit, of a strict source, is kept until its deadline for a node that renews it no more.
func kept(u store.Unit) bool { return !u.LeaseEnd.IsZero() && u.LeaseEnd.Equal(u.NotBefore) }
