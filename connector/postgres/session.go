package postgres

import (
	"context"
	"fmt"
	"net"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgconn/ctxwatch"

	"github.com/purlieu/purlieu/connector"
	"github.com/purlieu/purlieu/fault"
)

const (
	connectTimeout   = 20 * time.Second
	statementSeconds = 120 // where the budget says nothing
	lockSeconds      = 10  // and half of the statement's at most: a wait for a lock must not end as a slow statement
	mostSeconds      = 24 * 60 * 60
	idleSeconds      = 60 // that a transaction may stand between two statements
	farewell         = 2 * time.Second
	maxMessage       = 64 << 20 // one row of a hostile server
)

// target is what the settings say about the way to a server.
type target struct {
	host string
	port int
	mode sslMode
}

func targetOf(env connector.Env) (target, error) {
	host := strings.ToLower(strings.TrimSpace(env.Setting("serverEndpoint")))
	if host == "" {
		return target{}, fault.New(fault.Invalid, "BadSetting", "serverEndpoint is empty")
	}
	if strings.ContainsAny(host, "/@ ,\\") || (strings.Contains(host, ":") && net.ParseIP(host) == nil) {
		return target{}, fault.New(fault.Invalid, "BadSetting", "serverEndpoint is not a host name or address").
			Try("Write the host alone; the port has a setting of its own.")
	}
	port := 5432
	if text := env.Setting("port"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 || n > 65535 {
			return target{}, fault.New(fault.Invalid, "BadSetting", "port is not a number from 1 to 65535")
		}
		port = n
	}
	mode, err := parseSSLMode(env.Setting("sslMode"))
	return target{host, port, mode}, err
}

// session is one connection with one open transaction, but for the time that it rests; used by one goroutine.
type session struct {
	conn  *pgconn.PgConn
	db    string
	kept  *kept  // where it goes when it is closed; nil: it ends
	bad   bool   // a query failed, and its transaction with it
	begin string // begins the transaction
	rests bool   // there is none
}

// kept holds the one session that a connector keeps between calls, nil while it is out or there is none.
type kept struct{ session *session }

// Keep implements connector.Keeper: the calls share one session as long as they stay in one database.
func (c *Connector) Keep(connector.Env) (connector.Connector, func()) {
	k := &kept{}
	return &Connector{flavour: c.flavour, kept: k}, func() {
		if k.session != nil {
			k.session.end()
			k.session = nil
		}
	}
}

// take gives the kept session, in a transaction, when it is one of this database, "" being any, and ends it when it is
// not; nil when there is none to give.
func (k *kept) take(ctx context.Context, database string) (*session, error) {
	if k == nil || k.session == nil {
		return nil, nil
	}
	s := k.session
	k.session = nil
	if database != "" && s.db != database {
		s.end()
		return nil, nil
	}
	if err := s.wake(ctx); err != nil {
		s.end()
		return nil, err
	}
	return s, nil
}

// open signs in to a database and begins the transaction, or goes on with what was kept of it. ctx bounds the sign-in
// only; each query has its own.
func (c *Connector) open(ctx context.Context, env connector.Env, database string) (*session, error) {
	if s, err := c.kept.take(ctx, database); s != nil || err != nil {
		return s, err
	}
	config, err := configOf(env, database)
	if err != nil {
		return nil, err
	}
	dialed, cancel := context.WithTimeout(ctx, connectTimeout)
	defer cancel()
	conn, err := pgconn.ConnectConfig(dialed, config)
	if err != nil {
		return nil, signInFault(ctx, err)
	}
	s := &session{conn: conn, db: database, kept: c.kept}
	seconds := env.Budget().StatementSeconds
	if seconds <= 0 {
		seconds = statementSeconds
	}
	seconds = min(seconds, mostSeconds)
	s.begin = fmt.Sprintf("begin isolation level repeatable read read only; "+settings+
		"set local statement_timeout = '%ds'; set local lock_timeout = '%dms'; "+
		"set local enable_seqscan = off; set local enable_bitmapscan = off; set local enable_hashjoin = off; "+
		"set local enable_mergejoin = off", idleSeconds, seconds, min(lockSeconds*1000, seconds*1000/2))
	if err := s.exec(ctx, s.begin); err != nil {
		s.end()
		return nil, err
	}
	return s, nil
}

// settings are those of every transaction. All are local to it: a pooler between may give the server's session to
// somebody else behind the transaction, and what a table's owner has made run in one must not change the next. Nothing but
// the system's own names is found without a schema, temporary tables last. A session that the node's machine left
// behind, with its snapshot and locks, is ended by the server.
const settings = "set local search_path = pg_catalog, pg_temp; set local standard_conforming_strings = on; " +
	"set local quote_all_identifiers = off; set local jit = off; set local max_parallel_workers_per_gather = 0; " +
	"set local idle_in_transaction_session_timeout = '%ds'; "

// rest ends the transaction, so that nothing is held in the server while facts wait to leave or rows are read: no
// snapshot, and no lock.
func (s *session) rest(ctx context.Context) error {
	if s.rests {
		return nil
	}
	err := s.exec(ctx, "commit")
	s.rests = err == nil
	s.bad = s.bad || err != nil
	return err
}

// wake begins a transaction again.
func (s *session) wake(ctx context.Context) error {
	if !s.rests {
		return nil
	}
	if err := s.exec(ctx, s.begin); err != nil {
		s.bad = true
		return err
	}
	s.rests = false
	return nil
}

