// Package sqlite keeps an account in one SQLite file: the engine of the default deployment.
//
// There is one *writer* connection; write transactions wait for it in two queues, people before ingestion, and are
// never run at once, so that versions rise in commit order without more ado. *Readers* are a few connections that each
// see the snapshot of the moment at which their transaction began (write-ahead log), and never wait for the writer.
// A commit is on disk when it returns (synchronous = full), but for those of followers, which can be made again. Every
// statement is prepared once on each connection.
// The search index is FTS5 over words that the search room has folded: nothing here knows a language.
package sqlite

import (
	"context"
	"database/sql"
	"embed"
	"fmt"
	"io/fs"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/pressly/goose/v3"
	_ "modernc.org/sqlite" // the engine

	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/server/internal/store"
	"github.com/purlieu/purlieu/server/internal/store/gate"
)

//go:embed migrations/*.sql
var migrations embed.FS

// Memory is the path of a store that lives as long as it is open and is shared with nobody.
const Memory = ":memory:"

// readers is how many views run at once; more wait.
const readers = 6

// Options say where the store is and how it behaves.
type Options struct {
	// Path is the file, made when it is not there (its folder must exist). Memory keeps the same file in a folder of
	// its own below the memory file system, or the temporary folder where there is none, unsynced, and removes it at
	// Close: everything behaves as with a file on disk.
	Path string
	// Now is the store's clock; nil is the system's. It is asked once per transaction, from the caller's goroutine.
	Now func() time.Time
	// Log may be nil.
	Log *slog.Logger
	// Relaxed gives up the promise that a commit survives a power cut (synchronous = normal).
	Relaxed bool
	// Fail injects failures, for the simulated world: "commit" is asked before a commit, which its error turns into a
	// rollback, and "committed" after, which makes Update report an error though the transaction is in the store.
	Fail func(point string) error
}

// Store is an open account. It starts no goroutine of its own.
type Store struct {
	opt    Options
	path   string
	folder string // of a Memory store, removed at Close
	db     *sql.DB
	gate   gate.Gate
	writer *conn
	hasty  bool       // the writer's commits don't wait for the disk
	idle   chan *conn // readers; nil stands for one that is not yet open

	mu      sync.Mutex
	closed  bool
	running sync.WaitGroup
}

var _ store.Store = (*Store)(nil)

// Open opens the store, makes it when it is not there, and brings its schema up to date. A schema that is newer
// than this build is fault.Unsupported.
func Open(ctx context.Context, opt Options) (*Store, error) {
	s := &Store{opt: opt, path: opt.Path, idle: make(chan *conn, readers)}
	if s.opt.Now == nil {
		s.opt.Now = time.Now
	}
	if s.opt.Log == nil {
		s.opt.Log = slog.New(slog.DiscardHandler)
	}
	if opt.Path == Memory {
		folder, err := memoryFolder()
		if err != nil {
			return nil, fault.New(fault.Internal, "StoreOpen", "no folder for a store in memory").Because(err)
		}
		s.folder, s.path = folder, filepath.Join(folder, "purlieu.db")
	}
	if err := s.open(ctx); err != nil {
		s.release()
		return nil, err
	}
	return s, nil
}

func (s *Store) open(ctx context.Context) error {
	dsn, err := s.dsn()
	if err != nil {
		return err
	}
	// The file holds people's secrets in hashed form: nobody else reads it. The log beside it takes over its mode.
	file, err := os.OpenFile(s.path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return fault.New(fault.Throttled, "StoreReadOnly", "the store's file %s can't be opened", s.path).
			Try("Check that its folder exists and may be written").Because(err)
	}
	if err := file.Close(); err != nil {
		return fault.New(fault.Throttled, "StoreReadOnly", "the store's file %s can't be opened", s.path).Because(err)
	}
	if s.db, err = sql.Open("sqlite", dsn); err != nil {
		return faultOf(ctx, err)
	}
	s.db.SetMaxOpenConns(readers + 2)
	s.db.SetMaxIdleConns(readers + 2)
	if err := migrate(ctx, s.db); err != nil {
		return err
	}
	if s.writer, err = s.connect(ctx, vocabulary+"pragma cache_size = -16384"); err != nil {
		return err
	}
	for range readers {
		s.idle <- nil
	}
	return nil
}

// dsn is the file as a URI with the pragmas that every connection sets first.
func (s *Store) dsn() (string, error) {
	path, err := filepath.Abs(s.path)
	if err != nil {
		return "", fault.New(fault.Invalid, "StorePath", "the store's path %q is not a path", s.path).Because(err)
	}
	path = filepath.ToSlash(path)
	if !strings.HasPrefix(path, "/") {
		path = "/" + path // a Windows drive
	}
	sync := "synchronous(full)"
	if s.opt.Relaxed {
		sync = "synchronous(normal)"
	}
	if s.folder != "" {
		sync = "synchronous(off)"
	}
	q := url.Values{"_pragma": {"busy_timeout(5000)", "journal_mode(wal)", sync, "temp_store(memory)", "cache_size(-4096)"}}
	return "file:" + (&url.URL{Path: path}).EscapedPath() + "?" + q.Encode(), nil
}

// provider reads the embedded migrations.
func provider(db *sql.DB) (*goose.Provider, error) {
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return nil, err
	}
	return goose.NewProvider(goose.DialectSQLite3, db, files, goose.WithDisableGlobalRegistry(true),
		goose.WithSlog(slog.New(slog.DiscardHandler)))
}

// migrate brings the schema up to date.
func migrate(ctx context.Context, db *sql.DB) error {
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

func memoryFolder() (string, error) {
	if dir, err := os.MkdirTemp("/dev/shm", "purlieu-"); err == nil {
		return dir, nil
	}
	return os.MkdirTemp("", "purlieu-")
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
	return s.release()
}

func (s *Store) release() error {
	var err error
	if s.writer != nil {
		err = s.writer.close()
	}
	for range len(s.idle) {
		if c := <-s.idle; c != nil {
			err = first(err, c.close())
		}
	}
	if s.db != nil {
		err = first(err, s.db.Close())
	}
	if s.folder != "" {
		err = first(err, os.RemoveAll(s.folder))
	}
	if err != nil {
		return fault.New(fault.Internal, "StoreClose", "the store did not close cleanly").Because(err)
	}
	return nil
}

func first(a, b error) error {
	if a != nil {
		return a
	}
	return b
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

// Probe writes and commits one number, and tells how much room there is on the disk.
func (s *Store) Probe(ctx context.Context) (store.Health, error) {
	err := s.Update(ctx, store.People, func(t store.Tx) error {
		_, err := t.(*tx).exec(ctx, `update counter set value = value + 1 where name = 'probe'`)
		return err
	})
	if err != nil {
		return store.Health{}, err
	}
	h := store.Health{Engine: "sqlite"}
	h.FreeBytes, h.DiskBytes = roomOf(filepath.Dir(s.path))
	for _, suffix := range []string{"", "-wal"} {
		if info, err := os.Stat(s.path + suffix); err == nil {
			h.SizeBytes += info.Size()
		}
	}
	return h, nil
}
