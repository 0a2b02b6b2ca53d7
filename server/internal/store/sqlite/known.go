package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"

	"github.com/purlieu/purlieu/server/internal/store"
)

// known are the first matches of a question, by entity, as one pass over the index of words gives them: to set the index
// about a question anew costs as much as some hundred matches, so that count, facets and page all come from here. Of a
// listing nothing is known but whether there are more than bound.
type known struct {
	ids   []int64
	whole bool // there are no more
}

// first gives the first matches by entity, at most so many. The question is not a mere listing.
func (x index) first(ctx context.Context, a asked, most int) (*known, error) {
	c := a.matches(a.all)
	k := new(known)
	// In one row: of many, each row costs more than the number in it.
	text := `select coalesce(group_concat(id, ' '), '') from (select word.rowid as id` + c.text + ` order by word.rowid limit ?)`
	err := x.read(ctx, a, text, append(c.args, most), func(rows *sql.Rows) error {
		var list string
		err := rows.Scan(&list)
		k.ids = idsIn(list)
		return err
	})
	k.whole = len(k.ids) < most
	return k, err
}

// rows is where the matches are, up to most, with the columns of found.
func (k *known) rows(most int) clause {
	list, _ := json.Marshal(k.ids[:min(most, len(k.ids))]) // numbers can be written
	return clause{` from json_each(?) as known cross join found on found.entity = known.value where 1`, []any{string(list)}}
}

// without gives the first need of them that are in no other place; false when there may be more of which it does not know.
func (k *known) without(places []store.IndexPlace, need int) ([]int64, bool) {
	taken := make(map[int64]struct{}, len(places))
	for _, p := range places {
		taken[p.Entity] = struct{}{}
	}
	var out []int64
	for _, id := range k.ids {
		if _, ok := taken[id]; !ok && len(out) < need {
			out = append(out, id)
		}
	}
	return out, k.whole || len(out) == need
}

// counted counts the matches and the facets, and gives what is known then.
func (x index) counted(ctx context.Context, a asked, facets []store.TagKind, out *store.IndexResult) (k *known, err error) {
	if a.listing() {
		if out.Facets, out.Count, err = x.facets(ctx, a, a.rows(a.all), facets); err != nil {
			return nil, err
		}
		if len(facets) == 0 || out.Count == bound { // there may be more than the facets counted
			out.Count, err = x.count(ctx, a, bound+1)
		}
		k = &known{whole: out.Count <= bound}
	} else {
		most := bound + 1
		if a.name == "" || len(a.order) > 0 { // all are sorted
			most = mostSorted + 1
		}
		if k, err = x.first(ctx, a, most); err != nil {
			return nil, err
		}
		out.Count = int64(len(k.ids))
		out.Facets, _, err = x.facets(ctx, a, k.rows(bound), facets)
	}
	if out.Count > bound {
		out.Count, out.Approximate = bound, true
	}
	return k, err
}
