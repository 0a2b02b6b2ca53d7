package scan

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/purlieu/purlieu/bus"
	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/server/internal/store"
)

// KeepDeleted is how long a deleted asset keeps its guid and what people wrote, and how long a run can be undone.
const KeepDeleted = 180 * 24 * time.Hour

// How many assets a page has: they are deleted, and brought back, in one transaction each, for which people wait. Older builds
// wrote pages of mostHashes.
const (
	pageHashes = 500
	mostHashes = 5000
)

// pageDoc is a page of assets of one container: held for a person, or removed by a run. Its key begins with the run.
type pageDoc struct {
	Source     string `json:"source"`
	Scan       string `json:"scan"`
	Collection string `json:"collection"`
	Container  string `json:"container"`         // its key
	Version    int64  `json:"version,omitempty"` // of the map, in which they were deleted
	Hashes     []byte `json:"hashes"`
}

func (d *pageDoc) list() []model.Hash {
	out := make([]model.Hash, 0, len(d.Hashes)/len(model.Hash{}))
	for chunk := range slices.Chunk(d.Hashes, len(model.Hash{})) {
		out = append(out, model.Hash(chunk))
	}
	return out
}

func packHashes(hashes []model.Hash) []byte {
	out := make([]byte, 0, len(hashes)*len(model.Hash{}))
	for _, h := range hashes {
		out = append(out, h[:]...)
	}
	return out
}

func pageKey(run, container string, n int) string {
	return fmt.Sprintf("%s/%s %06d", run, model.HashOf("container", container), n)
}

func (p *proof) page(container string, version int64, hashes []model.Hash) pageDoc {
	return pageDoc{
		Source: p.run.Source, Scan: p.run.Scan, Collection: p.body.Collection, Container: container, Version: version,
		Hashes: packHashes(hashes),
	}
}

// removePage deletes assets of a container and notes them, so that the run can be undone. It ends before the first that was
// changed behind the given version of the map, or that another scan has seen since, and is then not whole: whoever judges
// again knows more.
func (s *Service) removePage(ctx context.Context, p *proof, container string, hashes []model.Hash, version int64) (whole bool, err error) {
	err = s.store.Update(ctx, store.Ingest, func(tx store.Tx) error {
		whole = true
		run, err := tx.Runs().Run(ctx, p.run.ID)
		if err != nil || run.State.Ended() {
			return err
		}
		others, err := s.otherBases(ctx, tx, p, container)
		if err != nil {
			return err
		}
		rows, err := tx.Map().ByHash(ctx, hashes)
		if err != nil {
			return err
		}
		j := judgement{p: p}
		if j.elsewhere, err = heldElsewhere(ctx, tx, others, hashes); err != nil {
			return err
		}
		var gone []model.Hash
		for _, h := range hashes {
			row, ok := rows[h]
			if !ok || row.Deleted {
				continue
			}
			if row.Version > version || !j.mayGo(row) {
				whole = false
				break
			}
			gone = append(gone, h)
		}
		if len(gone) == 0 {
			return nil
		}
		b, err := readBody(run)
		if err != nil {
			return err
		}
		deleted, err := s.deleter.Delete(ctx, tx, p.actor(), gone)
		if err != nil {
			return err
		}
		at, err := tx.Map().NextVersion(ctx)
		if err != nil {
			return err
		}
		if _, err := save(ctx, tx, docRemoved, pageKey(p.run.ID, container, b.Pages), 0, p.page(container, at, gone)); err != nil {
			return err
		}
		b.Pages++
		b.Counts.Deleted += deleted
		if err := writeBody(&run, b); err != nil {
			return err
		}
		return tx.Runs().SetRun(ctx, run)
	})
	return whole, err
}

// dropPages removes the pages of a run.
func dropPages(ctx context.Context, tx store.Tx, kind, run string) error {
	for {
		docs, err := tx.Docs().List(ctx, kind, run+"/", "", PageLimit)
		if err != nil || len(docs) == 0 {
			return err
		}
		for _, d := range docs {
			if err := tx.Docs().Delete(ctx, kind, d.Key, 0); err != nil {
				return err
			}
		}
	}
}

// Removal is what a run deleted and can still be undone.
type Removal struct {
	Run, Source, Scan, Collection string
	Assets                        int64
}

// Removed is what a run deleted in the last 180 days and was not undone; NotFound when that is nothing.
func (s *Service) Removed(ctx context.Context, run string) (Removal, error) {
	out := Removal{Run: run}
	err := s.eachPage(ctx, docRemoved, run, func(_ string, d pageDoc) error {
		out.Source, out.Scan, out.Collection = d.Source, d.Scan, d.Collection
		out.Assets += int64(len(d.Hashes) / len(model.Hash{}))
		return nil
	})
	if err == nil && out.Assets == 0 {
		err = NothingToUndo(run)
	}
	return out, err
}

// NothingToUndo is the failure for a run that deleted nothing, or that the caller may not know of.
func NothingToUndo(run string) error {
	return fault.New(fault.NotFound, "NothingToUndo", "the run %s deleted nothing in the last 180 days that can be brought back", clip(run))
}

// eachPage visits the pages of a run in key order, outside any transaction.
func (s *Service) eachPage(ctx context.Context, kind, run string, visit func(key string, d pageDoc) error) error {
	for after := ""; ; {
		var docs []store.Doc
		err := s.store.View(ctx, func(tx store.Tx) (err error) {
			docs, err = tx.Docs().List(ctx, kind, run+"/", after, 20)
			return err
		})
		if err != nil || len(docs) == 0 {
			return err
		}
		for _, doc := range docs {
			after = doc.Key
			d, err := readPage(doc)
			if err != nil {
				return err
			}
			if err := visit(doc.Key, d); err != nil {
				return err
			}
		}
	}
}

