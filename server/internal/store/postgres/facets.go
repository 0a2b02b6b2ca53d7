package postgres

import (
	"cmp"
	"context"
	"maps"
	"slices"

	"github.com/jackc/pgx/v5"

	"github.com/purlieu/purlieu/server/internal/store"
)

// facets counts the tags of the first matches, as many as bound.
func (x index) facets(ctx context.Context, a asked, kinds []store.TagKind) (map[store.TagKind][]store.FacetCount, error) {
	counts := map[int64]int64{}
	err := x.each(ctx, `select type, source, collection, classes, count(*) from
		(select type, source, collection, classes from found where `+a.where()+` limit @most) f group by 1, 2, 3, 4`,
		a.with(pgx.NamedArgs{"all": a.all, "most": bound}), func(rows pgx.Rows) error {
			var n int64
			var others []int64
			tags := make([]int64, 3)
			if err := rows.Scan(&tags[0], &tags[1], &tags[2], &others, &n); err != nil {
				return err
			}
			for _, id := range append(tags, others...) {
				counts[id] += n
			}
			return nil
		})
	if err != nil {
		return nil, err
	}
	out := make(map[store.TagKind][]store.FacetCount, len(kinds))
	for _, kind := range kinds {
		out[kind] = []store.FacetCount{}
	}
	err = x.each(ctx, `select id, kind, value from tag where id = any($1) and value <> ''`, []any{slices.Collect(maps.Keys(counts))},
		func(rows pgx.Rows) error {
			var id int64
			var kind string
			var c store.FacetCount
			err := rows.Scan(&id, &kind, &c.Value)
			c.Count = counts[id]
			if list, wanted := out[store.TagKind(kind)]; wanted {
				out[store.TagKind(kind)] = append(list, c)
			}
			return err
		})
	for kind, list := range out {
		slices.SortFunc(list, func(a, b store.FacetCount) int {
			return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Value, b.Value))
		})
		out[kind] = list[:min(len(list), mostFacets)]
	}
	return out, err
}
