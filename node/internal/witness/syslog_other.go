//go:build windows || plan9

package witness

import "github.com/purlieu/purlieu/fault"

// openSyslog fails: this system has no system log of that kind.
func openSyslog(string) (teller, error) {
	return nil, fault.New(fault.Unsupported, "NoSyslog", "there is no syslog on this system").Try("Name a file as a witness in place of it")
}
