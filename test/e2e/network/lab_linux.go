package network

import (
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"syscall"
	"testing"
)

// Where things are.
const (
	accountIP = "198.18.0.2"
	account   = accountIP + ":8443" // the one target that the node may have
	gateIP    = "198.18.1.1"        // as the cellar sees it
	cellarIP  = "198.18.1.2"
	elsewhere = "198.18.0.3:443" // nobody has a reason to go there
)

// network is one network namespace. A thread lives in it; what is started and opened there is in the namespace.
type network struct {
	calls chan func()
	path  string
}

// newNetwork makes a namespace that lives until the test ends. The test is skipped where the system does not allow it.
func newNetwork(t testing.TB) *network {
	t.Helper()
	n := &network{calls: make(chan func())}
	ready := make(chan error)
	go func() {
		runtime.LockOSThread() // and never unlocked: the thread ends with this goroutine
		if err := syscall.Unshare(syscall.CLONE_NEWNET); err != nil {
			ready <- err
			return
		}
		n.path = fmt.Sprintf("/proc/%d/task/%d/ns/net", os.Getpid(), syscall.Gettid())
		ready <- nil
		for call := range n.calls {
			call()
		}
	}()
	if err := <-ready; err != nil {
		t.Skipf("skipped: this system gives no network namespaces: %v", err)
	}
	t.Cleanup(func() { close(n.calls) })
	return n
}

// do calls f in the namespace and gives its error. f must not end its goroutine.
func (n *network) do(f func() error) error {
	done := make(chan error)
	n.calls <- func() { done <- f() }
	return <-done
}

// must runs a program of the system there, which must succeed.
func (n *network) must(t testing.TB, stdin, program string, args ...string) string {
	t.Helper()
	var out []byte
	err := n.do(func() (err error) {
		cmd := exec.Command(program, args...)
		cmd.Stdin = strings.NewReader(stdin)
		out, err = cmd.CombinedOutput()
		return err
	})
	if err != nil {
		t.Fatalf("%s %s: %v\n%s%s", program, strings.Join(args, " "), err, out, stdin)
	}
	return string(out)
}

// set writes a setting of the kernel that belongs to the network.
func (n *network) set(t testing.TB, name, value string) {
	t.Helper()
	if err := n.do(func() error { return os.WriteFile("/proc/sys/net/"+name, []byte(value), 0o600) }); err != nil {
		t.Skipf("skipped: this system does not let a network be set up: %v", err)
	}
}

// lab is the three networks. The gate forwards what its firewall lets through.
type lab struct{ hub, gate, cellar *network }

func newLab(t testing.TB) *lab {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("skipped: only root may make networks")
	}
	for _, p := range []string{"ip", "nft", "unshare", "squid", "openssl"} {
		if _, err := exec.LookPath(p); err != nil {
			t.Skipf("skipped: %s is not installed: scripts/deps says what is needed", p)
		}
	}
	l := &lab{newNetwork(t), newNetwork(t), newNetwork(t)}
	for _, n := range []*network{l.hub, l.gate, l.cellar} {
		if _, err := os.Stat("/proc/sys/net/ipv6"); err == nil { // its own chatter would be taken for strays
			n.set(t, "ipv6/conf/all/disable_ipv6", "1")
			n.set(t, "ipv6/conf/default/disable_ipv6", "1")
		}
		n.must(t, "", "ip", "link", "set", "lo", "up")
	}
	l.gate.set(t, "ipv4/ip_forward", "1")
	for _, c := range []struct {
		name, address, far string
		to                 *network
	}{{"hub", "198.18.0.1", accountIP, l.hub}, {"cellar", gateIP, cellarIP, l.cellar}} {
		l.gate.must(t, "", "ip", "link", "add", c.name, "type", "veth", "peer", "name", "out", "netns", c.to.path)
		l.gate.must(t, "", "ip", "address", "add", c.address+"/24", "dev", c.name)
		l.gate.must(t, "", "ip", "link", "set", c.name, "up")
		c.to.must(t, "", "ip", "address", "add", c.far+"/24", "dev", "out")
		c.to.must(t, "", "ip", "link", "set", "out", "up")
		c.to.must(t, "", "ip", "route", "add", "default", "via", c.address)
	}
	return l
}
