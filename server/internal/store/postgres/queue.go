package postgres

import (
	"context"

	"github.com/jackc/pgx/v5"

	"github.com/purlieu/purlieu/server/internal/store"
)

// queuedText takes runtime, kinds, sources and runs without, the time, and how many of each source and of all.
const queuedText = `with recursive
	at (kind, source) as (
		select kind, (select min(source) from unit where state = 1 and runtime = $1 and kind = k.kind) from unnest($2::text[]) k (kind)
		union all
		select kind, (select min(source) from unit where state = 1 and runtime = $1 and kind = at.kind and source > at.source)
		from at where source is not null
	),
	early as materialized (
		select at.kind, at.source from at cross join lateral (
			select priority, id from unit where state = 1 and runtime = $1 and kind = at.kind and source = at.source
			and not_before <= $5 and run <> all($4::text[]) order by priority desc, id limit 1
		) first where at.source is not null and at.source not in (select unnest($3::text[])) order by priority desc, id limit $7
	)
	select u.* from early cross join lateral (
		select ` + unitColumns + ` from unit where state = 1 and runtime = $1 and kind = early.kind and source = early.source
		and not_before <= $5 and run <> all($4::text[]) order by priority desc, id limit $6
	) u order by priority desc, id limit $7`

// QueuedBySource steps from source to source in the index, and looks at the units of those alone whose first comes early.
func (r runs) QueuedBySource(ctx context.Context, q store.QueueQuery) ([]store.Unit, error) {
	var out []store.Unit
	err := r.each(ctx, queuedText, []any{q.Runtime, texts(q.Kinds), texts(q.NotSources), texts(q.NotRuns), micros(q.NotBefore), q.Each, q.Limit}, func(rows pgx.Rows) error {
		u, err := scanUnit(rows.Scan)
		out = append(out, u)
		return err
	})
	return out, err
}

// texts is a list that is not null.
func texts(list []string) []string { return append([]string{}, list...) }
