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
	held, err := tx.Runs().ListUnits(ctx, store.UnitQuery{Node: node, States: []model.UnitState{model.UnitLeased}, Limit: 1})
	if err != nil || len(held) > 0 {
		return 0, err
	}
	return 1, nil
}
