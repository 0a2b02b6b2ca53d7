package postgres

import (
	"context"
	"errors"

	"github.com/purlieu/purlieu/connector"
)

// LeftBehind are the settings that a session has changed when it rests, behind a transaction over the catalogue and one
// that read rows.
func LeftBehind(ctx context.Context, env connector.Env, database string) (names []string, err error) {
	s, err := New().open(ctx, env, database)
	if err != nil {
		return nil, err
	}
	defer s.end()
	if err := s.rest(ctx); err != nil {
		return nil, err
	}
	if err := s.peek(ctx, "select 1", true, func(row) {}); err != nil {
		return nil, err
	}
	err = s.query(ctx, "select name from pg_settings where source = 'session'", func(r row) error {
		names = append(names, r.text(0))
		return nil
	})
	return names, err
}

// GivenUp is what becomes of a session in which a statement failed in a transaction and was given up: what it gave, the
// state of its transaction then, and whether rows and catalogue can be read behind it.
func GivenUp(ctx context.Context, env connector.Env, database string) (gave error, status byte, next error) {
	s, err := New().open(ctx, env, database)
	if err != nil {
		return nil, 0, err
	}
	defer s.end()
	failed := s.query(ctx, "select 1/0", func(row) error { return nil })
	gave, status = s.giveUp(ctx, failed), s.conn.TxStatus()
	if !s.rests {
		return gave, status, errors.New("the session does not rest")
	}
	if err := s.peek(ctx, "select 1", true, func(row) {}); err != nil {
		return gave, status, err
	}
	if err := s.wake(ctx); err != nil {
		return gave, status, err
	}
	return gave, status, s.query(ctx, "select 1", func(row) error { return nil })
}

// GivenUpClosed gives an error up whose connection is gone, and tells what it gave and whether the session rests.
func GivenUpClosed(ctx context.Context, env connector.Env, database string, failure error) (gave error, rests bool, err error) {
	s, err := New().open(ctx, env, database)
	if err != nil {
		return nil, false, err
	}
	defer s.end()
	_ = s.conn.Close(ctx)
	gave = s.giveUp(ctx, failure)
	return gave, s.rests, nil
}

// ReadOnly is the word of the server whether the transaction over the catalogue is read-only, and the one that reads rows.
func ReadOnly(ctx context.Context, env connector.Env, database string) (catalogue, rows string, err error) {
	s, err := New().open(ctx, env, database)
	if err != nil {
		return "", "", err
	}
	defer s.end()
	const ask = "select current_setting('transaction_read_only')"
	if err := s.query(ctx, ask, func(r row) error { catalogue = r.text(0); return nil }); err != nil {
		return "", "", err
	}
	if err := s.rest(ctx); err != nil {
		return catalogue, "", err
	}
	err = s.peek(ctx, ask, false, func(r row) { rows = r.text(0) })
	return catalogue, rows, err
}
