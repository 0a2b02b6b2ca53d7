package scan

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/purlieu/purlieu/bus"
	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/server/internal/store"
)

// metered is a store that counts the blocks of bases that go through it.
type metered struct {
	store.Store
	read, written int
}

func (s *metered) Update(ctx context.Context, lane store.Lane, fn func(store.Tx) error) error {
	return s.Store.Update(ctx, lane, func(tx store.Tx) error { return fn(meteredTx{tx, s}) })
}

func (s *metered) View(ctx context.Context, fn func(store.Tx) error) error {
	return s.Store.View(ctx, func(tx store.Tx) error { return fn(meteredTx{tx, s}) })
}

type meteredTx struct {
	store.Tx
	s *metered
}

func (t meteredTx) Map() store.Map { return meteredMap{t.Tx.Map(), t.s} }

type meteredMap struct {
	store.Map
	s *metered
}

func (m meteredMap) Blocks(ctx context.Context, base, position int64, limit int) ([]store.Block, error) {
	blocks, err := m.Map.Blocks(ctx, base, position, limit)
	m.s.read += len(blocks)
	return blocks, err
}

func (m meteredMap) BlockOf(ctx context.Context, base int64, hash model.Hash) (store.Block, bool, error) {
	m.s.read++
	return m.Map.BlockOf(ctx, base, hash)
}

func (m meteredMap) SetBlock(ctx context.Context, b store.Block) error {
	m.s.written++
	return m.Map.SetBlock(ctx, b)
}

func (m meteredMap) AddBlocks(ctx context.Context, blocks []store.Block) error {
	m.s.written += len(blocks)
	return m.Map.AddBlocks(ctx, blocks)
}

// count gives the blocks that something reads and writes.
func (p *protocol) count(do func()) (read, written int) {
	p.Helper()
	s := &metered{Store: p.st}
	p.store = s
	defer func() { p.store = p.st }()
	do()
	return s.read, s.written
}

// based puts a base in its place.
func (p *protocol) based(scan, container string, rows []byte) (b store.Base) {
	p.Helper()
	p.update(func(ctx context.Context, tx store.Tx) error {
		b = store.Base{Scan: scan, Container: ContainerKey(container)}
		p.ok(draft(ctx, tx, &b, inBlocks(0, 0, rows)))
		b.Count = int64(len(rows) / bus.BaseRowSize)
		return tx.Map().PlaceBase(ctx, b.ID, b.Count)
	})
	return b
}

func someHash(n uint64) (h model.Hash) {
	binary.BigEndian.PutUint64(h[:], n)
	return h
}

func TestRowsAreFoundInTheirBlocks(t *testing.T) {
	p := newProtocol(t)
	for _, n := range []int{0, 1, 3, blockRows - 1, blockRows, blockRows + 1, 3*blockRows + 7} {
		rows := packed(5, n)
		base := p.based("plot/all", "a", rows)
		var asked []model.Hash
		for range 300 { // of rows, between rows, before the first and behind the last
			asked = append(asked, someHash(rand.Uint64N(uint64(n)+10)<<32+rand.Uint64N(2)))
		}
		p.update(func(ctx context.Context, tx store.Tx) error {
			held := map[model.Hash]bool{}
			p.ok(holds(ctx, tx, base, asked, held))
			for _, h := range asked {
				if held[h] != hasRow(rows, h) {
					t.Errorf("of %d rows: the base has %x: %v", n, h, held[h])
				}
			}
			for range 20 {
				from, count := rand.IntN(n+2), rand.IntN(n+2)
				got, err := rowsFrom(ctx, tx, base, from, count)
				p.ok(err)
				if want := rows[min(from, n)*bus.BaseRowSize : min(from+count, n)*bus.BaseRowSize]; !slices.Equal(got, want) {
					t.Errorf("of %d rows: %d from %d on: %d bytes, want %d", n, count, from, len(got), len(want))
				}
			}
			return nil
		})
	}
}

