package scan

import (
	"context"
	"slices"

	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/server/internal/store"
)

// Limits of settling.
const (
	settlePage = 50  // rows that one transaction begins at
	chainLimit = 500 // rows of one chain: a longer one goes by names
)

// settle gives things that took names of each other their rows back: what people wrote follows the native id. A *former*
// is what stood in a row when a batch of the run brought something else under its name. Formers and new rows make
// chains, in which each one's thing is found under the next one's name, and rounds. A chain is moved in one transaction
// and at once, or waits for a run that has seen all of it. Where a thing is proven to be nowhere, what took its name
// keeps the row there, as a table that was dropped and made again does.
func (s *Service) settle(ctx context.Context, p *proof) error {
	for after := int64(0); ; {
		var list []store.Former
		err := s.store.Update(ctx, store.Ingest, func(tx store.Tx) error {
			open, err := undecided(ctx, tx, p.run.ID)
			if err != nil || !open {
				list = nil
				return err
			}
			if list, err = tx.Map().Formers(ctx, p.actor(), after, settlePage); err != nil {
				return err
			}
			c := &chains{ctx: ctx, tx: tx, p: p, s: s, sights: map[string]*heldSight{}, waiting: map[int64]bool{}}
			for _, f := range list {
				if err := c.settle(f.Entity); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil || len(list) == 0 {
			return err
		}
		after = list[len(list)-1].Entity
	}
}

// forgetFormers forgets what a scan left to settle.
func forgetFormers(ctx context.Context, tx store.Tx, actor string) error {
	for {
		list, err := tx.Map().Formers(ctx, actor, 0, PageLimit)
		if err != nil || len(list) == 0 {
			return err
		}
		ids := make([]int64, len(list))
		for i, f := range list {
			ids[i] = f.Entity
		}
		if err := tx.Map().DropFormers(ctx, ids); err != nil {
			return err
		}
	}
}

// read are the facets that the run's level reads.
func (p *proof) read() model.Facet {
	read := model.FacetExistence
	if p.body.Grant.Level >= model.L2 {
		read |= model.FacetStructure | model.FacetLineage
	}
	if p.body.Grant.Level >= model.L3 {
		read |= model.FacetClassification
	}
	return read
}

// everything reports whether every unit ended, and every container was listed to its end.
func (p *proof) everything() bool {
	for _, whole := range p.whole {
		if !whole {
			return false
		}
	}
	return p.planned && len(p.broken) == 0
}

// chains looks at formers in one transaction.
type chains struct {
	ctx    context.Context
	tx     store.Tx
	p      *proof
	s      *Service
	sights map[string]*heldSight // by container key
	// waiting are the rows of chains that are not known: whichever row such a chain is walked from, it stays so, until a former
	// is forgotten.
	waiting map[int64]bool
	dropped int // how many times formers were
}

// heldSight is what the run saw of a container, and what the base holds of it.
type heldSight struct {
	base wholeBase
	seen *sight
}

// link is a row of a chain, with what stood in it before.
type link struct {
	row    store.Entity
	former store.Former
	taken  bool // there is a former: another thing has the name
}

// native is of the thing that the row belongs to.
func (l link) native() string {
	if l.taken {
		return l.former.NativeID
	}
	return l.row.NativeID
}

// settle moves the chain that the row of a former is in, forgets the former, or leaves it for another run.
func (c *chains) settle(id int64) error {
	first, ok, err := c.link(id)
	if err != nil || !ok {
		return err
	}
	chain, round, known, err := c.chain(first)
	if err != nil {
		return err
	}
	if known && len(chain) > 1 {
		return c.move(chain, round)
	}
	counts, err := c.counts(first)
	if err != nil {
		return err
	}
	if known || c.p.everything() || !counts {
		return c.drop(id)
	}
	return nil
}

// drop forgets formers: chains that were walked before may be others now.
func (c *chains) drop(ids ...int64) error {
	clear(c.waiting)
	c.dropped++
	return c.tx.Map().DropFormers(c.ctx, ids)
}

func (c *chains) move(chain []link, round bool) error {
	rows, ids, formers := make([]store.Entity, len(chain)), make([]int64, len(chain)), map[int64]store.Former{}
	for i, l := range chain {
		rows[i], ids[i] = l.row, l.row.ID
		if l.taken {
			formers[l.row.ID] = l.former
		}
	}
	if err := c.s.deleter.Move(c.ctx, c.tx, c.p.actor(), c.p.read(), rows, formers, round); err != nil {
		return err
	}
	return c.drop(ids...)
}

// link reads a row with its former; false when there is no former, or nothing stands in the row any more.
func (c *chains) link(id int64) (l link, ok bool, err error) {
	formers, err := c.tx.Map().FormersOf(c.ctx, []int64{id})
	if err != nil {
		return l, false, err
	}
	if l.former, l.taken = formers[id]; !l.taken {
		return l, false, nil // it was settled with another one's chain
	}
	rows, err := c.tx.Map().ByID(c.ctx, []int64{id})
	if err != nil {
		return l, false, err
	}
	l.row = rows[id]
	if l.row.Deleted || l.row.Scanned == nil || l.row.NativeID == l.former.NativeID {
		return l, false, c.drop(id) // its own thing is back, or nothing is there
	}
	return l, true, nil
}

// chain gives the rows around one in the order in which things moved. It is not known where the run did not see enough.
func (c *chains) chain(at link) (chain []link, round, known bool, err error) {
	if c.waiting[at.row.ID] {
		return nil, false, false, nil
	}
	walked, dropped := []int64{at.row.ID}, c.dropped
	defer func() {
		if err != nil || known || c.dropped != dropped {
			return
		}
		for _, id := range walked {
			c.waiting[id] = true
		}
	}()
	start := at
	for n := 0; ; n++ {
		before, found, plain, err := c.before(start)
		if err != nil || !plain || n == chainLimit {
			return nil, false, false, err
		}
		if !found {
			break // what took the name is new, or the first name is free
		}
		if start = before; start.row.ID == at.row.ID {
			round = true
			break
		}
		walked = append(walked, start.row.ID)
		if !start.taken {
			break
		}
	}
	chain = []link{start}
	for {
		last := chain[len(chain)-1]
		next, found, plain, err := c.after(last)
		if err != nil || !plain {
			return nil, false, false, err
		}
		if !found {
			gone, err := c.gone(last)
			return chain, false, gone, err
		}
		if from, _, plain, err := c.origin(next.row); err != nil || !plain || from.row.ID != last.row.ID {
			return nil, false, false, err
		}
		if round && next.row.ID == start.row.ID {
			return chain, true, true, nil
		}
		if len(chain) == chainLimit {
			return nil, false, false, nil
		}
		chain = append(chain, next)
		walked = append(walked, next.row.ID)
		if !next.taken {
			return chain, false, true, nil // a new row
		}
	}
}

// after finds the row under whose name a link's thing stands now. It is not plain where several could be, or where the
// row is one that an earlier run saw and nothing is known to have left.
func (c *chains) after(l link) (next link, found, plain bool, err error) {
	rows, err := c.tx.Map().ByNative(c.ctx, l.row.Source, l.row.Type, l.native())
	rows = slices.DeleteFunc(rows, func(e store.Entity) bool { return e.ID == l.row.ID || e.Scanned == nil })
	if err != nil || len(rows) == 0 {
		return next, false, err == nil, err
	}
	if len(rows) > 1 {
		return next, true, false, nil
	}
	formers, err := c.tx.Map().FormersOf(c.ctx, []int64{rows[0].ID})
	if err != nil {
		return next, false, false, err
	}
	next.row = rows[0]
	if next.former, next.taken = formers[next.row.ID]; next.taken {
		counts, err := c.counts(next)
		return next, true, counts, err
	}
	fresh, err := c.s.freshTo(c.ctx, c.tx, c.p, next.row)
	return next, true, fresh && next.row.CreatedBy == c.p.actor(), err
}

// before finds the row of the thing that stands now under a link's name; none where that is new.
func (c *chains) before(l link) (before link, found, plain bool, err error) {
	if counts, err := c.counts(l); err != nil || !counts {
		return before, false, false, err
	}
	return c.origin(l.row)
}

// origin finds where the thing stood that stands now under a row's name.
func (c *chains) origin(at store.Entity) (before link, found, plain bool, err error) {
	var list []link
	formers, err := c.tx.Map().FormersByNative(c.ctx, at.Source, at.Type, at.NativeID)
	if err != nil {
		return before, false, false, err
	}
	for _, f := range formers {
		if b, ok, err := c.link(f.Entity); err != nil || ok {
			if err != nil {
				return before, false, false, err
			}
			list = append(list, b)
		}
	}
	same, err := c.tx.Map().ByNative(c.ctx, at.Source, at.Type, at.NativeID)
	if err != nil {
		return before, false, false, err
	}
	for _, row := range same {
		if row.ID == at.ID || row.Scanned == nil {
			continue
		}
		missing, err := c.missing(row)
		if err != nil || !missing {
			return before, true, false, err // both show it
		}
		list = append(list, link{row: row})
	}
	if len(list) == 0 {
		return before, false, true, nil
	}
	return list[0], true, len(list) == 1, nil
}

// counts reports whether the base knows the row: what was seen of another system, or by nobody before, has no native id
// that could be compared.
func (c *chains) counts(l link) (bool, error) {
	held, err := c.sight(l.row)
	return err == nil && l.former.Actor == c.p.actor() && held.knows(l.row.Hash), err
}

func (h *heldSight) knows(hash model.Hash) bool {
	return hasRow(h.base.Rows, hash) && !is(h.base.Rows, hash, voidRow) && !is(h.base.Rows, hash, restoredRow)
}

// missing reports whether an earlier run saw the asset, and this one did not.
func (c *chains) missing(row store.Entity) (bool, error) {
	held, err := c.sight(row)
	if err != nil || held.seen.stale || !held.knows(row.Hash) {
		return false, err
	}
	i, _ := findRow(held.base.Rows, row.Hash)
	return !held.seen.saw(i, row.Hash), nil
}

// gone reports whether the run proves that a link's thing is nowhere.
func (c *chains) gone(l link) (bool, error) {
	held, err := c.sight(l.row)
	if err != nil || !c.p.everything() || held.seen.stale {
		return false, err
	}
	return c.p.showsAll || held.seen.grants != 0 && readDigests(held.base.Grants).of(l.row.Hash) == held.seen.grants, nil
}

// sight is what base and run know of the container that a row is in.
func (c *chains) sight(row store.Entity) (*heldSight, error) {
	asset, err := assetOf(row)
	if err != nil {
		return nil, err
	}
	key := ContainerKey(asset.Container)
	if held, ok := c.sights[key]; ok {
		return held, nil
	}
	base, err := baseOf(c.ctx, c.tx, c.p.scan, key)
	if err != nil {
		return nil, err
	}
	seen, err := gather(c.ctx, c.tx, c.p, key, base)
	if err != nil {
		return nil, err
	}
	clear(c.sights) // one container at a time is in memory
	c.sights[key] = &heldSight{base, seen}
	return c.sights[key], nil
}
