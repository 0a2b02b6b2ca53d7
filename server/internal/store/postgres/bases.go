package postgres

import (
	"context"

	"github.com/jackc/pgx/v5"

	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/server/internal/store"
)

func (t *tx) DraftBase(ctx context.Context, b *store.Base) error {
	_, err := t.change(ctx, `insert into base (scan, hash, container, generation, count, changed, draft, grants)
		values ($1, $2, $3, $4, 0, 0, true, $5) returning id`,
		[]any{b.Scan, containerHash(b.Container), b.Container, b.Generation, b.Grants}, &b.ID)
	return err
}

func containerHash(container string) [16]byte { return model.HashOf("container", container) }

func (t *tx) AddBlocks(ctx context.Context, blocks []store.Block) error {
	if len(blocks) == 0 {
		return t.ready(ctx, true)
	}
	type b = store.Block
	n, err := t.exec(ctx, `insert into block (base, low, first, rows)
		select id, low, first, rows from unnest($1::bigint[], $2::bytea[], $3::bigint[], $4::bytea[]) u (base, low, first, rows)
		join base on base.id = u.base and draft`,
		column(blocks, func(b *b) int64 { return b.Base }), column(blocks, func(b *b) []byte { return b.Rows[:len(model.Hash{})] }),
		column(blocks, func(b *b) int64 { return b.First }), column(blocks, func(b *b) []byte { return b.Rows }))
	if err == nil && n < int64(len(blocks)) {
		err = noDraft(blocks[0].Base)
	}
	return err
}

func noDraft(id int64) error { return notFound("NoDraft", "there is no draft %d of a base", id) }

func (t *tx) PlaceBase(ctx context.Context, id, count int64) error {
	var scan string
	var hash [16]byte
	there, err := t.one(ctx, `select scan, hash from base where id = $1 and draft`, []any{id}, &scan, &hash)
	if err == nil && !there {
		err = noDraft(id)
	}
	if err != nil {
		return err
	}
	if _, err := t.exec(ctx, `delete from base where scan = $1 and hash = $2 and id <> $3`, scan, hash, id); err != nil {
		return err
	}
	_, err = t.exec(ctx, `update base set draft = false, count = $2 where id = $1`, id, count)
	return err
}

func (t *tx) DropDrafts(ctx context.Context, scan string) error {
	_, err := t.exec(ctx, `delete from base where scan = $1 and draft`, scan)
	return err
}

const basesText = `select id, container, generation, count, changed, grants from base
	where not draft and scan = $1 and left(container, 400) >= left(greatest($2 collate "C", $3 collate "C"), 400)
	and container >= greatest($2 collate "C", $3 collate "C") and (container <> $3 or $3 = '')
	and ($2 = '' or left(container, 400) <= left($2 || '0', 400) and (container = $2 or (container > $2 || '/' and container < $2 || '0')))
	order by left(container, 400), container limit $4`

// Bases with after "" begins with the first, which may be the container "" itself.
func (t *tx) Bases(ctx context.Context, scan, root, after string, limit int) ([]store.Base, error) {
	var out []store.Base
	// What is below a root begins with it and '/'; '0' is the character after '/'.
	err := t.each(ctx, basesText, []any{scan, root, after, limit}, func(rows pgx.Rows) error {
		b := store.Base{Scan: scan}
		err := rows.Scan(&b.ID, &b.Container, &b.Generation, &b.Count, &b.Changed, &b.Grants)
		out = append(out, b)
		return err
	})
	return out, err
}

const blocksText = `select first, rows from block
	where base = $1 and first >= coalesce((select max(first) from block where base = $1 and first <= $2), 0) order by low limit $3`

func (t *tx) Blocks(ctx context.Context, base, position int64, limit int) ([]store.Block, error) {
	var out []store.Block
	err := t.each(ctx, blocksText, []any{base, position, limit}, func(rows pgx.Rows) error {
		b := store.Block{Base: base}
		err := rows.Scan(&b.First, &b.Rows)
		out = append(out, b)
		return err
	})
	return out, err
}

const blockText = `select first, rows from block where base = $1 and low <= $2 order by low desc limit 1`

func (t *tx) BlockOf(ctx context.Context, base int64, hash model.Hash) (store.Block, bool, error) {
	b := store.Block{Base: base}
	ok, err := t.one(ctx, blockText, []any{base, hash[:]}, &b.First, &b.Rows)
	return b, ok, err
}

func (t *tx) SetBlock(ctx context.Context, b store.Block) error {
	n, err := t.exec(ctx, `update block set rows = $1 where base = $2 and low = $3 and first = $4 and length(rows) = $5`,
		b.Rows, b.Base, b.Rows[:len(model.Hash{})], b.First, len(b.Rows))
	if err == nil && n == 0 {
		err = notFound("NoBlock", "the base %d has no such block at %d", b.Base, b.First)
	}
	if err != nil {
		return err
	}
	_, err = t.exec(ctx, `update base set changed = changed + 1 where id = $1`, b.Base)
	return err
}

func (t *tx) DeleteBases(ctx context.Context, scan string) error {
	_, err := t.exec(ctx, `delete from base where scan = $1`, scan)
	return err
}
