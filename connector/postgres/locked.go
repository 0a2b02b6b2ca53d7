package postgres

import (
	"context"
	"fmt"
	"slices"

	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/model"
)

// Some of what the server writes for its readers it can't write while another session has a table to itself (alter table,
// vacuum full): the text of a view locks every relation that the view reads, and newer servers lock the table whose
// expression they print. One such table must not cost the page.

// lockedMillis bounds the wait for each table, once all at once have waited as long as a statement does.
const lockedMillis = 200

// pastLocks reads something of all tables by one query. When one of them is locked it reads them one by one, in a
// transaction of its own, and leaves the locked ones out, as it does those that were found locked before. read must bear
// to be called again.
func (p *page) pastLocks(ctx context.Context, sl *slice, oids []uint32, read func(context.Context, []uint32) error) error {
	if oids = sl.open(oids); len(oids) == 0 {
		return nil
	}
	err := read(ctx, oids)
	if fault.CodeOf(err) != codeLocked {
		return err
	}
	_ = p.s.giveUp(ctx, err)
	at := cursor{oids: sl.oids}
	for _, oid := range oids {
		if p.s.rests {
			if err := p.s.wakeHasty(ctx); err != nil {
				return err
			}
		}
		switch err := read(ctx, []uint32{oid}); {
		case err == nil:
		case fault.CodeOf(err) == codeLocked:
			sl.locked = append(sl.locked, at.find(oid))
			_ = p.s.giveUp(ctx, err)
		default:
			return err
		}
	}
	// What follows waits for locks as ever.
	if err := p.s.rest(ctx); err != nil {
		return err
	}
	return p.s.wake(ctx)
}

// open are those of some tables that were not found locked.
func (sl *slice) open(oids []uint32) []uint32 {
	if len(sl.locked) == 0 {
		return oids
	}
	return slices.DeleteFunc(slices.Clone(oids), func(oid uint32) bool {
		return slices.ContainsFunc(sl.locked, func(i int) bool { return sl.oids[i] == oid })
	})
}

// wakeHasty begins a transaction that waits for no lock for long.
func (s *session) wakeHasty(ctx context.Context) error {
	if err := s.wake(ctx); err != nil {
		return err
	}
	return s.exec(ctx, fmt.Sprintf("set local lock_timeout = '%dms'", lockedMillis))
}

// bareLocked takes from locked tables whatever was read of them but that they are there: the account keeps what it has.
func (sl *slice) bareLocked() {
	for _, i := range sl.locked {
		a := sl.assets[i]
		sl.assets[i] = &model.Asset{
			Type: a.Type, Path: a.Path, Name: a.Name, Container: a.Container, NativeID: a.NativeID, Measures: a.Measures,
			Facets: model.FacetExistence,
		}
	}
}

// reportLocked says what of a slice was locked, before its assets are emitted.
func (p *page) reportLocked(sl *slice) error {
	for _, i := range sl.locked {
		gap := model.Gap{
			Path: sl.assets[i].Path, Facet: model.FacetStructure | model.FacetLineage, Code: codeLocked, State: "55P03",
			Remedy: "It, or a table that it reads, was locked by another session, such as a migration. The next scan reads it.",
		}
		if err := p.emit.Gap(gap); err != nil {
			return err
		}
	}
	return nil
}
