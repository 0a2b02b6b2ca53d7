package sqlite

import (
	"context"
	"database/sql"

	"github.com/purlieu/purlieu/server/internal/store"
)

func (t *tx) AddFormers(ctx context.Context, formers []store.Former) error {
	for i := range formers {
		f := &formers[i]
		if _, err := t.exec(ctx, `insert into former (entity, actor, source, type, native_id, scanned) values (?, ?, ?, ?, ?, ?)
			on conflict (entity) do nothing`, f.Entity, f.Actor, f.Source, f.Type, f.NativeID, f.Scanned); err != nil {
			return err
		}
	}
	return nil
}

func (t *tx) formers(ctx context.Context, text string, args ...any) ([]store.Former, error) {
	var out []store.Former
	err := t.each(ctx, `select entity, actor, source, type, native_id, scanned from former `+text, args, func(rows *sql.Rows) error {
		var f store.Former
		err := rows.Scan(&f.Entity, &f.Actor, &f.Source, &f.Type, &f.NativeID, &f.Scanned)
		out = append(out, f)
		return err
	})
	return out, err
}

func (t *tx) Formers(ctx context.Context, actor string, after int64, limit int) ([]store.Former, error) {
	return t.formers(ctx, `where actor = ? and entity > ? order by entity limit ?`, actor, after, limit)
}

func (t *tx) FormersOf(ctx context.Context, entities []int64) (map[int64]store.Former, error) {
	out := make(map[int64]store.Former, len(entities))
	for _, id := range entities {
		list, err := t.formers(ctx, `where entity = ?`, id)
		if err != nil {
			return nil, err
		}
		for _, f := range list {
			out[id] = f
		}
	}
	return out, nil
}

func (t *tx) FormersByNative(ctx context.Context, source, typeName, nativeID string) ([]store.Former, error) {
	return t.formers(ctx, `where source = ? and type = ? and native_id = ? order by entity`, source, typeName, nativeID)
}

func (t *tx) DropFormers(ctx context.Context, entities []int64) error {
	for _, id := range entities {
		if _, err := t.exec(ctx, `delete from former where entity = ?`, id); err != nil {
			return err
		}
	}
	return nil
}
