package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"

	"github.com/purlieu/purlieu/server/internal/store"
)

// QueuedBySource steps from source to source in the index, and looks at the units of those alone whose first comes early.
func (r runs) QueuedBySource(ctx context.Context, q store.QueueQuery) ([]store.Unit, error) {
	var lists [3]string
	for i, list := range [][]string{q.Kinds, q.NotSources, q.NotRuns} {
		raw, err := json.Marshal(append([]string{}, list...)) // one statement, however many
		if err != nil {
			return nil, faultOf(ctx, err)
		}
		lists[i] = string(raw)
	}
	var out []store.Unit
	err := r.each(ctx, `with recursive
		at (kind, source) as (
			select value, (select min(source) from unit where state = 1 and runtime = ?1 and kind = value) from json_each(?2)
			union all
			select kind, (select min(source) from unit where state = 1 and runtime = ?1 and kind = at.kind and source > at.source)
			from at where source is not null
		),
		first (kind, source, id) as materialized (
			select kind, source, (select id from unit where state = 1 and runtime = ?1 and kind = at.kind and source = at.source
				and not_before <= ?5 and run not in (select value from json_each(?4)) order by priority desc, id limit 1)
			from at where source is not null and source not in (select value from json_each(?3))
		),
		early (kind, source) as materialized (
			select first.kind, first.source from first cross join unit on unit.id = first.id order by priority desc, unit.id limit ?7
		)
		select `+unitColumns+` from unit where id in (
			select u.id from early cross join unit u on u.id in (
				select id from unit where state = 1 and runtime = ?1 and kind = early.kind and source = early.source
				and not_before <= ?5 and run not in (select value from json_each(?4)) order by priority desc, id limit ?6)
		) order by priority desc, id limit ?7`,
		[]any{q.Runtime, lists[0], lists[1], lists[2], micros(q.NotBefore), q.Each, q.Limit}, func(rows *sql.Rows) error {
			u, err := scanUnit(rows.Scan)
			out = append(out, u)
			return err
		})
	return out, err
}
