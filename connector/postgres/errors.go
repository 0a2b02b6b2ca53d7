package postgres

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/purlieu/purlieu/fault"
)

// The closed codes of this connector's failures and gaps. No text of the driver or server goes with them.
const (
	codeWrongPassword = "WrongPassword"
	codeNoDatabase    = "NoSuchDatabase"
	codeTLSRequired   = "TLSRequired"
	codeTLSRefused    = "TLSRefused"
	codeTLSUntrusted  = "TLSUntrusted"
	codeNotAdmitted   = "HostNotAdmitted"
	codePermission    = "PermissionDenied"
	codeTooMany       = "TooManyConnections"
	codeStopping      = "ServerStopping"
	codeLost          = "ConnectionLost"
	codeUnreachable   = "Unreachable"
	codeNoAnswer      = "NoAnswer"
	codeTimeout       = "StatementTimeout"
	codeChanged       = "CatalogueChanged"
	codeLocked        = "Locked"
	codeCancelled     = "Cancelled"
	codeWeakAuth      = "PasswordInClear"
	codeProtocol      = "NotUnderstood"
	codeNotSampled    = "NotSampled"
	codeNotFilled     = "NotFilled"
)

// signInFault says in closed words why no session came about. ctx is the caller's own.
func signInFault(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return fault.New(fault.Unreachable, codeCancelled, "the work was cancelled").Because(ctx.Err())
	}
	var dialed *dialError
	if errors.As(err, &dialed) {
		var known *fault.Error
		if errors.As(dialed.err, &known) {
			return known
		}
		return fault.New(fault.Unreachable, codeUnreachable, "the server can't be reached").
			Try("Check the host name, the port and the firewalls between the node and the server.").Because(dialed.err)
	}
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		return serverFault(pg, true)
	}
	if refused := tlsFault(err); refused != nil {
		return refused
	}
	if strings.Contains(err.Error(), "authentication method requirement") || strings.Contains(err.Error(), "require_auth") {
		return fault.New(fault.Denied, codeWeakAuth, "the server asks for the password in clear over a connection that is not verified").
			Try("Set sslMode to verify-full, or let the server use scram-sha-256.").Because(err)
	}
	var network net.Error
	if errors.Is(err, context.DeadlineExceeded) || errors.As(err, &network) && network.Timeout() {
		return fault.New(fault.Unreachable, codeNoAnswer, "the server did not answer within %d s", connectTimeout/time.Second).
			Try("Check that host and port are those of a PostgreSQL server, and that no firewall swallows what is sent.").Because(err)
	}
	if lost(err) {
		return fault.New(fault.Unreachable, codeLost, "the server ended the connection during the sign-in").
			Try("Check that host and port are those of a PostgreSQL server, and look into its log.").Because(err)
	}
	return fault.New(fault.Unreachable, codeProtocol, "the peer does not answer as a PostgreSQL server").
		Try("Check that host and port are those of a PostgreSQL server.").Because(err)
}

// tlsFault tells failures of TLS apart; nil for any other.
func tlsFault(err error) error {
	var (
		unknown x509.UnknownAuthorityError
		name    x509.HostnameError
		invalid x509.CertificateInvalidError
		verify  *tls.CertificateVerificationError
		alert   tls.AlertError
		header  tls.RecordHeaderError
	)
	switch {
	case errors.As(err, &name):
		return fault.New(fault.Denied, codeTLSUntrusted, "the server's certificate is for another name").
			Try("Use the name in the certificate; or set sslMode to verify-ca and put the certificate authority into sslRootCert.").Because(err)
	case errors.As(err, &unknown), errors.As(err, &invalid), errors.As(err, &verify):
		return fault.New(fault.Denied, codeTLSUntrusted, "the server's certificate can't be verified").
			Try("Put the certificate authority into sslRootCert.").Because(err)
	case errors.As(err, &alert), errors.As(err, &header):
		return fault.New(fault.Denied, codeTLSUntrusted, "TLS can't be agreed with the server").Because(err)
	case strings.Contains(err.Error(), "server refused TLS connection"): // the driver has no value for it
		return fault.New(fault.Unsupported, codeTLSRefused, "the server does not offer TLS").
			Try("Turn on ssl on the server, or set sslMode to disable if the network is trusted.").Because(err)
	}
	return nil
}

