package scan

import (
	"bytes"
	"context"
	"slices"

	"github.com/purlieu/purlieu/bus"
	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/server/internal/store"
	"github.com/purlieu/purlieu/wire"
)

// sight is what a run saw of one container.
type sight struct {
	bits  []byte                          // positions of the base seen unchanged
	fresh map[model.Hash]bus.BaseRow      // new and changed
	moved map[model.Hash]bus.MovedMeasure // unchanged, but with other measures
	// spoken: a unit listed the container or saw something in it, under these grants.
	spoken bool
	grants uint64
	stale  bool // a unit compared with another base: what it saw is not known
}

// gather joins the parts of closed units. Parts of attempts that did not close their unit prove nothing.
func gather(ctx context.Context, tx store.Tx, p *proof, key string, base wholeBase) (*sight, error) {
	parts, err := tx.Map().Parts(ctx, p.run.ID, key)
	if err != nil {
		return nil, err
	}
	out := &sight{
		bits: make([]byte, (len(base.Rows)/bus.BaseRowSize+7)/8), fresh: map[model.Hash]bus.BaseRow{}, moved: map[model.Hash]bus.MovedMeasure{},
	}
	out.grants, out.spoken = p.listed(key[1:])
	for _, part := range parts {
		if attempt, closed := p.attempts[part.Unit]; !closed || attempt != part.Attempt {
			continue
		}
		out.grants, out.spoken = agreed(out.grants, out.spoken, p.unit[part.Unit]), true
		for i := range len(part.Rows) / bus.BaseRowSize {
			row := bus.BaseRowAt(part.Rows, i)
			out.fresh[row.Hash] = row
		}
		if part.Generation != base.Generation {
			out.stale = out.stale || len(part.Seen)+len(part.Moved) > 0
			continue
		}
		for i := range min(len(part.Seen), len(out.bits)) {
			out.bits[i] |= part.Seen[i]
		}
		var moved []bus.MovedMeasure
		if len(part.Moved) > 0 {
			if err := wire.Decode(part.Moved, &moved); err != nil {
				return nil, err
			}
		}
		for _, m := range moved {
			out.moved[m.Hash] = m
		}
	}
	return out, nil
}

func (g *sight) saw(i int, h model.Hash) bool {
	if _, ok := g.fresh[h]; ok {
		return true
	}
	return g.bits[i/8]&(1<<(i%8)) != 0
}

// missing are the base's assets that the run did not see.
func (g *sight) missing(base wholeBase) []model.Hash {
	var out []model.Hash
	for i := range len(base.Rows) / bus.BaseRowSize {
		if row := bus.BaseRowAt(base.Rows, i); !g.saw(i, row.Hash) {
			out = append(out, row.Hash)
		}
	}
	return out
}

// classified counts the assets seen unchanged that have classes. Those that came whole were counted when they came.
func (g *sight) classified(base wholeBase) (n int64) {
	for i := range len(base.Rows) / bus.BaseRowSize {
		row := bus.BaseRowAt(base.Rows, i)
		if _, fresh := g.fresh[row.Hash]; !fresh && row.Sampled.Classified() && g.saw(i, row.Hash) {
			n++
		}
	}
	return n
}

// next is the base after the run: what was seen, what is new, and what was neither seen nor proven gone.
func (g *sight) next(base wholeBase, gone []model.Hash) []byte {
	dead := make(map[model.Hash]bool, len(gone))
	for _, h := range gone {
		dead[h] = true
	}
	rows := make([]bus.BaseRow, 0, len(base.Rows)/bus.BaseRowSize+len(g.fresh))
	for i := range len(base.Rows) / bus.BaseRowSize {
		row := bus.BaseRowAt(base.Rows, i)
		if _, ok := g.fresh[row.Hash]; ok || dead[row.Hash] {
			continue
		}
		if m, ok := g.moved[row.Hash]; ok {
			row.Measures = bus.HashMeasures(m.Measures)
		}
		rows = append(rows, row)
	}
	for _, row := range g.fresh {
		rows = append(rows, row)
	}
	slices.SortFunc(rows, func(a, b bus.BaseRow) int { return compareHashes(a.Hash, b.Hash) })
	out := make([]byte, 0, len(rows)*bus.BaseRowSize)
	for _, row := range rows {
		out = bus.AppendBaseRow(out, row)
	}
	return out
}

func compareHashes(a, b model.Hash) int { return bytes.Compare(a[:], b[:]) }

// hasRow searches packed rows for a hash.
func hasRow(rows []byte, h model.Hash) bool {
	_, ok := findRow(rows, h)
	return ok
}

// findRow gives the position of a hash in packed rows.
func findRow(rows []byte, h model.Hash) (position int, ok bool) {
	lo, hi := 0, len(rows)/bus.BaseRowSize
	for lo < hi {
		mid := (lo + hi) / 2
		switch c := bytes.Compare(rows[mid*bus.BaseRowSize:mid*bus.BaseRowSize+len(h)], h[:]); {
		case c == 0:
			return mid, true
		case c < 0:
			lo = mid + 1
		default:
			hi = mid
		}
	}
	return 0, false
}
