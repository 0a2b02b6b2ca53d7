package sqlite

import (
	"context"
	"database/sql"

	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/server/internal/store"
)

func (t *tx) DraftBase(ctx context.Context, b *store.Base) error {
	_, err := t.change(ctx, `insert into base (scan, container, generation, count, changed, draft, grants) values (?, ?, ?, 0, 0, 1, ?)
		returning id`, []any{b.Scan, b.Container, b.Generation, b.Grants}, &b.ID)
	return err
}

func (t *tx) AddBlocks(ctx context.Context, blocks []store.Block) error {
	for i := range blocks {
		b := &blocks[i]
		n, err := t.exec(ctx, `insert into block (base, low, first, rows) select id, ?, ?, ? from base where id = ? and draft = 1`,
			b.Rows[:len(model.Hash{})], b.First, b.Rows, b.Base)
		if err == nil && n == 0 {
			err = noDraft(b.Base)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func noDraft(id int64) error { return notFound("NoDraft", "there is no draft %d of a base", id) }

func (t *tx) PlaceBase(ctx context.Context, id, count int64) error {
	var scan, container string
	there, err := t.one(ctx, `select scan, container from base where id = ? and draft = 1`, []any{id}, &scan, &container)
	if err == nil && !there {
		err = noDraft(id)
	}
	if err != nil {
		return err
	}
	for _, text := range []string{
		`delete from block where base in (select id from base where scan = ?1 and container = ?2 and id <> ?3)`,
		`delete from base where scan = ?1 and container = ?2 and id <> ?3`,
	} {
		if _, err := t.exec(ctx, text, scan, container, id); err != nil {
			return err
		}
	}
	_, err = t.exec(ctx, `update base set draft = 0, count = ? where id = ?`, count, id)
	return err
}

func (t *tx) DropDrafts(ctx context.Context, scan string) error {
	if _, err := t.exec(ctx, `delete from block where base in (select id from base where scan = ? and draft = 1)`, scan); err != nil {
		return err
	}
	_, err := t.exec(ctx, `delete from base where scan = ? and draft = 1`, scan)
	return err
}

// Bases with after "" begins with the first, which may be the container "" itself.
func (t *tx) Bases(ctx context.Context, scan, root, after string, limit int) ([]store.Base, error) {
	var out []store.Base
	// What is below a root begins with it and '/'; '0' is the character after '/'.
	err := t.each(ctx, `select id, container, generation, count, changed, grants from base
		where draft = 0 and scan = ?1 and container >= max(?2, ?3) and (container <> ?3 or ?3 = '')
		and (?2 = '' or container = ?2 or (container > ?2 || '/' and container < ?2 || '0'))
		order by container limit ?4`, []any{scan, root, after, limit}, func(rows *sql.Rows) error {
		b := store.Base{Scan: scan}
		err := rows.Scan(&b.ID, &b.Container, &b.Generation, &b.Count, &b.Changed, &b.Grants)
		out = append(out, b)
		return err
	})
	return out, err
}

func (t *tx) Blocks(ctx context.Context, base, position int64, limit int) ([]store.Block, error) {
	var out []store.Block
	err := t.each(ctx, `select first, rows from block
		where base = ?1 and first >= coalesce((select max(first) from block where base = ?1 and first <= ?2), 0)
		order by low limit ?3`, []any{base, position, limit}, func(rows *sql.Rows) error {
		b := store.Block{Base: base}
		err := rows.Scan(&b.First, &b.Rows)
		out = append(out, b)
		return err
	})
	return out, err
}

func (t *tx) BlockOf(ctx context.Context, base int64, hash model.Hash) (store.Block, bool, error) {
	b := store.Block{Base: base}
	ok, err := t.one(ctx, `select first, rows from block where base = ? and low <= ? order by low desc limit 1`, []any{base, hash[:]}, &b.First, &b.Rows)
	return b, ok, err
}

func (t *tx) SetBlock(ctx context.Context, b store.Block) error {
	n, err := t.exec(ctx, `update block set rows = ? where base = ? and low = ? and first = ? and length(rows) = ?`,
		b.Rows, b.Base, b.Rows[:len(model.Hash{})], b.First, len(b.Rows))
	if err == nil && n == 0 {
		err = notFound("NoBlock", "the base %d has no such block at %d", b.Base, b.First)
	}
	if err != nil {
		return err
	}
	_, err = t.exec(ctx, `update base set changed = changed + 1 where id = ?`, b.Base)
	return err
}

func (t *tx) DeleteBases(ctx context.Context, scan string) error {
	if _, err := t.exec(ctx, `delete from block where base in (select id from base where scan = ?)`, scan); err != nil {
		return err
	}
	_, err := t.exec(ctx, `delete from base where scan = ?`, scan)
	return err
}
