package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/purlieu/purlieu/failpoint"
	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/server/internal/store"
)

// Update runs fn once, in its turn. Waiting ends with ctx; a transaction that has begun is undone when ctx ends
// before its commit.
func (s *Store) Update(ctx context.Context, lane store.Lane, fn func(tx store.Tx) error) error {
	if err := s.enter(); err != nil {
		return err
	}
	defer s.running.Done()
	if err := s.gate.Lock(ctx, lane); err != nil {
		return faultOf(ctx, err)
	}
	defer s.gate.Unlock()
	if err := s.waitForDisk(lane != store.Follow); err != nil {
		return faultOf(ctx, err)
	}
	t := &tx{s: s, c: s.writer, lane: lane, now: s.opt.Now().UTC(), write: true}
	if err := t.c.run("begin immediate"); err != nil {
		return faultOf(ctx, err)
	}
	defer t.end()
	if err := fn(t); err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return faultOf(ctx, err)
	}
	if err := s.fail("commit"); err != nil {
		return err
	}
	failpoint.HitAbout("store.commit.before", laneName(lane))
	if err := t.c.run("commit"); err != nil {
		return faultOf(context.WithoutCancel(ctx), err)
	}
	failpoint.HitAbout("store.commit.after", laneName(lane))
	t.ended = true
	return s.fail("committed")
}

// waitForDisk says whether commits from here on wait until they are on disk. Those of followers don't: what they write is made
// anew from the map, their cursor stands beside it, and the next commit of the others takes both along.
func (s *Store) waitForDisk(wait bool) error {
	if wait == !s.hasty || s.opt.Relaxed || s.folder != "" {
		return nil
	}
	text := `pragma synchronous = full`
	if !wait {
		text = `pragma synchronous = normal`
	}
	_, err := s.writer.sql.ExecContext(context.Background(), text) // takes effect when it is prepared: it can't be kept
	if err == nil {
		s.hasty = !wait
	}
	return err
}

func laneName(lane store.Lane) string {
	if lane == store.People {
		return "people"
	}
	return "ingest"
}

func (s *Store) fail(point string) error {
	if s.opt.Fail == nil {
		return nil
	}
	return s.opt.Fail(point)
}

// View runs fn over the snapshot of this moment.
func (s *Store) View(ctx context.Context, fn func(tx store.Tx) error) error {
	if err := s.enter(); err != nil {
		return err
	}
	defer s.running.Done()
	if err := ctx.Err(); err != nil {
		return faultOf(ctx, err)
	}
	var c *conn
	select {
	case c = <-s.idle:
	case <-ctx.Done():
		return faultOf(ctx, ctx.Err())
	}
	defer func() { s.idle <- c }()
	if c == nil {
		var err error
		if c, err = s.connect(ctx, vocabulary+"pragma query_only = 1"); err != nil {
			return err
		}
	}
	t := &tx{s: s, c: c, now: s.opt.Now().UTC()}
	if err := c.run("begin"); err != nil {
		return faultOf(ctx, err)
	}
	defer t.end()
	if _, err := t.Version(ctx); err != nil { // the first read fixes the snapshot
		return err
	}
	return fn(t)
}

// tx is one transaction. It is all of store.Tx's parts at once.
type tx struct {
	s       *Store
	c       *conn
	lane    store.Lane
	now     time.Time
	write   bool
	barred  bool
	ended   bool
	version int64 // reserved by NextVersion; 0 when none is
}

// end undoes what is not committed; it also runs when fn panics.
func (t *tx) end() {
	if t.ended {
		return
	}
	t.ended = true
	if err := t.c.run("rollback"); err != nil && t.write {
		// The engine has rolled back by itself (disk full): there is nothing to undo.
		t.s.opt.Log.Debug("rollback", "error", err)
	}
}

func (t *tx) Now() time.Time     { return t.now }
func (t *tx) Docs() store.Docs   { return docs{t.account()} }
func (t *tx) Runs() store.Runs   { return runs{t.account()} }
func (t *tx) Inbox() store.Inbox { return inbox{t.account()} }
func (t *tx) Map() store.Map     { return t.account() }
func (t *tx) Index() store.Index { return index{t} }

