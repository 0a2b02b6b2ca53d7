package witness

import (
	"fmt"
	"net"
	"os"
	"strings"
	"time"

	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/node/internal/policy"
)

// notice is the priority of a head, by RFC 3164: of a daemon, normal and worth a note.
const notice = 3<<3 | 5

// logger is a witness that is a system log. A log of that kind confirms nothing: that a line was handed over is all that is known.
type logger struct {
	conn   net.Conn
	begin  func(now time.Time) string // of a line
	within time.Duration              // a line is handed over
}

// openSyslog opens the machine's own log, or one elsewhere: "tcp://host:port", "udp://host:port". Neither that nor a line takes
// longer than within.
func openSyslog(at string, within time.Duration) (teller, error) {
	if at == policy.LocalSyslog {
		return openLocal(within, "/dev/log", "/var/run/syslog", "/var/run/log")
	}
	network, address, _ := strings.Cut(at, "://")
	conn, err := (&net.Dialer{Timeout: within}).Dial(network, address)
	if err != nil {
		return nil, err
	}
	host, err := os.Hostname()
	if err != nil {
		host = "-"
	}
	return logger{conn, func(now time.Time) string { return now.Format(time.RFC3339) + " " + host }, within}, nil
}

// openLocal opens the first socket of a log that there is.
func openLocal(within time.Duration, paths ...string) (teller, error) {
	dialer := net.Dialer{Timeout: within}
	for _, path := range paths {
		for _, network := range []string{"unixgram", "unix"} {
			if conn, err := dialer.Dial(network, path); err == nil {
				return logger{conn, func(now time.Time) string { return now.Format(time.Stamp) }, within}, nil
			}
		}
	}
	return nil, fault.New(fault.Unsupported, "NoSyslog", "there is no system log on this machine").Try("Name a file, or a log elsewhere")
}

// Tell implements teller.
func (l logger) Tell(line string) error {
	now := time.Now()
	if err := l.conn.SetWriteDeadline(now.Add(l.within)); err != nil {
		return err
	}
	_, err := fmt.Fprintf(l.conn, "<%d>%s purlieu-runtime[%d]: %s\n", notice, l.begin(now), os.Getpid(), line)
	return err
}

// Close implements teller.
func (l logger) Close() error { return l.conn.Close() }
