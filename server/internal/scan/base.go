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

// rowsPerPiece keeps an answer below 1 MiB.
const rowsPerPiece = (1<<20 - 64<<10) / bus.BaseRowSize

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

func piece(ctx context.Context, tx store.Tx, scan string, spec model.Unit, cursor string, answer *bus.BaseAnswer) error {
	row, key := 0, ""
	if cursor != "" {
		n, rest, ok := strings.Cut(cursor, " ")
		i, err := strconv.Atoi(n)
		if !ok || err != nil || i < 0 {
			return fault.New(fault.Invalid, "InvalidCursor", "%q is not a cursor of bases", cursor)
		}
		row, key = i, rest
	}
	for room := rowsPerPiece; ; {
		base, ok, err := nextBase(ctx, tx, scan, spec, key, row > 0)
		if err != nil || !ok {
			return err
		}
		total := len(base.Rows) / bus.BaseRowSize
		n := min(room, total-row)
		if n > 0 {
			answer.Blocks = append(answer.Blocks, bus.BaseBlock{
				Container: base.Container[1:], Generation: base.Generation, First: uint32(row),
				Rows: base.Rows[row*bus.BaseRowSize : (row+n)*bus.BaseRowSize],
			})
		}
		room -= n
		row, key = row+n, base.Container
		if row < total {
			answer.After, answer.More = strconv.Itoa(row)+" "+key, true
			return nil
		}
		row = 0
		if room < 1000 {
			answer.After, answer.More = "0 "+key, true
			return nil
		}
	}
}

// nextBase is the base to read from: the one named by key itself when it was read in part, else the first after it.
func nextBase(ctx context.Context, tx store.Tx, scan string, spec model.Unit, key string, same bool) (store.Base, bool, error) {
	if same {
		b, err := baseOf(ctx, tx, scan, key)
		return b, err == nil, err
	}
	root := ""
	if spec.Below != "" {
		root = ContainerKey(spec.Below)
	}
	for {
		bases, err := tx.Map().Bases(ctx, scan, root, key, 1)
		if err != nil || len(bases) == 0 {
			return store.Base{}, false, err
		}
		if spec.Lists(bases[0].Container[1:]) {
			return bases[0], true, nil
		}
		key = bases[0].Container
	}
}
