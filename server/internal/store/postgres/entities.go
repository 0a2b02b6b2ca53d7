package postgres

import (
	"context"
	"math"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/server/internal/store"
)

func (t *tx) NextVersion(ctx context.Context) (int64, error) {
	if t.version != 0 {
		return t.version, t.ready(ctx, true)
	}
	_, err := t.change(ctx, `update counter set value = value + 1 where name = 'version' returning value`, nil, &t.version)
	return t.version, err
}

func (t *tx) Version(ctx context.Context) (int64, error) {
	if t.version != 0 {
		return t.version - 1, nil
	}
	var v int64
	_, err := t.one(ctx, `select value from counter where name = 'version'`, nil, &v)
	return v, err
}

const entityColumns = `id, hash, type, qualified_name, name, parent, source, collection, native_id, deleted, version,
	created, modified, created_by, modified_by, fingerprint, next_column, scanned, authored, created_in`

func scanEntity(rows pgx.Rows, e *store.Entity) error {
	var created, modified, fingerprint int64
	err := rows.Scan(&e.ID, (*[16]byte)(&e.Hash), &e.Type, &e.QualifiedName, &e.Name, (*[16]byte)(&e.Parent), &e.Source, &e.Collection,
		&e.NativeID, &e.Deleted, &e.Version, &created, &modified, &e.CreatedBy, &e.ModifiedBy, &fingerprint, &e.NextColumn, &e.Scanned,
		&e.Authored, &e.CreatedIn)
	e.Created, e.Modified, e.Fingerprint = instant(created), instant(modified), uint64(fingerprint)
	return err
}

func (t *tx) entities(ctx context.Context, text string, args ...any) ([]store.Entity, error) {
	var out []store.Entity
	err := t.each(ctx, text, args, func(rows pgx.Rows) error {
		out = append(out, store.Entity{})
		return scanEntity(rows, &out[len(out)-1])
	})
	return out, err
}

func (t *tx) ByHash(ctx context.Context, hashes []model.Hash) (map[model.Hash]store.Entity, error) {
	out := make(map[model.Hash]store.Entity, len(hashes))
	if len(hashes) == 0 {
		return out, t.ready(ctx, false)
	}
	list, err := t.entities(ctx, `select `+entityColumns+` from entity where hash = any($1::uuid[])`, uuids(hashes))
	for i := range list {
		out[list[i].Hash] = list[i]
	}
	return out, err
}

func (t *tx) ByID(ctx context.Context, ids []int64) (map[int64]store.Entity, error) {
	out := make(map[int64]store.Entity, len(ids))
	if len(ids) == 0 {
		return out, t.ready(ctx, false)
	}
	list, err := t.entities(ctx, `select `+entityColumns+` from entity where id = any($1::bigint[])`, ids)
	for i := range list {
		out[list[i].ID] = list[i]
	}
	return out, err
}

const nativeText = `select ` + entityColumns + ` from entity
	where not deleted and source = $1 and type = $2 and left(native_id, 400) = left($3, 400) and native_id = $3 order by id`

func (t *tx) ByNative(ctx context.Context, source, typeName, nativeID string) ([]store.Entity, error) {
	return t.entities(ctx, nativeText,
		source, typeName, nativeID)
}

// entityArrays are the columns of entities, all but the id, in the order of entityUnnest.
func entityArrays(list []store.Entity) []any {
	type e = store.Entity
	return []any{
		column(list, func(e *e) [16]byte { return e.Hash }), column(list, func(e *e) string { return e.Type }),
		column(list, func(e *e) string { return e.QualifiedName }), column(list, func(e *e) string { return e.Name }),
		column(list, func(e *e) [16]byte { return e.Parent }), column(list, func(e *e) string { return e.Source }),
		column(list, func(e *e) string { return e.Collection }), column(list, func(e *e) string { return e.NativeID }),
		column(list, func(e *e) bool { return e.Deleted }), column(list, func(e *e) int64 { return e.Version }),
		column(list, func(e *e) int64 { return micros(e.Created) }), column(list, func(e *e) int64 { return micros(e.Modified) }),
		column(list, func(e *e) string { return e.CreatedBy }), column(list, func(e *e) string { return e.ModifiedBy }),
		column(list, func(e *e) int64 { return int64(e.Fingerprint) }), column(list, func(e *e) int64 { return int64(e.NextColumn) }),
		column(list, func(e *e) []byte { return e.Scanned }), column(list, func(e *e) []byte { return e.Authored }),
		column(list, func(e *e) int64 { return e.CreatedIn }),
	}
}

const entityUnnest = `unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::uuid[], $6::text[], $7::text[], $8::text[],
	$9::boolean[], $10::bigint[], $11::bigint[], $12::bigint[], $13::text[], $14::text[], $15::bigint[], $16::bigint[],
	$17::bytea[], $18::bytea[], $19::bigint[]`

const entityFields = `hash, type, qualified_name, name, parent, source, collection, native_id, deleted, version, created,
	modified, created_by, modified_by, fingerprint, next_column, scanned, authored, created_in`

