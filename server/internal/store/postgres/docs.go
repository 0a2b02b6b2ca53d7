package postgres

import (
	"context"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/purlieu/purlieu/server/internal/store"
)

type docs struct{ *tx }

func (d docs) Get(ctx context.Context, kind, key string) (store.Doc, error) {
	doc := store.Doc{Kind: kind, Key: key}
	var created, modified int64
	ok, err := d.one(ctx, `select body, version, created, modified from doc where kind = $1 and key = $2`,
		[]any{kind, key}, &doc.Body, &doc.Version, &created, &modified)
	if err == nil && !ok {
		err = notFound("DocNotFound", "no %s is called %q", kind, key)
	}
	if err != nil {
		return store.Doc{}, err
	}
	doc.Created, doc.Modified = instant(created), instant(modified)
	return doc, nil
}

func (d docs) List(ctx context.Context, kind, prefix, after string, limit int) ([]store.Doc, error) {
	var out []store.Doc
	// Keys with one prefix stand together, so the upper bound is where they end.
	err := d.each(ctx, `select key, body, version, created, modified from doc
		where kind = $1 and key >= $2 and key > $3 order by key limit $4`,
		[]any{kind, prefix, after, limit}, func(rows pgx.Rows) error {
			doc := store.Doc{Kind: kind}
			var created, modified int64
			if err := rows.Scan(&doc.Key, &doc.Body, &doc.Version, &created, &modified); err != nil {
				return err
			}
			if !strings.HasPrefix(doc.Key, prefix) {
				return nil
			}
			doc.Created, doc.Modified = instant(created), instant(modified)
			out = append(out, doc)
			return nil
		})
	return out, err
}

func (d docs) Put(ctx context.Context, doc *store.Doc) error {
	now := micros(d.now)
	body := doc.Body
	if body == nil {
		body = []byte{}
	}
	if doc.Version == 0 {
		n, err := d.exec(ctx, `insert into doc (kind, key, body, version, created, modified) values ($1, $2, $3, 1, $4, $4)
			on conflict (kind, key) do nothing`, doc.Kind, doc.Key, body, now)
		if err == nil && n == 0 {
			err = conflict("DocExists", "a %s called %q is there already", doc.Kind, doc.Key)
		}
		if err != nil {
			return err
		}
		doc.Version, doc.Created, doc.Modified = 1, instant(now), instant(now)
		return nil
	}
	var created int64
	ok, err := d.change(ctx, `update doc set body = $1, version = version + 1, modified = $2
		where kind = $3 and key = $4 and version = $5 returning created`,
		[]any{body, now, doc.Kind, doc.Key, doc.Version}, &created)
	if err != nil {
		return err
	}
	if !ok {
		return conflict("DocChanged", "the %s %q is not at version %d", doc.Kind, doc.Key, doc.Version)
	}
	doc.Version++
	doc.Created, doc.Modified = instant(created), instant(now)
	return nil
}

func (d docs) Delete(ctx context.Context, kind, key string, version int64) error {
	n, err := d.exec(ctx, `delete from doc where kind = $1 and key = $2 and ($3 = 0 or version = $3)`, kind, key, version)
	if err != nil || n > 0 {
		return err
	}
	if _, err := d.Get(ctx, kind, key); err != nil {
		return err
	}
	return conflict("DocChanged", "the %s %q is not at version %d", kind, key, version)
}
