package postgres

import (
	"context"

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
