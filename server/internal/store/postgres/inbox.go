package postgres

import (
	"context"

	"github.com/jackc/pgx/v5"

	"github.com/purlieu/purlieu/server/internal/store"
)

type inbox struct{ *tx }

const inboxColumns = `seq, unit, attempt, number, node, body, received, failures, not_before, quarantined`

func (i inbox) Put(ctx context.Context, row *store.BatchRow) error {
	body := row.Body
	if body == nil {
		body = []byte{}
	}
	ok, err := i.change(ctx, `insert into inbox (unit, attempt, number, node, body, size, received, failures, not_before, quarantined)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) on conflict (unit, attempt, number) do nothing returning seq`, []any{
		row.Unit, int64(row.Attempt), int64(row.Number), row.Node, body, len(body),
		micros(row.Received), int64(row.Failures), micros(row.NotBefore), row.Quarantined,
	}, &row.Seq)
	if err == nil && !ok {
		err = conflict("BatchExists", "batch %d of attempt %d of unit %d is there already", row.Number, row.Attempt, row.Unit)
	}
	return err
}

func (i inbox) Next(ctx context.Context, after int64, limit int) ([]store.BatchRow, error) {
	return i.list(ctx, `select `+inboxColumns+` from inbox where quarantined = '' and seq > $1 and not_before <= $2
		order by seq limit $3`, after, micros(i.now), limit)
}

func (i inbox) Quarantined(ctx context.Context, limit int) ([]store.BatchRow, error) {
	return i.list(ctx, `select `+inboxColumns+` from inbox where quarantined <> '' order by seq limit $1`, limit)
}

func (i inbox) list(ctx context.Context, text string, args ...any) ([]store.BatchRow, error) {
	var out []store.BatchRow
	err := i.each(ctx, text, args, func(rows pgx.Rows) error {
		var b store.BatchRow
		var received, notBefore int64
		err := rows.Scan(&b.Seq, &b.Unit, &b.Attempt, &b.Number, &b.Node, &b.Body, &received, &b.Failures, &notBefore, &b.Quarantined)
		b.Received, b.NotBefore = instant(received), instant(notBefore)
		out = append(out, b)
		return err
	})
	return out, err
}

func (i inbox) Set(ctx context.Context, row store.BatchRow) error {
	n, err := i.exec(ctx, `update inbox set failures = $1, not_before = $2, quarantined = $3 where seq = $4`,
		int64(row.Failures), micros(row.NotBefore), row.Quarantined, row.Seq)
	if err == nil && n == 0 {
		err = notFound("BatchNotFound", "there is no batch %d", row.Seq)
	}
	return err
}

func (i inbox) Delete(ctx context.Context, seq int64) error {
	n, err := i.exec(ctx, `delete from inbox where seq = $1`, seq)
	if err == nil && n == 0 {
		err = notFound("BatchNotFound", "there is no batch %d", seq)
	}
	return err
}

func (i inbox) DeleteUnit(ctx context.Context, unit int64, before uint32) error {
	_, err := i.exec(ctx, `delete from inbox where unit = $1 and attempt < $2 and quarantined = ''`, unit, int64(before))
	return err
}

func (i inbox) Waiting(ctx context.Context) (batches, bytes int64, err error) {
	_, err = i.one(ctx, `select count(*), coalesce(sum(size), 0)::bigint from inbox where quarantined = ''`, nil, &batches, &bytes)
	return batches, bytes, err
}
