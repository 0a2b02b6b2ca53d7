package postgres

import (
	"cmp"
	"context"
	"slices"

	"github.com/jackc/pgx/v5"

	"github.com/purlieu/purlieu/server/internal/store"
)

// facets counts the values of the first matches, as many as bound.
func (x index) facets(ctx context.Context, a asked, names []string) (map[string][]store.FacetCount, error) {
	text, args := `select type, source, collection, classes, count(*) from
		(select type, source, collection, classes from found limit $1) f group by 1, 2, 3, 4`, []any{bound}
	if a.all != "" {
		text, args = `select type, source, collection, classes, count(*) from
			(select type, source, collection, classes from found where words @@ $1::tsquery limit $2) f group by 1, 2, 3, 4`,
			[]any{a.all, bound}
	}
	counts := map[string]map[int64]int64{"type": {}, "source": {}, "collection": {}, "class": {}}
	err := x.each(ctx, text, args, func(rows pgx.Rows) error {
		var typ, source, collection, n int64
		var classes []int64
		if err := rows.Scan(&typ, &source, &collection, &classes, &n); err != nil {
			return err
		}
		counts["type"][typ] += n
		counts["source"][source] += n
		counts["collection"][collection] += n
		for _, id := range classes {
			counts["class"][id] += n
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	out := make(map[string][]store.FacetCount, len(names))
	for _, name := range names {
		if counts[name] == nil {
			continue
		}
		if out[name], err = x.named(ctx, counts[name]); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// named turns counts of tags into the most frequent values, ties by value.
func (x index) named(ctx context.Context, counts map[int64]int64) ([]store.FacetCount, error) {
	ids := make([]int64, 0, len(counts))
	for id := range counts {
		ids = append(ids, id)
	}
	out := make([]store.FacetCount, 0, len(counts))
	err := x.each(ctx, `select id, value from tag where id = any($1) and value <> ''`, []any{ids}, func(rows pgx.Rows) error {
		var id int64
		var c store.FacetCount
		err := rows.Scan(&id, &c.Value)
		c.Count = counts[id]
		out = append(out, c)
		return err
	})
	slices.SortFunc(out, func(a, b store.FacetCount) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Value, b.Value))
	})
	return out[:min(len(out), mostFacets)], err
}
