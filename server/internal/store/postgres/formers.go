package postgres

import (
	"context"

	"github.com/jackc/pgx/v5"

	"github.com/purlieu/purlieu/server/internal/store"
)

func (t *tx) AddFormers(ctx context.Context, formers []store.Former) error {
	if len(formers) == 0 {
		return t.ready(ctx, true)
	}
	type f = store.Former
	_, err := t.exec(ctx, `insert into former (entity, actor, source, type, native_id, scanned)
		select distinct on (entity) entity, actor, source, type, native_id, scanned
		from unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::text[], $6::bytea[])
		with ordinality u (entity, actor, source, type, native_id, scanned, n) order by entity, n
		on conflict (entity) do nothing`,
		column(formers, func(f *f) int64 { return f.Entity }), column(formers, func(f *f) string { return f.Actor }),
		column(formers, func(f *f) string { return f.Source }), column(formers, func(f *f) string { return f.Type }),
		column(formers, func(f *f) string { return f.NativeID }), column(formers, func(f *f) []byte { return f.Scanned }))
	return err
}

func (t *tx) formers(ctx context.Context, text string, args ...any) ([]store.Former, error) {
	var out []store.Former
	err := t.each(ctx, `select entity, actor, source, type, native_id, scanned from former `+text, args, func(rows pgx.Rows) error {
		var f store.Former
		err := rows.Scan(&f.Entity, &f.Actor, &f.Source, &f.Type, &f.NativeID, &f.Scanned)
		out = append(out, f)
		return err
	})
	return out, err
}

func (t *tx) Formers(ctx context.Context, actor string, after int64, limit int) ([]store.Former, error) {
	return t.formers(ctx, `where actor = $1 and entity > $2 order by entity limit $3`, actor, after, limit)
}

func (t *tx) FormersOf(ctx context.Context, entities []int64) (map[int64]store.Former, error) {
	out := make(map[int64]store.Former, len(entities))
	list, err := t.formers(ctx, `where entity = any($1::bigint[])`, entities)
	for _, f := range list {
		out[f.Entity] = f
	}
	return out, err
}

func (t *tx) FormersByNative(ctx context.Context, source, typeName, nativeID string) ([]store.Former, error) {
	return t.formers(ctx, `where source = $1 and type = $2 and left(native_id, 400) = left($3, 400) and native_id = $3 order by entity`,
		source, typeName, nativeID)
}

func (t *tx) DropFormers(ctx context.Context, entities []int64) error {
	_, err := t.exec(ctx, `delete from former where entity = any($1::bigint[])`, entities)
	return err
}
