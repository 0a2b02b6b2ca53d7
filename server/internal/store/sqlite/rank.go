package sqlite

import (
	"context"
	"database/sql"

	"github.com/purlieu/purlieu/server/internal/store"
)

// ranked gives exact names, then matches in the name, then the rest; each by entity.
func (x index) ranked(ctx context.Context, a asked, after store.IndexPlace, need int) ([]store.IndexPlace, error) {
	var out []store.IndexPlace
	for rank := after.Rank; rank <= rankRest && len(out) < need; rank++ {
		from := int64(0)
		if rank == after.Rank {
			from = after.Entity
		}
		var ids []int64
		var err error
		switch {
		case rank == rankExact && a.exact != "":
			ids, err = x.exactly(ctx, a, from, need-len(out))
		case rank == rankName:
			c := a.rows(a.name).and(clause{`word.rowid > ? and found.exact <> ?`, []any{from, a.exact}})
			ids, err = x.ids(ctx, a, `word.rowid`, c, need-len(out))
		case rank == rankRest && a.all != a.name:
			c := a.matches(`(` + a.all + `) NOT (` + a.name + `)`).and(clause{`word.rowid > ?`, []any{from}})
			ids, err = x.ids(ctx, a, `word.rowid`, c, need-len(out))
		}
		if err != nil {
			return nil, err
		}
		for _, id := range ids {
			out = append(out, store.IndexPlace{Rank: rank, Entity: id})
		}
	}
	return out, nil
}

// exactly gives the matches whose whole name is asked for, of the first that have it.
func (x index) exactly(ctx context.Context, a asked, from int64, need int) ([]int64, error) {
	c := clause{
		` from (select * from found where exact = ? and entity > ? order by entity limit ?) as found where 1`,
		[]any{a.exact, from, bound},
	}
	return x.ids(ctx, a, `found.entity`, c.and(meets(a.tags)).and(a.rest), need)
}

// ids reads the first entities, by their number.
func (x index) ids(ctx context.Context, a asked, number string, c clause, need int) ([]int64, error) {
	var out []int64
	text := `select ` + number + c.text + ` order by ` + number + ` limit ?`
	err := x.read(ctx, a, text, append(c.args, need), func(rows *sql.Rows) error {
		var id int64
		err := rows.Scan(&id)
		out = append(out, id)
		return err
	})
	return out, err
}
