package postgres

import (
	"cmp"
	"context"
	"maps"
	"slices"

	"github.com/jackc/pgx/v5"

	"github.com/purlieu/purlieu/server/internal/store"
)

// alike are matches with the same tags.
type alike struct {
	Type, Source, Collection int64
	Classes                  []int64
	N                        int64
}

// alikeText gives the first of the rows of a query, as many as bound, by their tags; "null" when facets are not wanted.
func alikeText(wanted bool, from string) string {
	if !wanted {
		return `null::json`
	}
	return `(select json_agg(a) from (select type, source, collection, classes, count(*) as n
		from (select type, source, collection, classes from ` + from + ` limit @bound) b group by 1, 2, 3, 4) a)`
}

// facets counts the tags of matches.
func (x index) facets(ctx context.Context, groups []alike, kinds []store.TagKind) (map[store.TagKind][]store.FacetCount, error) {
	counts := map[int64]int64{}
	for _, g := range groups {
		for _, id := range append([]int64{g.Type, g.Source, g.Collection}, g.Classes...) {
			counts[id] += g.N
		}
	}
	out := make(map[store.TagKind][]store.FacetCount, len(kinds))
	for _, kind := range kinds {
		out[kind] = []store.FacetCount{}
	}
	err := x.each(ctx, `select id, kind, value from tag where id = any($1) and value <> ''`, []any{slices.Collect(maps.Keys(counts))},
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