func TestNobodyReadsAWholeBaseForAFewAssets(t *testing.T) {
	const rows = 20 * blockRows
	p := newProtocol(t)
	p.scan("plot", "other")
	p.saw(look{beds: map[string]int{"a": 9}})
	id := p.walk(look{beds: map[string]int{"a": 1}})
	proof, err := p.proofOf(t.Context(), id)
	p.ok(err)
	p.ok(p.decide(t.Context(), proof))
	p.based("plot/other", "a", packed(0, rows))

	var gone []model.Hash
	for _, path := range []string{"a/p001", "a/p002", "a/p003"} {
		gone = append(gone, plantHash(path))
	}
	for name, c := range map[string]struct {
		read, written int // at most
		do            func()
	}{
		"a page of removal reads the other scan's blocks of its assets": {3, 0, func() {
			whole, err := p.removePage(t.Context(), proof, "/a", gone, 1<<40)
			p.ok(err)
			if !whole {
				t.Error("nothing was removed")
			}
		}},
		"the next container is known by its name": {0, 0, func() {
			key, err := p.nextContainer(t.Context(), proof, "/")
			p.ok(err)
			if key != "/a" {
				t.Errorf("the next container is %q", key)
			}
		}},
		"a source was scanned when there is a base": {0, 0, func() {
			p.ok(p.store.View(t.Context(), func(tx store.Tx) error {
				was, err := scanned(t.Context(), tx, "plot")
				if !was {
					t.Error("it was not scanned")
				}
				return err
			}))
		}},
		"void rows change the blocks that they are in": {2 + 3, 1 + 1, func() { // in the base of the scan itself, too
			var list []model.Hash
			for i := range 400 {
				list = append(list, someHash(uint64(blockRows/2+i)<<32))
			}
			p.ok(p.store.Update(t.Context(), store.Ingest, func(tx store.Tx) error {
				return voidRows(t.Context(), tx, "plot", "/a", list, voidRow)
			}))
		}},
		"the answer to a node reads what fits into it": {8, 0, func() {
			var answer bus.BaseAnswer
			p.ok(p.store.View(t.Context(), func(tx store.Tx) error {
				return piece(t.Context(), tx, "plot/other", model.Unit{Step: "all"}, "40000 /a", &answer)
			}))
			if len(answer.Blocks) != 1 || answer.Blocks[0].First != 40_000 || !answer.More || len(answer.Blocks[0].Rows) < 1_000_000 {
				t.Errorf("%d blocks, more: %v", len(answer.Blocks), answer.More)
			}
		}},
	} {
		if read, written := p.count(c.do); read > c.read || written > c.written {
			t.Errorf("%s: %d are read and %d written, of %d", name, read, written, rows/blockRows)
		}
	}
}

// cut is a store after whose so many writes something happens.
type cut struct {
	store.Store
	left int
	do   func() error
}

func (s *cut) Update(ctx context.Context, lane store.Lane, fn func(store.Tx) error) error {
	err := s.Store.Update(ctx, lane, fn)
	if s.left--; err == nil && s.left == 0 {
		return s.do()
	}
	return err
}

func TestABaseThatIsWrittenInPiecesIsWholeOrNotThere(t *testing.T) {
	const n = 2*pieceBlocks*blockRows + 5
	stopped := errors.New("stopped")
	for name, meanwhile := range map[string]func(p *protocol) error{
		"the server stops":              func(*protocol) error { return stopped },
		"another replica does the same": func(p *protocol) error { p.sweep(p.replica()); return nil },
		"a person brings something back": func(p *protocol) error {
			p.update(func(ctx context.Context, tx store.Tx) error {
				return voidRows(ctx, tx, "plot", "/a", []model.Hash{someHash(3 << 32)}, restoredRow)
			})
			return nil
		},
		"what the scan saw is forgotten": func(p *protocol) error {
			p.update(func(ctx context.Context, tx store.Tx) error { return tx.Map().DeleteBases(ctx, "plot/all") })
			return nil
		},
	} {
		t.Run(name+" between two pieces", func(t *testing.T) {
			p := newProtocol(t)
			old := p.based("plot/all", "a", packed(0, 10))
			id := p.saysAll(n)
			proof, err := p.proofOf(t.Context(), id)
			p.ok(err)
			p.ok(p.decide(t.Context(), proof))
			p.store = &cut{p.st, 2, func() error {
				p.update(func(ctx context.Context, tx store.Tx) error {
					if head, err := headOf(ctx, tx, "plot/all", "/a"); err != nil || head.ID != old.ID {
						t.Errorf("in its place is %+v, %v", head, err)
					}
					return nil
				})
				return meanwhile(p)
			}}
			if err := p.finaliseContainer(t.Context(), proof, "/a"); err != nil && !errors.Is(err, stopped) {
				t.Fatal(err)
			}
			p.store = p.st
			p.sweep(p.Service)
			p.state(id, model.RunSucceeded)
			p.update(func(ctx context.Context, tx store.Tx) error {
				base, err := baseOf(ctx, tx, "plot/all", "/a")
				p.ok(err)
				if base.ID != old.ID+2 || base.Count != n || !bytes.Equal(base.Rows, packed(0, n)) {
					t.Errorf("the base %d of %d rows, %d bytes", base.ID-old.ID, base.Count, len(base.Rows))
				}
				for _, id := range []int64{old.ID, old.ID + 1} {
					if left, err := tx.Map().Blocks(ctx, id, 0, 1); err != nil || len(left) > 0 {
						t.Errorf("of base %d blocks are left, %v", id-old.ID, err)
					}
				}
				return nil
			})
		})
	}
}

func TestAFirstBaseWhoseDraftIsForgottenIsJudgedAnew(t *testing.T) {
	const n = pieceBlocks*blockRows + 5
	p := newProtocol(t)
	id := p.saysAll(n)
	proof, err := p.proofOf(t.Context(), id)
	p.ok(err)
	p.ok(p.decide(t.Context(), proof))
	p.store = &cut{p.st, 1, func() error {
		p.update(func(ctx context.Context, tx store.Tx) error { return tx.Map().DeleteBases(ctx, "plot/all") })
		return nil
	}}
	p.ok(p.finaliseContainer(t.Context(), proof, "/a"))
	p.store = p.st
	p.update(func(ctx context.Context, tx store.Tx) error {
		base, err := baseOf(ctx, tx, "plot/all", "/a")
		if base.Count != n || !bytes.Equal(base.Rows, packed(0, n)) {
			t.Errorf("the base has %d rows, %d bytes", base.Count, len(base.Rows))
		}
		return err
	})
}
