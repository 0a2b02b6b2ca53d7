package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"strings"

	"modernc.org/sqlite"
	lib "modernc.org/sqlite/lib"

	"github.com/purlieu/purlieu/fault"
)

// conn is one connection with the statements that were prepared on it. One goroutine uses it at a time.
type conn struct {
	sql   *sql.Conn
	stmts map[string]*sql.Stmt
}

// vocabulary is the words of the index, as every connection sees them. It holds nothing itself.
const vocabulary = `create virtual table if not exists temp.vocabulary using fts5vocab(main, word, instance);`

func (s *Store) connect(ctx context.Context, setup string) (*conn, error) {
	c, err := s.db.Conn(ctx)
	if err != nil {
		return nil, faultOf(ctx, err)
	}
	if _, err := c.ExecContext(ctx, setup); err != nil {
		c.Close()
		return nil, faultOf(ctx, err)
	}
	return &conn{sql: c, stmts: make(map[string]*sql.Stmt)}, nil
}

// stmt gives the prepared statement of a text. Texts are constants or put together from few constants, so that
// their number is bounded.
func (c *conn) stmt(text string) (*sql.Stmt, error) {
	if st := c.stmts[text]; st != nil {
		return st, nil
	}
	// SQLite prepares a statement anew at each run when its plan could follow from a bound value, and takes a bare
	// parameter behind "limit" for one (sqlite3ExprIsInteger, with STAT4): most of the time of a small query went there.
	st, err := c.sql.PrepareContext(context.Background(), strings.ReplaceAll(text, "limit ?", "limit 0 + ?"))
	if err != nil {
		return nil, err
	}
	c.stmts[text] = st
	return st, nil
}

// run executes a statement that takes nothing and gives nothing, whatever became of the caller.
func (c *conn) run(text string) error {
	st, err := c.stmt(text)
	if err != nil {
		return err
	}
	_, err = st.ExecContext(context.Background())
	return err
}

func (c *conn) close() error {
	var err error
	for _, st := range c.stmts {
		err = first(err, st.Close())
	}
	return first(err, c.sql.Close())
}

// faultOf turns an error of the engine into one of ours.
func faultOf(ctx context.Context, err error) error {
	var f *fault.Error
	if err == nil || errors.As(err, &f) {
		return err
	}
	if cause := ctx.Err(); cause != nil {
		return fault.New(fault.Throttled, "Canceled", "the caller did not wait for the store").Because(cause)
	}
	var e *sqlite.Error
	if !errors.As(err, &e) {
		return fault.New(fault.Internal, "Store", "the store failed").Because(err)
	}
	switch e.Code() & 0xff {
	case lib.SQLITE_CONSTRAINT:
		return fault.New(fault.Conflict, "Taken", "the key is taken").Because(err)
	case lib.SQLITE_BUSY, lib.SQLITE_LOCKED:
		return fault.New(fault.Throttled, "StoreBusy", "the store is busy").Because(err)
	case lib.SQLITE_FULL:
		return fault.New(fault.Throttled, "StoreFull", "the store's disk is full").
			Try("Make room on the disk of the data directory; nothing else needs to be done").Because(err)
	case lib.SQLITE_READONLY, lib.SQLITE_PERM, lib.SQLITE_CANTOPEN:
		return fault.New(fault.Throttled, "StoreReadOnly", "the store can't be written").
			Try("Check the permissions of the data directory and that its disk is mounted for writing").Because(err)
	case lib.SQLITE_IOERR:
		return fault.New(fault.Throttled, "StoreReadOnly", "the store's disk failed to read or write").
			Try("Check the disk of the data directory").Because(err)
	case lib.SQLITE_CORRUPT, lib.SQLITE_NOTADB:
		return fault.New(fault.Internal, "StoreDamaged", "the store's file is damaged, or is not a store").
			Try("Restore a backup").Because(err)
	case lib.SQLITE_TOOBIG:
		return fault.New(fault.Invalid, "TooBig", "the value is larger than the store takes").Because(err)
	}
	return fault.New(fault.Internal, "Store", "the store failed").Because(err)
}
