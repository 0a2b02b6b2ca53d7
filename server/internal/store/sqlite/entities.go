package sqlite

import (
	"context"
	"database/sql"
	"math"
	"slices"
	"time"

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

func scanEntity(rows *sql.Rows, e *store.Entity) error {
	var hash, parent sql.RawBytes
	var created, modified, fingerprint int64
	err := rows.Scan(&e.ID, &hash, &e.Type, &e.QualifiedName, &e.Name, &parent, &e.Source, &e.Collection, &e.NativeID,
		&e.Deleted, &e.Version, &created, &modified, &e.CreatedBy, &e.ModifiedBy, &fingerprint, &e.NextColumn, &e.Scanned, &e.Authored,
		&e.CreatedIn)
	copy(e.Hash[:], hash)
	copy(e.Parent[:], parent)
	e.Created, e.Modified, e.Fingerprint = instant(created), instant(modified), uint64(fingerprint)
	return err
}

func (t *tx) entities(ctx context.Context, text string, args ...any) ([]store.Entity, error) {
	var out []store.Entity
	err := t.each(ctx, text, args, func(rows *sql.Rows) error {
		out = append(out, store.Entity{})
		return scanEntity(rows, &out[len(out)-1])
	})
	return out, err
}

// lookup is how many keys one statement looks up. The last group is filled up with its last key.
const lookup = 50

func (t *tx) ByHash(ctx context.Context, hashes []model.Hash) (map[model.Hash]store.Entity, error) {
	out := make(map[model.Hash]store.Entity, len(hashes))
	args := make([]any, lookup)
	for group := range slices.Chunk(hashes, lookup) {
		for i := range args {
			args[i] = group[min(i, len(group)-1)][:]
		}
		if err := t.each(ctx, selectByHash, args, func(rows *sql.Rows) error {
			var e store.Entity
			if err := scanEntity(rows, &e); err != nil {
				return err
			}
			out[e.Hash] = e
			return nil
		}); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (t *tx) ByID(ctx context.Context, ids []int64) (map[int64]store.Entity, error) {
	out := make(map[int64]store.Entity, len(ids))
	args := make([]any, lookup)
	for group := range slices.Chunk(ids, lookup) {
		for i := range args {
			args[i] = group[min(i, len(group)-1)]
		}
		if err := t.each(ctx, selectByID, args, func(rows *sql.Rows) error {
			var e store.Entity
			if err := scanEntity(rows, &e); err != nil {
				return err
			}
			out[e.ID] = e
			return nil
		}); err != nil {
			return nil, err
		}
	}
	return out, nil
}

const fifty = `?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?,
	?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?`

const (
	selectByHash = `select ` + entityColumns + ` from entity where hash in (` + fifty + `)`
	selectByID   = `select ` + entityColumns + ` from entity where id in (` + fifty + `)`
)

func (t *tx) ByNative(ctx context.Context, source, typeName, nativeID string) ([]store.Entity, error) {
	return t.entities(ctx, `select `+entityColumns+` from entity
		where deleted = 0 and source = ? and type = ? and native_id = ? order by id`, source, typeName, nativeID)
}

func (t *tx) Insert(ctx context.Context, entities []store.Entity) error {
	if len(entities) == 0 {
		return t.ready(ctx, true)
	}
	var last int64
	if _, err := t.change(ctx, `update counter set value = value + ? where name = 'entity' returning value`,
		[]any{len(entities)}, &last); err != nil {
		return err
	}
	args := make([]any, 20)
	for i := range entities {
		e := &entities[i]
		id := last - int64(len(entities)-1-i)
		fillEntity(args, e)
		args[19] = id
		if _, err := t.exec(ctx, `insert into entity (hash, type, qualified_name, name, parent, source, collection, native_id,
			deleted, version, created, modified, created_by, modified_by, fingerprint, next_column, scanned, authored, created_in, id)
			values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, args...); err != nil {
			return taken(err, "EntityExists", "%s %s is in the map already", e.Type, e.QualifiedName)
		}
		e.ID = id
	}
	return nil
}

func (t *tx) Set(ctx context.Context, entities []store.Entity) error {
	args := make([]any, 20)
	for i := range entities {
		e := &entities[i]
		fillEntity(args, e)
		args[19] = e.ID
		n, err := t.exec(ctx, `update entity set hash = ?, type = ?, qualified_name = ?, name = ?, parent = ?, source = ?,
			collection = ?, native_id = ?, deleted = ?, version = ?, created = ?, modified = ?, created_by = ?, modified_by = ?,
			fingerprint = ?, next_column = ?, scanned = ?, authored = ?, created_in = ? where id = ?`, args...)
		if err != nil {
			return taken(err, "EntityExists", "%s %s is in the map already", e.Type, e.QualifiedName)
		}
		if n == 0 {
			return notFound("EntityNotFound", "the map has no row %d", e.ID)
		}
	}
	return nil
}

// fillEntity sets the first 19 arguments from the entity, all but its id.
func fillEntity(args []any, e *store.Entity) {
	args[0], args[1], args[2], args[3] = e.Hash[:], e.Type, e.QualifiedName, e.Name
	args[4], args[5], args[6], args[7] = e.Parent[:], e.Source, e.Collection, e.NativeID
	args[8], args[9], args[10], args[11] = e.Deleted, e.Version, micros(e.Created), micros(e.Modified)
	args[12], args[13], args[14], args[15] = e.CreatedBy, e.ModifiedBy, int64(e.Fingerprint), int64(e.NextColumn)
	args[16], args[17], args[18] = e.Scanned, e.Authored, e.CreatedIn
}

func (t *tx) Children(ctx context.Context, parent model.Hash, afterName string, afterID int64, limit int) ([]store.Entity, error) {
	return t.entities(ctx, `select `+entityColumns+` from entity
		where deleted = 0 and parent = ? and (name, id) > (?, ?) order by name, id limit ?`, parent[:], afterName, afterID, limit)
}

func (t *tx) ChangedAfter(ctx context.Context, after int64, afterID int64, limit int) ([]store.Entity, error) {
	if afterID == 0 {
		afterID = math.MaxInt64 // the version after is done with
	}
	out, err := t.entities(ctx, `select `+entityColumns+` from entity
		where (version, id) > (?, ?) order by version, id limit ?`, after, afterID, limit+1)
	if err != nil {
		return nil, err
	}
	return store.Whole(out, limit, func(e store.Entity) int64 { return e.Version }), nil
}

func (t *tx) Count(ctx context.Context, source string) (int64, error) {
	var n int64
	if source == "" {
		_, err := t.one(ctx, `select count(*) from entity where deleted = 0`, nil, &n)
		return n, err
	}
	_, err := t.one(ctx, `select count(*) from entity where deleted = 0 and source = ?`, []any{source}, &n)
	return n, err
}

func (t *tx) Purge(ctx context.Context, before time.Time, limit int) (int, error) {
	var ids []int64
	if err := t.each(ctx, `select id from entity where deleted = 1 and modified < ? order by modified, id limit ?`,
		[]any{micros(before), limit}, func(rows *sql.Rows) error {
			ids = append(ids, 0)
			return rows.Scan(&ids[len(ids)-1])
		}); err != nil {
		return 0, err
	}
	for _, id := range ids {
		for _, statement := range []string{
			`insert into change (entity, version, at, actor, verb)
				select id, created_in, created, created_by, 'created' from entity where id = ? and created_in > 0`,
			`delete from measure where entity = ?`, `delete from edge where process = ?`, `delete from former where entity = ?`,
			`update edge set far_id = 0 where far = (select hash from entity where id = ?)`, `delete from entity where id = ?`,
		} {
			if _, err := t.exec(ctx, statement, id); err != nil {
				return 0, err
			}
		}
	}
	return len(ids), nil
}
