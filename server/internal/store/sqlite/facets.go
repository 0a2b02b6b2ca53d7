package sqlite

import (
	"cmp"
	"context"
	"database/sql"
	"slices"
	"strconv"
	"strings"

	"github.com/purlieu/purlieu/server/internal/store"
)

// facets counts the first of the rows, as many as bound, and their tags. For no kinds it counts nothing.
func (x index) facets(ctx context.Context, a asked, c clause, kinds []store.TagKind) (out map[store.TagKind][]store.FacetCount, matches int64, err error) {
	if len(kinds) == 0 {
		return nil, 0, nil
	}
	// All tags of all rows as one text: to group the rows costs twice as much as to count what is in it.
	text := `select count(*), coalesce(group_concat(tags, ' '), '') from (select found.type || ' ' || found.source || ' ' ||
		found.collection || ' ' || found.classes as tags` + c.text + ` limit ?)`
	counts := map[int64]int64{}
	err = x.read(ctx, a, text, append(c.args, bound), func(rows *sql.Rows) error {
		var tags string
		err := rows.Scan(&matches, &tags)
		for _, id := range idsIn(tags) {
			counts[id]++
		}
		return err
	})
	if err != nil {
		return nil, 0, err
	}
	out = make(map[store.TagKind][]store.FacetCount, len(kinds))
	for _, kind := range kinds {
		out[kind] = []store.FacetCount{}
	}
	for id, n := range counts {
		c := store.FacetCount{Count: n}
		var kind store.TagKind
		if _, err := x.one(ctx, `select kind, value from tag where id = ?`, []any{id}, &kind, &c.Value); err != nil {
			return nil, 0, err
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
	return out, matches, nil
}

func idsIn(tags string) []int64 {
	var out []int64
	for f := range strings.FieldsSeq(tags) {
		if id, err := strconv.ParseInt(f, 10, 64); err == nil {
			out = append(out, id)
		}
	}
	return out
}