// Undo brings back what a run deleted, page by page, as far as nobody changed it since. It can be called again.
func (s *Service) Undo(ctx context.Context, run, actor string) (restored int64, err error) {
	if _, err := s.Removed(ctx, run); err != nil {
		return 0, err
	}
	err = s.eachPage(ctx, docRemoved, run, func(key string, d pageDoc) error {
		n, err := s.undoPage(ctx, key, d, actor)
		restored += n
		return err
	})
	return restored, err
}

// undoPage brings back what one page names and is still as the run left it. Only that gets a row of its own in the bases:
// what a scan has seen since is the scan's.
func (s *Service) undoPage(ctx context.Context, key string, d pageDoc, actor string) (restored int64, err error) {
	err = s.store.Update(ctx, store.Ingest, func(tx store.Tx) error {
		restored = 0
		if err := tx.Docs().Delete(ctx, docRemoved, key, 0); fault.Is(err, fault.NotFound) {
			return nil // somebody else undid it meanwhile
		} else if err != nil {
			return err
		}
		kind, err := kindOfSource(ctx, tx, d.Source)
		if err != nil {
			return err
		}
		var gone []model.Hash
		for list := range slices.Chunk(d.list(), judgePage) {
			rows, err := tx.Map().ByHash(ctx, list)
			if err != nil {
				return err
			}
			gone = append(gone, slices.DeleteFunc(list, func(h model.Hash) bool { return !rows[h].Deleted || rows[h].Version != d.Version })...)
		}
		if restored, err = s.deleter.Restore(ctx, tx, actor, kind, gone, d.Version); err != nil {
			return err
		}
		return voidRows(ctx, tx, d.Source, d.Container, gone, restoredRow)
	})
	return restored, err
}

// kindOfSource is the kind of a source; one without types where the source is no more.
func kindOfSource(ctx context.Context, tx store.Tx, source string) (*model.Kind, error) {
	src, err := sourceOf(ctx, tx, source)
	if fault.Is(err, fault.NotFound) {
		return &model.Kind{}, nil
	}
	if err != nil {
		return nil, err
	}
	kind, err := kindOf(ctx, tx, src.Kind)
	return &kind, err
}

// A void row says nothing but that the asset is in the base. One of a restored asset also says that its absence proves
// nothing: a person wants it, and it leaves the base until a scan has seen it again. A row that a run saw is neither.
func voidRow(h model.Hash) bus.BaseRow     { return bus.BaseRow{Hash: h} }
func restoredRow(h model.Hash) bus.BaseRow { return bus.BaseRow{Hash: h, Measures: 1} }

// is reports whether the row of an asset in packed rows is the given one.
func is(rows []byte, h model.Hash, row func(model.Hash) bus.BaseRow) bool {
	i, ok := findRow(rows, h)
	return ok && bus.BaseRowAt(rows, i) == row(h)
}

// voidRows writes such rows for assets in the bases of every scan of the source, so that the next run of each reads them
// anew, whatever it saw before. Positions stay: a run may be comparing with them.
func voidRows(ctx context.Context, tx store.Tx, source, container string, hashes []model.Hash, void func(model.Hash) bus.BaseRow) error {
	for after := ""; ; {
		scans, next, err := page(ctx, tx, DocScan, source+"/", after, PageLimit)
		if err != nil {
			return err
		}
		for _, d := range scans {
			base, err := headOf(ctx, tx, d.Key, container)
			if err != nil {
				return err
			}
			if err := voidIn(ctx, tx, base, hashes, void); err != nil {
				return err
			}
		}
		if after = next; next == "" {
			return nil
		}
	}
}

// voidRemoved voids what a run deleted of containers whose next base it never wrote: the next run reads it anew. The pages of
// a container stand together, and its base is written once.
func voidRemoved(ctx context.Context, tx store.Tx, run store.Run) error {
	container, hashes := "", []model.Hash(nil)
	flush := func() error {
		base, err := headOf(ctx, tx, run.Source+"/"+run.Scan, container)
		if err != nil || base.Generation >= run.Serial {
			return err
		}
		return voidIn(ctx, tx, base, hashes, voidRow)
	}
	for after := ""; ; {
		docs, next, err := page(ctx, tx, docRemoved, run.ID+"/", after, 20)
		if err != nil {
			return err
		}
		for _, doc := range docs {
			d, err := readPage(doc)
			if err != nil {
				return err
			}
			if d.Container != container && len(hashes) > 0 {
				if err := flush(); err != nil {
					return err
				}
				hashes = hashes[:0]
			}
			container, hashes = d.Container, append(hashes, d.list()...)
		}
		if after = next; next == "" {
			break
		}
	}
	if len(hashes) == 0 {
		return nil
	}
	return flush()
}

// voidIn writes void rows for assets into the blocks of one base that have them.
func voidIn(ctx context.Context, tx store.Tx, base store.Base, hashes []model.Hash, void func(model.Hash) bus.BaseRow) error {
	return eachBlock(ctx, tx, base, hashes, func(b store.Block, hashes []model.Hash) error {
		changed := false
		for _, h := range hashes {
			i, ok := findRow(b.Rows, h)
			if ok && bus.BaseRowAt(b.Rows, i) != void(h) {
				changed = true
				copy(b.Rows[i*bus.BaseRowSize:], bus.AppendBaseRow(nil, void(h)))
			}
		}
		if !changed {
			return nil
		}
		return tx.Map().SetBlock(ctx, b)
	})
}
