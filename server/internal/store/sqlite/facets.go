package sqlite

import (
	"cmp"
	"context"
	"database/sql"
	"slices"

	"github.com/purlieu/purlieu/server/internal/store"
)

// facets counts the tags of the first matches, as many as bound.
func (x index) facets(ctx context.Context, a asked, kinds []store.TagKind) (map[store.TagKind][]store.FacetCount, error) {
	text, args := `select type, source, collection, classes, count(*) from
		(select type, source, collection, classes from found limit ?) group by 1, 2, 3, 4`, []any{bound}
	if a.all != "" {
		text, args = `select type, source, collection, classes, count(*) from
			(select type, source, collection, classes from (select rowid as id from word where word match ? limit ?)
			join found on found.entity = id) group by 1, 2, 3, 4`, []any{a.all, bound}
	}
	counts := map[int64]int64{}
	err := x.each(ctx, text, args, func(rows *sql.Rows) error {
		var n int64
		var others string
		tags := make([]int64, 3)
		if err := rows.Scan(&tags[0], &tags[1], &tags[2], &others, &n); err != nil {
			return err
		}
		for _, id := range append(tags, idsIn(others)...) {
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
	for id, n := range counts {
		c := store.FacetCount{Count: n}
		var kind store.TagKind
		if _, err := x.one(ctx, `select kind, value from tag where id = ?`, []any{id}, &kind, &c.Value); err != nil {
			return nil, err
		}
		if list, wanted := out[kind]; wanted && c.Value != "" {
			out[kind] = append(list, c)
		}
	}
	for kind, list := range out {
		slices.SortFunc(list, func(a, b store.FacetCount) int {
			return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Value, b.Value))
		})
		out[kind] = list[:min(len(list), mostFacets)]
	}
	return out, nil
}
