package sqlite

import (
	"context"
	"database/sql"

	"github.com/purlieu/purlieu/server/internal/store"
)

// ranked gives exact names, then matches in the name, then the rest; each by entity. What is known of the matches already,
// which may be nothing, is not asked again.
func (x index) ranked(ctx context.Context, a asked, k *known, after store.IndexPlace, need int) ([]store.IndexPlace, error) {
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
			c := a.matches(a.name)
			if a.exact != "" {
				c = a.rows(a.name).and(clause{`found.exact <> ?`, []any{a.exact}})
			}
			ids, err = x.ids(ctx, a, `word.rowid`, c.and(clause{`word.rowid > ?`, []any{from}}), need-len(out))
		case rank == rankRest && a.all != a.name:
			ids, err = x.others(ctx, a, k, after == store.IndexPlace{}, out, from, need-len(out))
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

// others gives the first matches that do not match by their name. Where everything that does is in the places, the others
// are the rest of what is known.
func (x index) others(ctx context.Context, a asked, k *known, all bool, places []store.IndexPlace, from int64, need int) ([]int64, error) {
	if k != nil && all {
		if ids, ok := k.without(places, need); ok {
			return ids, nil
		}
	}
	c := a.matches(`(` + a.all + `) NOT (` + a.bare + `)`).and(clause{`word.rowid > ?`, []any{from}})
	return x.ids(ctx, a, `word.rowid`, c, need)
}

// exactly gives the matches whose whole name is asked for: from the index of names, within the reader's collections. Where
// the reader has more than bound of that name, or a row does not show whether it meets the conditions, the index of words
// finds the first of them that do.
func (x index) exactly(ctx context.Context, a asked, from int64, need int) ([]int64, error) {
	named := clause{` from found indexed by found_by_exact where exact = ? and entity > ?`, []any{a.exact, from}}
	if a.collections != nil {
		named.text = ` from found indexed by found_by_collection where exact = ? and entity > ?`
		named = named.and(among(`collection`, a.collections))
	}
	var beyond bool
	if _, err := x.one(ctx, `select exists (select 1`+named.text+` limit 1 offset ?)`, append(named.args, bound), &beyond); err != nil {
		return nil, err
	}
	if beyond || a.below {
		c := a.rows(a.name).and(clause{`word.rowid > ? and found.exact = ?`, []any{from, a.exact}})
		return x.ids(ctx, a, `word.rowid`, c, need)
	}
	a.rest = both(a.rest, a.tagged)
	return x.ids(ctx, a, `found.entity`, named.and(a.rest), need)
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