func (t *tx) Insert(ctx context.Context, entities []store.Entity) error {
	if len(entities) == 0 {
		return t.ready(ctx, true)
	}
	var newest int64
	if _, err := t.change(ctx, `update counter set value = value + $1 where name = 'entity' returning value`,
		[]any{len(entities)}, &newest); err != nil {
		return err
	}
	before := newest - int64(len(entities))
	n, err := t.exec(ctx, `insert into entity (id, `+entityFields+`) select $20 + n, `+entityFields+`
		from `+entityUnnest+`) with ordinality u (`+entityFields+`, n) on conflict (hash) do nothing`,
		append(entityArrays(entities), before)...)
	if err != nil {
		return err
	}
	if n < int64(len(entities)) {
		return conflict("EntityExists", "of %d entities at and behind %s %s some are in the map already",
			len(entities), entities[0].Type, entities[0].QualifiedName)
	}
	for i := range entities {
		entities[i].ID = before + 1 + int64(i)
	}
	return nil
}

const setText = `update entity e set hash = u.hash, type = u.type, qualified_name = u.qualified_name, name = u.name,
	parent = u.parent, source = u.source, collection = u.collection, native_id = u.native_id, deleted = u.deleted,
	version = u.version, created = u.created, modified = u.modified, created_by = u.created_by, modified_by = u.modified_by,
	fingerprint = u.fingerprint, next_column = u.next_column, scanned = u.scanned, authored = u.authored, created_in = u.created_in
	from ` + entityUnnest + `, $20::bigint[]) u (` + entityFields + `, id)
	where e.id = u.id and (e.hash = u.hash or not exists (select 1 from entity other where other.hash = u.hash))`

func (t *tx) Set(ctx context.Context, entities []store.Entity) error {
	entities = last(entities, func(e *store.Entity) int64 { return e.ID })
	if len(entities) == 0 {
		return t.ready(ctx, true)
	}
	ids := column(entities, func(e *store.Entity) int64 { return e.ID })
	n, err := t.exec(ctx, setText,
		append(entityArrays(entities), ids)...)
	if err != nil || n == int64(len(entities)) {
		return err
	}
	known, err := t.ByID(ctx, ids)
	if err != nil {
		return err
	}
	for _, e := range entities {
		if _, ok := known[e.ID]; !ok {
			return notFound("EntityNotFound", "the map has no row %d", e.ID)
		}
	}
	return conflict("EntityExists", "another entity has the name that one of %d is given", len(entities))
}

const childrenText = `select ` + entityColumns + ` from entity
	where not deleted and parent = $1 and left(name, 400) >= left($2, 400) and (name, id) > ($2, $3)
	order by left(name, 400), name, id limit $4`

// Children reads names by their first characters, as the index holds them.
func (t *tx) Children(ctx context.Context, parent model.Hash, afterName string, afterID int64, limit int) ([]store.Entity, error) {
	return t.entities(ctx, childrenText, [16]byte(parent), afterName, afterID, limit)
}

const changedText = `select ` + entityColumns + ` from entity
	where (version, id) > ($1, $2) order by version, id limit $3`

func (t *tx) ChangedAfter(ctx context.Context, after int64, afterID int64, limit int) ([]store.Entity, error) {
	if afterID == 0 {
		afterID = math.MaxInt64 // the version after is done with
	}
	out, err := t.entities(ctx, changedText, after, afterID, limit+1)
	if err != nil {
		return nil, err
	}
	return store.Whole(out, limit, func(e store.Entity) int64 { return e.Version }), nil
}

func (t *tx) Count(ctx context.Context, source string) (int64, error) {
	var n int64
	if source == "" {
		_, err := t.one(ctx, `select count(*) from entity where not deleted`, nil, &n)
		return n, err
	}
	_, err := t.one(ctx, `select count(*) from entity where not deleted and source = $1`, []any{source}, &n)
	return n, err
}

func (t *tx) Purge(ctx context.Context, before time.Time, limit int) (int, error) {
	var ids []int64
	if err := t.each(ctx, `select id from entity where deleted and modified < $1 order by modified, id limit $2`,
		[]any{micros(before), limit}, func(rows pgx.Rows) error {
			ids = append(ids, 0)
			return rows.Scan(&ids[len(ids)-1])
		}); err != nil || len(ids) == 0 {
		return 0, err
	}
	for _, statement := range []string{
		`insert into change (entity, version, at, actor, verb)
			select id, created_in, created, created_by, 'created' from entity where id = any($1) and created_in > 0`,
		`delete from measure where entity = any($1)`, `delete from edge where process = any($1)`, `delete from former where entity = any($1)`,
		`update edge set far_id = 0 where far in (select hash from entity where id = any($1))`, `delete from entity where id = any($1)`,
	} {
		if _, err := t.exec(ctx, statement, ids); err != nil {
			return 0, err
		}
	}
	return len(ids), nil
}
