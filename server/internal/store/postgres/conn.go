package postgres

import (
	"context"
	"errors"
	"net"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgconn/ctxwatch"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/purlieu/purlieu/fault"
)

// readers is how many views run at once in one replica; more wait.
const readers = 8

// configOf reads an address. A password in it is refused: addresses stand in arguments, which others can read.
func configOf(address string) (*pgxpool.Config, error) {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" && u.Query().Get("host") == "" || strings.Trim(u.Path, "/") == "" {
		return nil, fault.New(fault.Invalid, "StoreAddress", "the store's address is not one of PostgreSQL"). // not repeated: it may hold a secret
															Try("Give postgres://USER@HOST:PORT/DATABASE?sslmode=verify-full")
	}
	_, has := u.User.Password()
	for name := range u.Query() {
		has = has || strings.Contains(strings.ToLower(name), "password")
	}
	if has {
		return nil, fault.New(fault.Invalid, "PasswordInAddress", "the store's address holds a password, which others on this machine could read").
			Try("Take it out and give it in the variable PGPASSWORD, or in a file of mode 0600 that PGPASSFILE or ?passfile= names: HOST:PORT:DATABASE:USER:PASSWORD")
	}
	cfg, err := pgxpool.ParseConfig(address)
	if err != nil {
		return nil, fault.New(fault.Invalid, "StoreAddress", "the store's address can't be used").Because(err)
	}
	cfg.MaxConns = readers + 2 // what asks for the size, and one that is just being replaced
	cfg.MaxConnIdleTime = 5 * time.Minute
	cfg.ConnConfig.ConnectTimeout = 10 * time.Second
	// A caller who leaves ends the statement in the server, and the connection lives on.
	cfg.ConnConfig.BuildContextWatcherHandler = func(c *pgconn.PgConn) ctxwatch.Handler {
		return &pgconn.CancelRequestContextWatcherHandler{Conn: c, DeadlineDelay: 5 * time.Second}
	}
	for name, value := range settings() {
		cfg.ConnConfig.RuntimeParams[name] = value
	}
	return cfg, nil
}

// Servers are the host:port of every server that the address names, the first one first. A socket on this machine stands as
// localhost, where the same server listens as a rule.
func (s *Store) Servers() []string {
	cfg := s.pool.Config().ConnConfig
	var out []string
	add := func(host string, port uint16) {
		if strings.HasPrefix(host, "/") || strings.HasPrefix(host, "@") {
			host = "localhost"
		}
		if at := net.JoinHostPort(host, strconv.Itoa(int(port))); !slices.Contains(out, at) {
			out = append(out, at)
		}
	}
	add(cfg.Host, cfg.Port)
	for _, f := range cfg.Fallbacks {
		add(f.Host, f.Port)
	}
	return out
}

// settings are those of every session. Each statement here has its index and is planned for it, also while a table is
// new and nobody has counted its rows: a plan that was good for ten rows must not be kept for a million.
func settings() map[string]string {
	return map[string]string{
		"application_name": "purlieu", "enable_seqscan": "off", "enable_hashjoin": "off", "enable_mergejoin": "off", "jit": "off",
		"work_mem": "16MB", "client_min_messages": "error", "idle_in_transaction_session_timeout": "300000",
	}
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
	var e *pgconn.PgError
	if !errors.As(err, &e) {
		return away(err)
	}
	switch {
	case e.Code == "23505":
		return fault.New(fault.Conflict, "Taken", "the key is taken").Because(err)
	case e.Code == "22021":
		return fault.New(fault.Invalid, "NotText", "a text holds NUL or is not UTF-8, and can't be kept").Because(err)
	case again(err), e.Code == "55P03":
		return fault.New(fault.Throttled, "StoreBusy", "the store is busy").Because(err)
	case e.Code == "53100":
		return fault.New(fault.Throttled, "StoreFull", "the store's disk is full").
			Try("Make room on the disk of the PostgreSQL server; nothing else needs to be done").Because(err)
	case e.Code == "25006":
		return fault.New(fault.Throttled, "StoreReadOnly", "the store can't be written").
			Try("The address must be that of the primary PostgreSQL server, and the database must not be read-only").Because(err)
	case e.Code == "54000":
		return fault.New(fault.Invalid, "TooBig", "the value is larger than the store takes").Because(err)
	case e.Code == "42501":
		return fault.New(fault.Throttled, "StoreDenied", "the store's user may not do what the account needs").
			Try("Make it the owner of the database").Because(err)
	case e.Code == "25P03", strings.HasPrefix(e.Code, "08"), strings.HasPrefix(e.Code, "53"), strings.HasPrefix(e.Code, "57P"), strings.HasPrefix(e.Code, "58"):
		return away(err)
	case strings.HasPrefix(e.Code, "28"):
		return fault.New(fault.Throttled, "StoreSignIn", "the store does not let the account in").
			Try("Give the password in PGPASSWORD or in the file that PGPASSFILE names").Because(err)
	}
	return fault.New(fault.Internal, "Store", "the store failed").Because(err)
}

// away says that the server can't be reached now, or ends its sessions: what is told to wait will find it again.
func away(err error) error {
	var op *net.OpError
	var connecting *pgconn.ConnectError
	var server *pgconn.PgError
	if errors.As(err, &server) || errors.As(err, &op) || errors.As(err, &connecting) || pgconn.SafeToRetry(err) || broken(err) {
		return fault.New(fault.Throttled, "StoreAway", "the store's server can't be reached").
			Try("Check that PostgreSQL runs and can be reached from here; nothing else needs to be done").Because(err)
	}
	return fault.New(fault.Internal, "Store", "the store failed").Because(err)
}

// broken tells an error of a connection that ended.
func broken(err error) bool {
	text := err.Error()
	return strings.Contains(text, "unexpected EOF") || strings.Contains(text, "conn closed") || strings.Contains(text, "closed pool")
}

// again says that the engine asks for the transaction to be run again.
func again(err error) bool {
	var e *pgconn.PgError
	return errors.As(err, &e) && (e.Code == "40001" || e.Code == "40P01")
}