// account is the transaction as all groups but the index have it: to followers it is barred.
func (t *tx) account() *tx {
	if !t.write || t.lane != store.Follow {
		return t
	}
	return &tx{s: t.s, c: t.c, barred: true}
}

// ready tells whether a statement may run now.
func (t *tx) ready(ctx context.Context, write bool) error {
	if t.ended {
		return fault.New(fault.Internal, "TxOver", "the transaction is over")
	}
	if t.barred {
		return fault.New(fault.Internal, "FollowersLane", "a transaction of the followers' lane touches the index only")
	}
	if write && !t.write {
		return fault.New(fault.Internal, "WriteInView", "a view can't write")
	}
	return ctx.Err()
}

// exec runs a short writing statement and gives the number of rows that it touched. The context is looked at before,
// not during: watching it costs more than the statement.
func (t *tx) exec(ctx context.Context, text string, args ...any) (int64, error) {
	if err := t.ready(ctx, true); err != nil {
		return 0, faultOf(ctx, err)
	}
	st, err := t.c.stmt(text)
	if err != nil {
		return 0, faultOf(ctx, err)
	}
	res, err := st.ExecContext(context.Background(), args...)
	if err != nil {
		return 0, faultOf(context.Background(), err)
	}
	n, err := res.RowsAffected()
	return n, faultOf(ctx, err)
}

// change is exec for a statement that gives one row back: whether it did, and its values in dest.
func (t *tx) change(ctx context.Context, text string, args []any, dest ...any) (bool, error) {
	if err := t.ready(ctx, true); err != nil {
		return false, faultOf(ctx, err)
	}
	return t.row(text, args, dest)
}

// one reads one row: whether it is there, and its values in dest.
func (t *tx) one(ctx context.Context, text string, args []any, dest ...any) (bool, error) {
	if err := t.ready(ctx, false); err != nil {
		return false, faultOf(ctx, err)
	}
	return t.row(text, args, dest)
}

func (t *tx) row(text string, args, dest []any) (bool, error) {
	ctx := context.Background()
	st, err := t.c.stmt(text)
	if err != nil {
		return false, faultOf(ctx, err)
	}
	switch err := st.QueryRowContext(ctx, args...).Scan(dest...); {
	case errors.Is(err, sql.ErrNoRows):
		return false, nil
	case err != nil:
		return false, faultOf(ctx, err)
	}
	return true, nil
}

// each reads rows one by one; scan's error ends it and is returned as it is.
func (t *tx) each(ctx context.Context, text string, args []any, scan func(rows *sql.Rows) error) error {
	if err := t.ready(ctx, false); err != nil {
		return faultOf(ctx, err)
	}
	st, err := t.c.stmt(text)
	if err != nil {
		return faultOf(ctx, err)
	}
	rows, err := st.QueryContext(ctx, args...)
	return scanned(ctx, rows, err, scan)
}

// once is each for a statement whose text is made for one question: it is not kept.
func (t *tx) once(ctx context.Context, text string, args []any, scan func(rows *sql.Rows) error) error {
	if err := t.ready(ctx, false); err != nil {
		return faultOf(ctx, err)
	}
	rows, err := t.c.sql.QueryContext(ctx, text, args...)
	return scanned(ctx, rows, err, scan)
}

func scanned(ctx context.Context, rows *sql.Rows, err error, scan func(rows *sql.Rows) error) error {
	if err != nil {
		return faultOf(ctx, err)
	}
	defer rows.Close()
	for rows.Next() {
		if err := scan(rows); err != nil {
			return faultOf(ctx, err)
		}
	}
	return faultOf(ctx, rows.Err())
}

// micros is a time as the store keeps it; the zero time has a number like any other.
func micros(t time.Time) int64 { return t.UnixMicro() }

// instant reverses micros.
func instant(us int64) time.Time { return time.UnixMicro(us).UTC() }

func notFound(code, format string, args ...any) error {
	return fault.New(fault.NotFound, code, format, args...)
}

func conflict(code, format string, args ...any) error {
	return fault.New(fault.Conflict, code, format, args...)
}

// taken puts better words on a Conflict of the engine.
func taken(err error, code, format string, args ...any) error {
	if fault.Is(err, fault.Conflict) {
		return fault.New(fault.Conflict, code, format, args...).Because(err)
	}
	return err
}
