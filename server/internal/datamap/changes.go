package datamap

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/server/internal/store"
)

// ChangeQuery selects entities by what was done to them.
type ChangeQuery struct {
	Actor       string // who did it: "scan:<source>/<scan>", or a person
	Verb        string // "created", "updated", "deleted", "revived"; "" any
	From, Until int64  // versions above From, up to Until; Until 0 is up to now
}

// Changed is an entity with one change of it.
type Changed struct {
	View   View // as it is now
	Change store.Change
}

// changesLooked is how many entities one question looks at: an answer may be short, and still have a next page.
const changesLooked = 2000

// Changes lists entities that were changed so, in the order of their newest version, after a cursor ("" at first). An
// entity that was changed several times shows once, with the newest of the changes that fit. next is "" at the end.
func (s *Service) Changes(ctx context.Context, q ChangeQuery, after string, limit int) (list []Changed, next string, err error) {
	version, entity := q.From, int64(0)
	if after != "" {
		v, e, ok := strings.Cut(after, " ")
		var verr, eerr error
		version, verr = strconv.ParseInt(v, 10, 64)
		entity, eerr = strconv.ParseInt(e, 10, 64)
		if !ok || verr != nil || eerr != nil {
			return nil, "", fault.New(fault.Invalid, "InvalidCursor", "%q is not a cursor of this list", after)
		}
	}
	err = s.store.View(ctx, func(tx store.Tx) error {
		list, next = nil, ""
		newest, err := tx.Map().Version(ctx)
		if err != nil {
			return err
		}
		rows, err := tx.Map().ChangedAfter(ctx, version, entity, changesLooked)
		if err != nil {
			return err
		}
		for i, row := range rows {
			change, found, err := changeOf(ctx, tx, row, q)
			if err != nil {
				return err
			}
			found = found && (row.Scanned != nil || row.Authored != nil) // else it is a process, which the account made itself
			if found {
				v, err := view(row)
				if err != nil {
					return err
				}
				list = append(list, Changed{v, change})
			}
			if len(list) == limit || (i == len(rows)-1 && row.Version < newest) {
				next = fmt.Sprintf("%d %d", row.Version, row.ID)
				return nil
			}
		}
		return nil
	})
	return list, next, err
}

// changeOf is the newest change of an entity that fits the question.
func changeOf(ctx context.Context, tx store.Tx, row store.Entity, q ChangeQuery) (store.Change, bool, error) {
	before := int64(0)
	if q.Until > 0 {
		before = q.Until + 1
	}
	const page = 20
	for {
		changes, err := tx.Map().History(ctx, row.ID, before, page)
		if err != nil {
			return store.Change{}, false, err
		}
		for _, c := range changes {
			if c.Version <= q.From {
				return store.Change{}, false, nil
			}
			if c.Actor == q.Actor && (q.Verb == "" || q.Verb == c.Verb) {
				return c, true, nil
			}
			before = c.Version
		}
		if len(changes) < page {
			return store.Change{}, false, nil
		}
	}
}

// MeasuresOf gives the measures of an entity, newest day first.
func (s *Service) MeasuresOf(ctx context.Context, guid string, limit int) (rows []store.MeasureRow, err error) {
	err = s.store.View(ctx, func(tx store.Tx) error {
		v, err := byGUID(ctx, tx, guid)
		if err != nil {
			return err
		}
		rows, err = tx.Map().Measures(ctx, v.Row.ID, limit)
		return err
	})
	return rows, err
}