// giveUp ends the transaction of a statement that failed, so that the session rests: the next table is read as if nothing
// had been. It gives the error on.
func (s *session) giveUp(ctx context.Context, err error) error {
	if s.conn.IsClosed() {
		return err
	}
	if s.conn.TxStatus() != 'I' {
		if failed := s.exec(ctx, "rollback"); failed != nil {
			s.bad = true
			return failed
		}
	}
	s.rests = true
	return err
}

// configOf is the connection without the driver's own habits: nothing from the environment or the home folder, no
// resolver and no socket of its own. The password goes in here and nowhere else.
func configOf(env connector.Env, database string) (*pgconn.Config, error) {
	to, err := targetOf(env)
	if err != nil {
		return nil, err
	}
	config, err := pgconn.ParseConfig("host=localhost port=5432 user=x password=x dbname=x sslmode=disable passfile='' target_session_attrs=any")
	if err != nil {
		return nil, fault.New(fault.Internal, "Internal", "connection settings of the driver").Because(err)
	}
	config.Host, config.Port = to.host, uint16(to.port) //nolint:gosec // checked to be a port
	config.Database, config.User = database, env.Credential("user")
	config.Password = string(env.Secret("password").Reveal())
	if config.User == "" {
		return nil, fault.New(fault.Invalid, "BadCredential", "the credential has no user name")
	}
	if config.TLSConfig, err = tlsConfig(to.mode, to.host, env.Setting("sslRootCert")); err != nil {
		return nil, err
	}
	config.Fallbacks, config.ValidateConnect, config.AfterConnect, config.ConnectTimeout = nil, nil, nil, connectTimeout
	config.SSLNegotiation, config.SSLCertMode, config.ChannelBinding = "postgres", "disable", "prefer"
	config.RequireAuth = ""
	if !to.mode.verified() {
		config.RequireAuth = "scram-sha-256,md5,none" // never the password itself
	}
	config.RuntimeParams = map[string]string{"application_name": "purlieu", "client_encoding": "UTF8"}
	config.MaxProtocolMessageBodyLen = maxMessage
	config.LookupFunc = func(_ context.Context, host string) ([]string, error) { return []string{host}, nil }
	config.DialFunc = func(ctx context.Context, _, _ string) (net.Conn, error) { return dial(ctx, env, to) }
	config.BuildContextWatcherHandler = func(conn *pgconn.PgConn) ctxwatch.Handler {
		return &pgconn.CancelRequestContextWatcherHandler{Conn: conn, DeadlineDelay: farewell}
	}
	return config, nil
}

// dialError marks a failure that came from the environment's dialer, which has closed words of its own.
type dialError struct{ err error }

func (e *dialError) Error() string { return "dial" }
func (e *dialError) Unwrap() error { return e.err }

func dial(ctx context.Context, env connector.Env, to target) (net.Conn, error) {
	conn, err := env.Dial(ctx, to.host, to.port)
	if err != nil {
		return nil, &dialError{err}
	}
	return conn, nil
}

// close gives the session back: to be kept, or to its end.
func (s *session) close() {
	if s.kept == nil || s.kept.session != nil || s.bad || s.conn.IsClosed() {
		s.end()
		return
	}
	s.kept.session = s
}

// end ends the transaction and the connection, with a short time of its own.
func (s *session) end() {
	ctx, cancel := context.WithTimeout(context.Background(), farewell)
	defer cancel()
	_ = s.conn.Close(ctx)
}

// exec runs statements that give no rows.
func (s *session) exec(ctx context.Context, sql string) error {
	_, err := s.conn.Exec(ctx, sql).ReadAll()
	return queryFault(ctx, err)
}

// row is one row of an answer, in text form; nil is null. It is valid until the next row.
type row [][]byte

func (r row) text(i int) string { return string(r[i]) }
func (r row) yes(i int) bool    { return len(r[i]) == 1 && r[i][0] == 't' }
func (r row) int(i int) int64   { return parseInt(r[i]) }
func (r row) oid(i int) uint32  { return uint32(parseInt(r[i])) } //nolint:gosec // oids are 32 bits wide
func (r row) byte(i int) byte {
	if len(r[i]) == 0 {
		return 0
	}
	return r[i][0]
}

// parseInt reads a decimal number as the server writes it; 0 for null.
func parseInt(b []byte) int64 {
	n, i := int64(0), 0
	if len(b) > 0 && b[0] == '-' {
		i = 1
	}
	for ; i < len(b); i++ {
		n = n*10 + int64(b[i]-'0')
	}
	if len(b) > 0 && b[0] == '-' {
		return -n
	}
	return n
}

// query runs one statement with parameters in text form and hands each row to each; an error of each ends it.
// Cancelling ctx cancels the statement in the server.
func (s *session) query(ctx context.Context, sql string, each func(row) error, params ...string) error {
	values := make([][]byte, len(params))
	for i, p := range params {
		values[i] = []byte(p)
	}
	reader := s.conn.ExecParams(ctx, sql, values, nil, nil, nil)
	var stop error
	for stop == nil && reader.NextRow() {
		stop = each(reader.Values())
	}
	if stop != nil {
		// The rest of the answer is of no use: the connection is dropped rather than drained.
		s.bad = true
		_ = s.conn.Conn().Close()
		_, _ = reader.Close()
		return stop
	}
	_, err := reader.Close()
	s.bad = s.bad || err != nil
	return queryFault(ctx, err)
}

// oidArray writes oids as an array parameter.
func oidArray(oids []uint32) string {
	b := make([]byte, 0, 2+8*len(oids))
	b = append(b, '{')
	for i, oid := range oids {
		if i > 0 {
			b = append(b, ',')
		}
		b = strconv.AppendUint(b, uint64(oid), 10)
	}
	return string(append(b, '}'))
}
