package scan

import (
	"context"
	"strconv"
	"strings"

	"github.com/purlieu/purlieu/bus"
	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/server/internal/store"
)

// Sizes of an answer, in bytes.
const (
	pieceSize = 1<<20 - 16<<10 // of all its blocks
	blockSize = 64             // of a block without its name and rows, at most
)

// Base gives the next piece of the bases of the containers that a unit lists: those it names, or all at or below its
// root. The cursor is "<row> <container key>".
func (s *Service) Base(ctx context.Context, node string, ask bus.BaseAsk) (bus.BaseAnswer, error) {
	answer := bus.BaseAnswer{V: version}
	err := s.store.View(ctx, func(tx store.Tx) error {
		answer = bus.BaseAnswer{V: version}
		u, verdict, err := s.held(ctx, tx, node, ask.Ref)
		if err != nil {
			return err
		}
		if verdict != bus.VerdictGo {
			answer.Status = bus.Dropped
			return nil
		}
		spec, err := readSpec(u)
		if err != nil {
			return err
		}
		run, err := tx.Runs().Run(ctx, u.Run)
		if err != nil {
			return err
		}
		answer.Status = bus.Committed
		return piece(ctx, tx, run.Source+"/"+run.Scan, spec, ask.After, &answer)
	})
	return answer, err
}

func piece(ctx context.Context, tx store.Tx, scan string, spec model.Unit, after string, answer *bus.BaseAnswer) error {
	at, err := parseCursor(spec, after)
	if err != nil {
		return err
	}
	for room := pieceSize; ; {
		base, ok, err := nextBase(ctx, tx, scan, spec, at)
		if err != nil || !ok {
			return err
		}
		fit := (room - blockSize - len(base.Container)) / bus.BaseRowSize
		if fit <= 0 && len(answer.Blocks) > 0 {
			answer.After, answer.More = at.String(), true
			return nil
		}
		if base.Container != at.key {
			at = cursor{key: base.Container}
		}
		total := int(base.Count)
		if n := min(fit, total-at.row); n > 0 {
			rows, err := rowsFrom(ctx, tx, base, at.row, n)
			if err != nil {
				return err
			}
			answer.Blocks = append(answer.Blocks, bus.BaseBlock{
				Container: base.Container[1:], Generation: base.Generation, First: uint32(at.row), Rows: rows,
			})
			room -= n*bus.BaseRowSize + blockSize + len(base.Container)
			at.row += n
		}
		if at.row < total {
			answer.After, answer.More = at.String(), true
			return nil
		}
		at.row = 0
	}
}

// cursor is where the next piece begins: row 0 is behind the container, any other within it.
type cursor struct {
	row int
	key string
}

// String is the cursor on the wire: "<row> <key>".
func (c cursor) String() string { return strconv.Itoa(c.row) + " " + c.key }

func parseCursor(spec model.Unit, s string) (cursor, error) {
	if s == "" {
		return cursor{}, nil
	}
	n, key, ok := strings.Cut(s, " ")
	row, err := strconv.ParseUint(n, 10, 31)
	if !ok || err != nil || !strings.HasPrefix(key, "/") || !spec.Lists(key[1:]) {
		return cursor{}, fault.New(fault.Invalid, "InvalidCursor", "this is not a cursor of the unit's bases")
	}
	return cursor{int(row), key}, nil
}

// nextBase is the base to read from: the cursor's own when it was read in part, else the first behind it.
func nextBase(ctx context.Context, tx store.Tx, scan string, spec model.Unit, at cursor) (store.Base, bool, error) {
	if at.row > 0 {
		b, err := headOf(ctx, tx, scan, at.key)
		if err != nil || at.row < int(b.Count) {
			return b, err == nil, err
		}
	}
	root := ""
	if spec.Below != "" {
		root = ContainerKey(spec.Below)
	}
	for key := at.key; ; {
		bases, err := tx.Map().Bases(ctx, scan, root, key, 1)
		if err != nil || len(bases) == 0 {
			return store.Base{}, false, err
		}
		found := bases[0].Container
		if spec.Lists(found[1:]) {
			return bases[0], true, nil
		}
		key = max(found, pastBranch(spec, found))
	}
}

// pastBranch is a key behind everything that lies below the deepest container that the unit lists on the way to found.
func pastBranch(spec model.Unit, found string) string {
	depth := spec.Depth - 1
	if spec.Below != "" {
		depth += strings.Count(spec.Below, "/") + 1
	}
	names := strings.Split(found[1:], "/")
	names = append(names[:min(depth, len(names))], "\U0010FFFF")
	return ContainerKey(strings.Join(names, "/"))
}
