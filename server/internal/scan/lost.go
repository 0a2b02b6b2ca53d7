package scan

import (
	"context"
	"slices"
	"strings"

	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/server/internal/store"
)

// lost is what is known of assets that a run did not see. Of the others nothing is proven: they are not seen since.
type lost struct {
	proven []model.Hash // gone from the source, and in the map
	gone   []model.Hash // not in the map any more, or a person's and not the scan's
}

// judgePage bounds how many rows are in memory at once.
const judgePage = 500

// judge says what the absence of assets from a container proves. It does where every unit that listed the container did
// so to its end, and the catalogue shows everything, or was asked under the grants under which the asset was seen; and
// where the asset's parent is gone itself, in a container of several levels too. doomed are assets that will be deleted, nil once they are.
func (s *Service) judge(ctx context.Context, tx store.Tx, p *proof, base wholeBase, seen *sight, missing []model.Hash, doomed map[model.Hash]bool) (lost, error) {
	var out lost
	if len(missing) == 0 {
		return out, nil
	}
	others, err := s.otherBases(ctx, tx, p, base.Container)
	if err != nil {
		return out, err
	}
	j := judgement{
		p: p, grants: readDigests(base.Grants), now: seen.grants, doomed: doomed,
		proves: p.proves(base.Container[1:]) && !seen.stale,
	}
	below := map[model.Hash][]model.Hash{} // what would be gone with its parent, by the parent
	for page := range slices.Chunk(missing, judgePage) {
		rows, err := tx.Map().ByHash(ctx, page)
		if err != nil {
			return out, err
		}
		if j.elsewhere, err = heldElsewhere(ctx, tx, others, page); err != nil {
			return out, err
		}
		var parents map[model.Hash]store.Entity
		if !j.proves {
			if parents, err = parentsOf(ctx, tx, rows); err != nil {
				return out, err
			}
		}
		for _, h := range page {
			row, ok := rows[h]
			switch {
			case !ok || row.Deleted || is(base.Rows, h, restoredRow):
				out.gone = append(out.gone, h)
			case j.provesGone(row, parents[row.Parent]):
				out.proven = append(out.proven, h)
			case !j.proves && j.mayGo(row):
				below[row.Parent] = append(below[row.Parent], h)
			}
		}
	}
	for i := 0; i < len(out.proven); i++ { // parents come before what is gone with them
		out.proven = append(out.proven, below[out.proven[i]]...)
	}
	return out, nil
}

// heldElsewhere are those of some assets that other scans hold.
func heldElsewhere(ctx context.Context, tx store.Tx, others []store.Base, hashes []model.Hash) (map[model.Hash]bool, error) {
	held := map[model.Hash]bool{}
	for _, base := range others {
		if err := holds(ctx, tx, base, hashes, held); err != nil {
			return nil, err
		}
	}
	return held, nil
}

func parentsOf(ctx context.Context, tx store.Tx, rows map[model.Hash]store.Entity) (map[model.Hash]store.Entity, error) {
	var hashes []model.Hash
	for _, row := range rows {
		hashes = append(hashes, row.Parent)
	}
	slices.SortFunc(hashes, compareHashes)
	return tx.Map().ByHash(ctx, slices.Compact(hashes))
}

// judgement is one container's.
type judgement struct {
	p      *proof
	proves bool // it was listed to its end
	grants digests
	now    uint64 // the grants of this run
	doomed map[model.Hash]bool
	// elsewhere are those of the assets looked at that other scans hold.
	elsewhere map[model.Hash]bool
}

func (j *judgement) provesGone(row, parent store.Entity) bool {
	switch {
	case j.parentGone(parent):
	case !j.proves:
		return false
	case !j.p.showsAll && (j.now == 0 || j.grants.of(row.Hash) != j.now):
		return false // a login with fewer grants sees less
	}
	return j.mayGo(row)
}

// mayGo reports whether the scan may delete the asset: it is in scope, and no other scan holds it.
func (j *judgement) mayGo(row store.Entity) bool {
	path := strings.TrimPrefix(strings.TrimPrefix(row.QualifiedName, j.p.body.Grant.Authority), "/")
	return j.p.body.Grant.Scope.Match(path) && !j.elsewhere[row.Hash]
}

// parentGone reports whether this run deletes the parent, or has.
func (j *judgement) parentGone(parent store.Entity) bool {
	return j.doomed[parent.Hash] ||
		parent.Deleted && parent.ModifiedBy == j.p.actor() && !parent.Modified.Before(j.p.run.Queued)
}
