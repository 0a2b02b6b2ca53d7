//go:build !windows && !plan9

package witness

import (
	"log/syslog"
	"strings"

	"github.com/purlieu/purlieu/node/internal/policy"
)

// logger is a witness that is a system log.
type logger struct{ *syslog.Writer }

// openSyslog opens the machine's own log, or one elsewhere: "tcp://host:port", "udp://host:port".
func openSyslog(at string) (teller, error) {
	network, address, _ := strings.Cut(at, "://")
	if at == policy.LocalSyslog {
		network, address = "", ""
	}
	w, err := syslog.Dial(network, address, syslog.LOG_NOTICE|syslog.LOG_DAEMON, "purlieu-runtime")
	if err != nil {
		return nil, err
	}
	return logger{w}, nil
}

// Tell implements teller.
func (l logger) Tell(line string) error { return l.Notice(line) }
