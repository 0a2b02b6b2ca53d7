// Package postgres keeps an account in a PostgreSQL database, which any number of replicas share.
//
// The rules above the store are written as if write transactions ran one after the other, and here they do: each takes
// the *account lock* (an advisory lock of the database) before its first statement and holds it to its end, on whatever
// replica it runs. Within a replica a gate sends people first and only ever lets one writer wait in the database, so that
// a person waits for one transaction of each other replica at most. Statements see what was committed when they begin (read
// committed), which under the lock is everything. So versions rise in commit order, and two replicas never claim one
// unit or finalise one run. Followers of the map have a lock of their own and run beside the writers.
// *Views* are snapshots (repeatable read, read only) and wait for nobody.
// A replica that freezes within a write is cut by the server after ten seconds, and its lock is free.
package postgres

import (
	"context"
	"database/sql"
	"embed"
	"fmt"
	"io/fs"
	"log/slog"
	"sync"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"

	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/server/internal/store"
	"github.com/purlieu/purlieu/server/internal/store/gate"
)

//go:embed migrations/*.sql
var migrations embed.FS

// The advisory locks of an account's database.
const (
	accountLock int64 = 0x7075726c69657500 + iota
	followLock
	migrateLock
)

// Options say where the store is and how it behaves.
type Options struct {
	// Address is postgres://user@host:port/database with the parameters of libpq, and no password.
	Address string
	// Now is the store's clock; nil is the database's.
	Now func() time.Time
	// Log may be nil.
	Log *slog.Logger
	// Fail injects failures: "commit" is asked before a commit, which its error turns into a rollback, and "committed"
	// after, which makes Update report an error though the transaction is in the store.
	Fail func(point string) error
}

// Store is an open account.
type Store struct {
	opt       Options
	pool      *pgxpool.Pool // of views
	writers   writers
	followers writers
	views     chan struct{} // one place for each that may run

	mu      sync.Mutex
	closed  bool
	running sync.WaitGroup
}

// writers are those that write one after the other, on connections of their own: what the engine plans and remembers for
// a session is theirs, and no view that came between has it planned once more.
type writers struct {
	gate.Gate
	pool *pgxpool.Pool
}

var _ store.Store = (*Store)(nil)

// Open opens the store and brings its schema up to date. Replicas may open at the same time. A schema that is newer
// than this build is fault.Unsupported.
func Open(ctx context.Context, opt Options) (*Store, error) {
	cfg, err := configOf(opt.Address)
	if err != nil {
		return nil, err
	}
	s := &Store{opt: opt, views: make(chan struct{}, readers)}
	if s.opt.Log == nil {
		s.opt.Log = slog.New(slog.DiscardHandler)
	}
	one := cfg.Copy()
	one.MaxConns = 2 // that of the writer, and one that is just being replaced
	for _, p := range []struct {
		pool **pgxpool.Pool
		cfg  *pgxpool.Config
	}{{&s.pool, cfg}, {&s.writers.pool, one}, {&s.followers.pool, one}} {
		if *p.pool, err = pgxpool.NewWithConfig(ctx, p.cfg.Copy()); err != nil {
			s.hangUp()
			return nil, faultOf(ctx, err)
		}
	}
	if err := s.open(ctx); err != nil {
		s.hangUp()
		return nil, err
	}
	return s, nil
}

// hangUp closes all connections.
func (s *Store) hangUp() {
	for _, p := range []*pgxpool.Pool{s.pool, s.writers.pool, s.followers.pool} {
		if p != nil {
			p.Close()
		}
	}
}

func (s *Store) open(ctx context.Context) error {
	var encoding string
	if err := s.pool.QueryRow(ctx, `select current_setting('server_encoding')`).Scan(&encoding); err != nil {
		return faultOf(ctx, err)
	}
	if encoding != "UTF8" {
		return fault.New(fault.Unsupported, "StoreEncoding", "the store's database has the encoding %s", encoding).
			Try("Make it with: create database purlieu encoding 'UTF8' template template0")
	}
	db := stdlib.OpenDBFromPool(s.pool)
	defer db.Close()
	return migrate(ctx, db)
}

// provider reads the embedded migrations.
func provider(db *sql.DB) (*goose.Provider, error) {
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return nil, err
	}
	return goose.NewProvider(goose.DialectPostgres, db, files, goose.WithDisableGlobalRegistry(true),
		goose.WithSlog(slog.New(slog.DiscardHandler)))
}

// migrate brings the schema up to date; replicas that start together do it one after the other.
func migrate(ctx context.Context, db *sql.DB) error {
	lock, err := db.Conn(ctx)
	if err != nil {
		return faultOf(ctx, err)
	}
	defer lock.Close()
	if _, err := lock.ExecContext(ctx, `select pg_advisory_lock($1)`, migrateLock); err != nil {
		return faultOf(ctx, err)
	}
	defer lock.ExecContext(context.WithoutCancel(ctx), `select pg_advisory_unlock($1)`, migrateLock) //nolint:errcheck // it ends with the session, too
	p, err := provider(db)
	if err != nil {
		return faultOf(ctx, err)
	}
	if _, err := p.Up(ctx); err != nil {
		return faultOf(ctx, fmt.Errorf("migrate: %w", err))
	}
	current, target, err := p.GetVersions(ctx)
	if err != nil {
		return faultOf(ctx, err)
	}
	if current > target {
		return fault.New(fault.Unsupported, "StoreTooNew", "the store has schema %d, this build knows %d", current, target).
			Try("Start the newer build, or restore a backup of the older one")
	}
	return nil
}

// Close waits for the transactions that run or wait, and closes. Later use fails with fault.Unreachable.
func (s *Store) Close() error {
	s.mu.Lock()
	was := s.closed
	s.closed = true
	s.mu.Unlock()
	if was {
		return nil
	}
	s.running.Wait()
	s.hangUp()
	return nil
}

// enter counts a use in, unless the store is closed. The caller calls s.running.Done when it is over.
func (s *Store) enter() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return fault.New(fault.Unreachable, "StoreClosed", "the store is closed")
	}
	s.running.Add(1)
	return nil
}

// Probe writes and commits one number, and tells the size. How much room the server's disk has can't be asked; when
// there is none, writing says so.
func (s *Store) Probe(ctx context.Context) (store.Health, error) {
	h := store.Health{Engine: "postgres", FreeBytes: -1, DiskBytes: -1}
	err := s.Update(ctx, store.People, func(t store.Tx) error {
		_, err := t.(*tx).change(ctx, `update counter set value = value + 1 where name = 'probe' returning pg_database_size(current_database())`,
			nil, &h.SizeBytes)
		return err
	})
	if err != nil {
		return store.Health{}, err
	}
	return h, nil
}
