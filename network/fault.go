package network

import (
	"context"
	"errors"
	"net"
	"os"

	"github.com/purlieu/purlieu/fault"
)

// Codes of what a dialer can fail with. All are fault.Unreachable but CodePolicyRefused, which is fault.Denied.
const (
	CodeNameNotFound  = "NameNotFound"
	CodeRefused       = "Refused"
	CodeTimedOut      = "TimedOut"
	CodeNoRoute       = "NoRoute"
	CodePolicyRefused = "PolicyRefused"
	CodeUnreachable   = "Unreachable" // anything else the system said
)

// explain turns what the system said about a dial into a fault. A fault in the chain is kept as it is.
func explain(err error, target string) error {
	var known *fault.Error
	if errors.As(err, &known) {
		return err
	}
	var dns *net.DNSError
	switch {
	case errors.As(err, &dns) && dns.IsNotFound:
		return fault.New(fault.Unreachable, CodeNameNotFound, "the name in %s is not known", target).
			Try("Check the spelling, and that this machine's DNS servers know the name").Because(err)
	case errors.As(err, &dns):
		return fault.New(fault.Unreachable, CodeNameNotFound, "the name in %s could not be resolved: no DNS server answered", target).
			Try("Check that this machine's DNS servers can be reached").Because(err)
	case isRefused(err):
		return fault.New(fault.Unreachable, CodeRefused, "%s refused the connection", target).
			Try("Check the port, and that the server is running").Because(err)
	case isNoRoute(err):
		return fault.New(fault.Unreachable, CodeNoRoute, "there is no route to %s", target).
			Try("Check routes and firewalls between this machine and that network").Because(err)
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, os.ErrDeadlineExceeded), isTimeout(err):
		return fault.New(fault.Unreachable, CodeTimedOut, "%s did not answer in time", target).
			Try("A firewall may be dropping the packets: ask for an outgoing rule to %s", target).Because(err)
	}
	return fault.New(fault.Unreachable, CodeUnreachable, "%s could not be reached", target).Because(err)
}

func isTimeout(err error) bool {
	var ne net.Error
	return errors.As(err, &ne) && ne.Timeout()
}
