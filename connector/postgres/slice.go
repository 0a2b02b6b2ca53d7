package postgres

import (
	"context"
	"slices"
	"strconv"

	"github.com/purlieu/purlieu/model"
)

// Sizes of a slice. Smaller ones cost more queries; larger ones let everybody behind the connector wait for the first.
const (
	sliceTables  = 400
	sliceColumns = 12000
)

// slice is what is put together in memory at a time: tables in the order of their oids. The parts with the same
// position belong to one table.
type slice struct {
	assets []*model.Asset
	oids   []uint32
	kinds  []byte
	home   []uint32 // oid of the schema
	names  []string // as the server writes them
	types  [][]int  // places of the columns' types

	raw map[rawKey]string // names of columns as the server writes them, where the asset has them escaped

	origins []viewColumn // of all views of the slice

	defaults, generated, views, foreign, parted []uint32 // oids of the tables that have such

	locked []int // positions of those that another session has to itself
}

// rawKey is a column by its position and that of its table.
type rawKey struct{ table, column int }

// bounds are the first and the last oid, as parameters.
func (sl *slice) bounds() []string {
	return []string{strconv.FormatUint(uint64(sl.oids[0]), 10), strconv.FormatUint(uint64(sl.oids[len(sl.oids)-1]), 10)}
}

// cursor finds positions of ascending oids.
type cursor struct {
	oids []uint32
	pos  int
}

// find is the position of oid, which is not smaller than the last one asked for; -1 when it is not there.
func (c *cursor) find(oid uint32) int {
	for c.pos < len(c.oids) && c.oids[c.pos] < oid {
		c.pos++
	}
	if c.pos < len(c.oids) && c.oids[c.pos] == oid {
		return c.pos
	}
	return -1
}

// emitTables reads the tables from one oid to another and emits them. At the level that samples the session reads rows
// between two slices; else it reads the next slice while one is emitted.
func (p *page) emitTables(ctx context.Context, from, to uint32) error {
	if p.level >= model.L3 {
		return p.eachSlice(ctx, from, to, func(sl *slice) error { return p.emitSampled(ctx, sl) })
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	ready, read := make(chan *slice), make(chan error, 1)
	var panicked any
	go func() {
		defer close(ready)
		defer func() { panicked = recover() }()
		read <- p.eachSlice(ctx, from, to, func(sl *slice) error {
			if err := p.s.rest(ctx); err != nil {
				return err
			}
			select {
			case ready <- sl:
				return nil
			case <-ctx.Done():
				return ctx.Err()
			}
		})
	}()
	var failed error
	for sl := range ready {
		if failed == nil {
			if failed = p.emitSlice(sl); failed != nil {
				cancel()
			}
		}
	}
	if panicked != nil {
		panic(panicked) // on the goroutine whose caller knows what to do with it
	}
	if failed != nil {
		return failed
	}
	return <-read
}

func (p *page) emitSlice(sl *slice) error {
	if err := p.reportLocked(sl); err != nil {
		return err
	}
	for _, a := range sl.assets {
		if err := p.emit.Asset(a); err != nil {
			return err
		}
	}
	return nil
}

// eachSlice reads the tables from one oid to another, a slice at a time.
func (p *page) eachSlice(ctx context.Context, from, to uint32, use func(*slice) error) error {
	for next := uint64(from); next <= uint64(to); {
		if err := p.s.wake(ctx); err != nil {
			return err
		}
		sl, last, more, err := p.readTables(ctx, uint32(next), to)
		if err != nil {
			return err
		}
		if len(sl.oids) > 0 {
			if err := p.fill(ctx, sl); err != nil {
				return err
			}
			if err := use(sl); err != nil {
				return err
			}
		}
		if !more {
			return nil
		}
		next = uint64(last) + 1
	}
	return nil
}

// readTables takes tables until the slice is full, by number or by columns. It tells the last oid that it took, and
// whether there is more.
func (p *page) readTables(ctx context.Context, from, to uint32) (sl *slice, last uint32, more bool, err error) {
	sl = &slice{}
	columns, seen, full := int64(0), 0, false
	err = p.s.query(ctx, sqlTables, func(r row) error {
		seen++
		columns += r.int(7)
		if full = full || (seen > 1 && columns > sliceColumns); full {
			return nil
		}
		last = r.oid(0)
		p.addTable(sl, r)
		return nil
	}, strconv.FormatUint(uint64(from), 10), strconv.FormatUint(uint64(to), 10), oidArray(p.wanted), strconv.Itoa(sliceTables))
	return sl, last, full || seen == sliceTables, err
}

// fill reads what belongs to the tables of a slice.
func (p *page) fill(ctx context.Context, sl *slice) error {
	if p.level >= model.L2 {
		for _, read := range []func(context.Context, *slice) error{
			p.readColumns, p.readTypes, p.readDefaults, p.readGenerated, p.readComments, p.readKeys, p.readIndexes,
			p.readPartitionKeys, p.readBounds, p.readLabels, p.readForeign, p.readViews, p.readInputs,
		} {
			if err := read(ctx, sl); err != nil {
				return err
			}
		}
	}
	if err := p.readPartitions(ctx, sl); err != nil {
		return err
	}
	sl.bareLocked()
	for _, a := range sl.assets {
		slices.SortFunc(a.Attrs, func(x, y model.Attr) int { return compare(x.Name, y.Name) })
	}
	return nil
}