// queryFault says in closed words why a query failed; nil stays nil.
func queryFault(ctx context.Context, err error) error {
	if err == nil {
		return nil
	}
	if ctx.Err() != nil {
		return fault.New(fault.Unreachable, codeCancelled, "the work was cancelled").Because(ctx.Err())
	}
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		return serverFault(pg, false)
	}
	if lost(err) || pgconn.SafeToRetry(err) || pgconn.Timeout(err) {
		return fault.New(fault.Unreachable, codeLost, "the connection to the server was lost").Because(err)
	}
	return fault.New(fault.Unreachable, codeProtocol, "the server's answer is not understood").Because(err)
}

// serverFault maps a SQLSTATE. What the server wrote beside it may quote values and is dropped; only the state stays.
func serverFault(pg *pgconn.PgError, signIn bool) error {
	state := stateError(pg.Code)
	switch pg.Code {
	case "28P01":
		return fault.New(fault.Denied, codeWrongPassword, "the server refused user name or password").
			Try("Check the credential and its reference in the vault.").Because(state)
	case "28000":
		// The state has no finer form; the words "no encryption" are the server's own in every version, untranslated
		// where its messages are English, and decide only which remedy is shown.
		if strings.Contains(pg.Message, "no encryption") || strings.Contains(pg.Message, "SSL off") {
			return fault.New(fault.Denied, codeTLSRequired, "the server takes only encrypted connections").
				Try("Set sslMode to verify-full.").Because(state)
		}
		return fault.New(fault.Denied, codeNotAdmitted, "the server does not admit this user from this address").
			Try("Add a line for the node's address, user and database to pg_hba.conf, and check that the role may log in.").Because(state)
	case "3D000":
		return fault.New(fault.NotFound, codeNoDatabase, "there is no such database").
			Try("Correct databaseName, or leave it empty to read every database that the login may enter.").Because(state)
	case "42501":
		return fault.New(fault.Denied, codePermission, "the login lacks a right").
			Try("Grant what the connector's page lists.").Because(state)
	case "53300", "53400":
		return fault.New(fault.Throttled, codeTooMany, "the server has no free connection").Because(state)
	case "57P01", "57P02", "57P03", "57P05":
		return fault.New(fault.Unreachable, codeStopping, "the server is stopping or starting").Because(state)
	case "25P03":
		return fault.New(fault.Unreachable, codeLost, "the server ended a transaction that stood still").Because(state)
	case "57014":
		return fault.New(fault.Throttled, codeTimeout, "a statement took longer than the budget allows").
			Try("Raise the statement timeout in the source's budget.").Because(state)
	case "55000":
		return fault.New(fault.Unsupported, codeNotFilled, "a materialized view has never been filled").
			Try("refresh materialized view …").Because(state)
	case "55P03":
		return fault.New(fault.Throttled, codeLocked, "the catalogue is locked by another session").Because(state)
	case "40001", "XX000", "42P01", "42704":
		return fault.New(fault.Throttled, codeChanged, "the catalogue changed while it was read").Because(state)
	}
	if strings.HasPrefix(pg.Code, "08") {
		return fault.New(fault.Unreachable, codeLost, "the connection to the server was lost").Because(state)
	}
	if signIn {
		return fault.New(fault.Denied, "SignInRefused", "the server refused the sign-in").Because(state)
	}
	return fault.New(fault.Unsupported, "QueryRefused", "the server refused a catalogue query").
		Try("Check that the server's version is supported.").Because(state)
}

// stateError is a bare SQLSTATE.
type stateError string

func (e stateError) Error() string { return "SQLSTATE " + string(e) }

// stateOf is the SQLSTATE behind a failure, or "".
func stateOf(err error) string {
	var state stateError
	if errors.As(err, &state) {
		return string(state)
	}
	return ""
}

func lost(err error) bool {
	var network net.Error
	return errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, net.ErrClosed) || errors.As(err, &network)
}
