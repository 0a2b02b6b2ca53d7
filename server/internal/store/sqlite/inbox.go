package sqlite

import (
	"context"
	"database/sql"

	"github.com/purlieu/purlieu/server/internal/store"
)

type inbox struct{ *tx }

const inboxColumns = `seq, unit, attempt, number, node, body, received, failures, not_before, quarantined`

func (i inbox) Put(ctx context.Context, row *store.BatchRow) error {
	body := row.Body
	if body == nil {
		body = []byte{}
	}
	_, err := i.change(ctx, `insert into inbox (unit, attempt, number, node, body, received, failures, not_before, quarantined)
		values (?, ?, ?, ?, ?, ?, ?, ?, ?) returning seq`, []any{
		row.Unit, int64(row.Attempt), int64(row.Number), row.Node, body,
		micros(row.Received), int64(row.Failures), micros(row.NotBefore), row.Quarantined,
	}, &row.Seq)
	return taken(err, "BatchExists", "batch %d of attempt %d of unit %d is there already", row.Number, row.Attempt, row.Unit)
}

func (i inbox) Next(ctx context.Context, after int64, limit int) ([]store.BatchRow, error) {
	return i.list(ctx, `select `+inboxColumns+` from inbox where quarantined = '' and seq > ? and not_before <= ?
		order by seq limit ?`, after, micros(i.now), limit)
}

func (i inbox) Quarantined(ctx context.Context, limit int) ([]store.BatchRow, error) {
	return i.list(ctx, `select `+inboxColumns+` from inbox where quarantined <> '' order by seq limit ?`, limit)
}

func (i inbox) list(ctx context.Context, text string, args ...any) ([]store.BatchRow, error) {
	var out []store.BatchRow
	err := i.each(ctx, text, args, func(rows *sql.Rows) error {
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
	n, err := i.exec(ctx, `update inbox set failures = ?, not_before = ?, quarantined = ? where seq = ?`,
		int64(row.Failures), micros(row.NotBefore), row.Quarantined, row.Seq)
	if err == nil && n == 0 {
		err = notFound("BatchNotFound", "there is no batch %d", row.Seq)
	}
	return err
}

func (i inbox) Delete(ctx context.Context, seq int64) error {
	n, err := i.exec(ctx, `delete from inbox where seq = ?`, seq)
	if err == nil && n == 0 {
		err = notFound("BatchNotFound", "there is no batch %d", seq)
	}
	return err
}

func (i inbox) DeleteUnit(ctx context.Context, unit int64, before uint32) error {
	_, err := i.exec(ctx, `delete from inbox where unit = ? and attempt < ? and quarantined = ''`, unit, int64(before))
	return err
}

func (i inbox) Waiting(ctx context.Context) (batches, bytes int64, err error) {
	_, err = i.one(ctx, `select count(*), coalesce(sum(length(body)), 0) from inbox where quarantined = ''`, nil, &batches, &bytes)
	return batches, bytes, err
}
