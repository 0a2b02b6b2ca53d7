package scan

import (
	"context"
	"slices"

	"github.com/purlieu/purlieu/bus"
	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/server/internal/store"
)

// A base is written in blocks of blockRows, at most pieceBlocks of them in one transaction: about a tenth of what the writer
// may be kept for.
const (
	blockRows   = 4096
	pieceBlocks = 16
)

// wholeBase is a base with all its rows in memory.
type wholeBase struct {
	store.Base
	Rows []byte // packed bus.BaseRow, sorted by hash
}

// headOf is the base of one container of a scan without its rows; one without an ID when there is none.
func headOf(ctx context.Context, tx store.Tx, scan, key string) (store.Base, error) {
	bases, err := tx.Map().Bases(ctx, scan, key, "", 1)
	if err != nil || len(bases) == 0 || bases[0].Container != key {
		return store.Base{Scan: scan, Container: key}, err
	}
	return bases[0], nil
}

// baseOf is the base of one container of a scan, empty when there is none.
func baseOf(ctx context.Context, tx store.Tx, scan, key string) (wholeBase, error) {
	head, err := headOf(ctx, tx, scan, key)
	if err != nil {
		return wholeBase{}, err
	}
	rows, err := rowsFrom(ctx, tx, head, 0, int(head.Count))
	return wholeBase{head, rows}, err
}

// rowsFrom reads n rows of a base from a position on; fewer at its end.
func rowsFrom(ctx context.Context, tx store.Tx, base store.Base, position, n int) ([]byte, error) {
	n = min(n, int(base.Count)-position)
	if n <= 0 {
		return nil, nil
	}
	rows := make([]byte, 0, n*bus.BaseRowSize)
	for len(rows) < cap(rows) {
		at := position + len(rows)/bus.BaseRowSize
		want := (cap(rows)-len(rows))/bus.BaseRowSize/blockRows + 2 // the first and the last may be read in part
		blocks, err := tx.Map().Blocks(ctx, base.ID, int64(at), min(want, pieceBlocks))
		if err != nil {
			return nil, err
		}
		before := len(rows)
		for _, b := range blocks {
			skip := (position + len(rows)/bus.BaseRowSize - int(b.First)) * bus.BaseRowSize
			if skip < 0 || skip >= len(b.Rows) {
				break
			}
			rows = append(rows, b.Rows[skip:min(len(b.Rows), skip+cap(rows)-len(rows))]...)
		}
		if len(rows) == before {
			break // a base that is shorter than it says
		}
	}
	return rows, nil
}

// eachBlock visits the blocks of a base in which some hashes stand, if they do, with those that may.
func eachBlock(ctx context.Context, tx store.Tx, base store.Base, hashes []model.Hash, visit func(b store.Block, hashes []model.Hash) error) error {
	rest := slices.SortedFunc(slices.Values(hashes), compareHashes)
	for base.Count > 0 && len(rest) > 0 {
		b, ok, err := tx.Map().BlockOf(ctx, base.ID, rest[0])
		if err != nil {
			return err
		}
		if !ok { // all before the first row are nowhere
			first, err := rowsFrom(ctx, tx, base, 0, 1)
			if err != nil || len(first) == 0 {
				return err
			}
			n, _ := slices.BinarySearchFunc(rest, bus.BaseRowAt(first, 0).Hash, compareHashes)
			rest = rest[n:]
			continue
		}
		n := len(rest)
		if count := len(b.Rows) / bus.BaseRowSize; b.First+int64(count) < base.Count { // another block comes behind this one
			last := bus.BaseRowAt(b.Rows, count-1).Hash
			var found bool
			if n, found = slices.BinarySearchFunc(rest, last, compareHashes); found {
				n++
			}
			n = max(n, 1) // behind the last row, and before the next block
		}
		if err := visit(b, rest[:n]); err != nil {
			return err
		}
		rest = rest[n:]
	}
	return nil
}

// holds are those of some hashes that a base has a row of.
func holds(ctx context.Context, tx store.Tx, base store.Base, hashes []model.Hash, held map[model.Hash]bool) error {
	return eachBlock(ctx, tx, base, hashes, func(b store.Block, hashes []model.Hash) error {
		for _, h := range hashes {
			if hasRow(b.Rows, h) {
				held[h] = true
			}
		}
		return nil
	})
}

// inBlocks cuts rows of a draft into blocks, the first of them at a position.
func inBlocks(base int64, position int, rows []byte) (blocks []store.Block) {
	for list := range slices.Chunk(rows, blockRows*bus.BaseRowSize) {
		blocks = append(blocks, store.Block{Base: base, First: int64(position + len(blocks)*blockRows), Rows: list})
	}
	return blocks
}
