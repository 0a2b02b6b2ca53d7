package postgres

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/purlieu/purlieu/failpoint"
	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/server/internal/store"
)

// tries is how often a transaction is run when the engine asks for it again.
const tries = 5

// Update runs fn in its turn, and again when the engine asks for it. Waiting ends with ctx; a transaction that has
// begun is undone when ctx ends before its commit.
func (s *Store) Update(ctx context.Context, lane store.Lane, fn func(tx store.Tx) error) error {
	if err := s.enter(); err != nil {
		return err
	}
	defer s.running.Done()
	in, lock := &s.writers, accountLock
	if lane == store.Follow {
		in, lock = &s.followers, followLock
	}
	if err := in.Lock(ctx, lane); err != nil {
		return faultOf(ctx, err)
	}
	defer in.Unlock()
	for n := 1; ; n++ {
		err := s.update(ctx, in.pool, lane, lock, fn)
		if n == tries || !again(err) {
			return err
		}
	}
}

func (s *Store) update(ctx context.Context, pool *pgxpool.Pool, lane store.Lane, lock int64, fn func(tx store.Tx) error) error {
	c, err := pool.Acquire(ctx)
	if err != nil {
		return faultOf(ctx, err)
	}
	defer c.Release()
	t := &tx{s: s, c: c, lane: lane, write: true}
	defer t.end()
	// One statement, whose columns are made from left to right: the clock is read behind the lock.
	text, others := `select pg_advisory_xact_lock($1), set_config('idle_in_transaction_session_timeout', '10000', true), `, []any{nil, nil}
	if lane == store.Follow { // its commit waits for no disk
		text, others = text+`set_config('synchronous_commit', 'off', true), `, append(others, nil)
	}
	if err := t.begin(ctx, `begin isolation level read committed`, text+clock, []any{lock}, others...); err != nil {
		return err
	}
	if err := fn(t); err != nil {
		return err
	}
	if t.failed != nil { // fn went on over an error after which the engine commits nothing
		return t.failed
	}
	if err := ctx.Err(); err != nil {
		return faultOf(ctx, err)
	}
	if err := s.fail("commit"); err != nil {
		return err
	}
	failpoint.HitAbout("store.commit.before", laneName(lane))
	if err := t.run("commit"); err != nil {
		return faultOf(context.WithoutCancel(ctx), err)
	}
	failpoint.HitAbout("store.commit.after", laneName(lane))
	t.ended = true
	return s.fail("committed")
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
	select {
	case s.views <- struct{}{}:
	case <-ctx.Done():
		return faultOf(ctx, ctx.Err())
	}
	defer func() { <-s.views }()
	c, err := s.pool.Acquire(ctx)
	if err != nil {
		return faultOf(ctx, err)
	}
	defer c.Release()
	t := &tx{s: s, c: c}
	defer t.end()
	// The clock is the first thing read, and fixes the snapshot.
	if err := t.begin(ctx, `begin isolation level repeatable read read only`, `select `+clock, nil); err != nil {
		return err
	}
	return fn(t)
}

// tx is one transaction. It is all of store.Tx's parts at once.
type tx struct {
	s       *Store
	c       *pgxpool.Conn
	lane    store.Lane
	now     time.Time
	write   bool
	barred  bool
	ended   bool
	indexed bool  // a writer of the account holds the followers' lock too
	failed  error // of a statement: the engine takes no other until the end
	version int64 // reserved by NextVersion; 0 when none is
}

// clock is the time of the server, in microseconds.
const clock = `(extract(epoch from clock_timestamp()) * 1000000)::bigint`

// begin opens the transaction, and runs a statement that gives the time behind other columns; both in one message.
func (t *tx) begin(ctx context.Context, open, text string, args []any, others ...any) error {
	var b pgx.Batch
	b.Queue(open)
	b.Queue(text, args...)
	results := t.c.SendBatch(ctx, &b)
	_, err := results.Exec()
	var now int64
	err = first(err, results.QueryRow().Scan(append(others, &now)...))
	err = first(err, results.Close())
	if err != nil {
		return faultOf(ctx, err)
	}
	if t.now = instant(now); t.s.opt.Now != nil {
		t.now = t.s.opt.Now().UTC()
	}
	return nil
}

// end undoes what is not committed; it also runs when fn panics.
func (t *tx) end() {
	if t.ended {
		return
	}
	t.ended = true
	if err := t.run("rollback"); err != nil {
		t.s.opt.Log.Debug("rollback", "error", err)
	}
}

// run executes a statement that takes nothing and gives nothing, whatever became of the caller.
func (t *tx) run(text string) error {
	if t.c.Conn().IsClosed() {
		return errors.New("conn closed")
	}
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	tag, err := t.c.Exec(ctx, text)
	if err == nil && text == "commit" && tag.String() != "COMMIT" {
		err = errors.New("the transaction was rolled back")
	}
	return err
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

// exec runs a writing statement and gives the number of rows that it touched.
func (t *tx) exec(ctx context.Context, text string, args ...any) (int64, error) {
	if err := t.ready(ctx, true); err != nil {
		return 0, faultOf(ctx, err)
	}
	tag, err := t.c.Exec(ctx, text, args...)
	return tag.RowsAffected(), t.note(ctx, err)
}

// note keeps the first error of a statement.
func (t *tx) note(ctx context.Context, err error) error {
	err = faultOf(ctx, err)
	if t.failed == nil {
		t.failed = err
	}
	return err
}

// change is exec for a statement that gives one row back: whether it did, and its values in dest.
func (t *tx) change(ctx context.Context, text string, args []any, dest ...any) (bool, error) {
	if err := t.ready(ctx, true); err != nil {
		return false, faultOf(ctx, err)
	}
	return t.row(ctx, text, args, dest)
}

// one reads one row: whether it is there, and its values in dest.
func (t *tx) one(ctx context.Context, text string, args []any, dest ...any) (bool, error) {
	if err := t.ready(ctx, false); err != nil {
		return false, faultOf(ctx, err)
	}
	return t.row(ctx, text, args, dest)
}

func (t *tx) row(ctx context.Context, text string, args, dest []any) (bool, error) {
	err := t.c.QueryRow(ctx, text, args...).Scan(dest...)
	if errors.Is(err, pgx.ErrNoRows) {
		return false, nil
	}
	return err == nil, t.note(ctx, err)
}

// each reads rows one by one; scan's error ends it and is returned as it is.
func (t *tx) each(ctx context.Context, text string, args []any, scan func(rows pgx.Rows) error) error {
	if err := t.ready(ctx, false); err != nil {
		return faultOf(ctx, err)
	}
	rows, err := t.c.Query(ctx, text, args...)
	if err != nil {
		return t.note(ctx, err)
	}
	defer rows.Close()
	for rows.Next() {
		if err := scan(rows); err != nil {
			return faultOf(ctx, err)
		}
	}
	return t.note(ctx, rows.Err())
}

func first(a, b error) error {
	if a != nil {
		return a
	}
	return b
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

// column is one value of each of the rows that a statement takes, as an array.
func column[T, V any](rows []T, value func(*T) V) []V {
	out := make([]V, len(rows))
	for i := range rows {
		out[i] = value(&rows[i])
	}
	return out
}

// last keeps of rows with one key the last: a statement takes no row twice.
func last[T any, K comparable](rows []T, key func(*T) K) []T {
	at := make(map[K]int, len(rows))
	for i := range rows {
		at[key(&rows[i])] = i
	}
	if len(at) == len(rows) {
		return rows
	}
	var out []T
	for i := range rows {
		if at[key(&rows[i])] == i {
			out = append(out, rows[i])
		}
	}
	return out
}
