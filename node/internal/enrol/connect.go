package enrol

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"syscall"
	"time"

	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/network"
)

// transport is HTTP/1.1 over connections of dial, with failures that name their cause. conf gives the configuration
// for a server name.
func transport(conf func(serverName string) (*tls.Config, error), dial Dial) *http.Transport {
	if dial == nil {
		dial = new(network.Dialer).DialContext
	}
	return &http.Transport{
		DialTLSContext: func(ctx context.Context, netw, address string) (net.Conn, error) {
			host, _, err := net.SplitHostPort(address)
			if err != nil {
				return nil, fault.New(fault.Invalid, "BadAddress", "the account's address is not host:port").Because(err)
			}
			c, err := conf(host)
			if err != nil {
				return nil, err
			}
			conn, err := dial(ctx, netw, address)
			if err != nil {
				return nil, err
			}
			secure := tls.Client(conn, c)
			if err := secure.HandshakeContext(ctx); err != nil {
				_ = conn.Close()
				return nil, explain(err, address)
			}
			return secure, nil
		},
		ResponseHeaderTimeout: enrolTimeout,
		IdleConnTimeout:       time.Minute,
	}
}

// explain names the one cause of a connection that was made and then failed. A fault in the chain is kept as it is.
func explain(err error, address string) error {
	var known *fault.Error
	var header tls.RecordHeaderError
	switch {
	case errors.As(err, &known):
		return known
	case errors.As(err, &header):
		return fault.New(fault.Unreachable, "NotTLS", "what listens at %s does not speak TLS", address).
			Try("Check the port in the key's ServiceEndpoint").Because(err)
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE):
		return fault.New(fault.Unreachable, "HandshakeCut", "the connection to %s was cut before the account answered", address).
			Try("A firewall between may not let TLS through: ask for an outgoing rule to %s", address).Because(err)
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, os.ErrDeadlineExceeded):
		return fault.New(fault.Unreachable, "TimedOut", "%s took the connection and then said nothing", address).
			Try("Check that the account runs, and that no firewall holds the connection up").Because(err)
	}
	return fault.New(fault.Unreachable, "Unreachable", "the account could not be asked at %s", address).
		Try("Run the command again; if it stays so, check what stands between").Because(err)
}
