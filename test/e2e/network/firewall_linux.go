package network

import (
	"encoding/json"
	"fmt"
	"net"
	"testing"
	"time"
)

// rules is the gate's firewall. Through and into are lines of nft for what comes out of the cellar: to pass the gate,
// and to reach the gate itself. All else is a stray. What was counted before is forgotten.
func (l *lab) rules(t testing.TB, through, into string) {
	t.Helper()
	l.gate.must(t, fmt.Sprintf(`flush ruleset
table inet gate {
	counter passed { }
	counter strays { }
	set targets { type ipv4_addr . inet_proto . inet_service; size 1000; flags dynamic; }
	chain stray {
		meta l4proto { tcp, udp } add @targets { ip daddr . meta l4proto . th dport }
		counter name strays drop
	}
	chain through {
		%s
		goto stray
	}
	chain into {
		%s
		goto stray
	}
	chain forward {
		type filter hook forward priority filter; policy drop;
		iifname "hub" ct state established,related accept
		iifname "cellar" goto through
	}
	chain input {
		type filter hook input priority filter; policy accept;
		iifname "cellar" goto into
	}
	chain inspected {
		type nat hook prerouting priority dstnat; policy accept;
		iifname "cellar" tcp dport %d redirect to :%d
	}
}`, through, into, inspectedPort, inspectorPort), "nft", "-f", "-")
}

// counter is how many packets the gate has counted.
func (l *lab) counter(t testing.TB, name string) int {
	t.Helper()
	var list struct {
		NFTables []struct{ Counter *struct{ Packets int } }
	}
	text := l.gate.must(t, "", "nft", "-j", "list", "counter", "inet", "gate", name)
	if err := json.Unmarshal([]byte(text), &list); err != nil {
		t.Fatalf("%v in %s", err, text)
	}
	for _, e := range list.NFTables {
		if e.Counter != nil {
			return e.Counter.Packets
		}
	}
	t.Fatalf("no counter in %s", text)
	return 0
}

// strays is where the strays wanted to go, as nft writes it.
func (l *lab) strays(t testing.TB) string {
	t.Helper()
	return l.gate.must(t, "", "nft", "list", "set", "inet", "gate", "targets")
}

// noStrays fails when something left the cellar that should not have, and proves that it would have been seen.
func (l *lab) noStrays(t testing.TB) {
	t.Helper()
	if n := l.counter(t, "strays"); n != 0 {
		t.Errorf("%d packets wanted to go elsewhere:\n%s", n, l.strays(t))
	}
	if n := l.counter(t, "passed"); n == 0 {
		t.Error("nothing came by: the firewall is not in between")
	}
	if err := l.cellar.do(func() error {
		c, err := net.DialTimeout("tcp", elsewhere, 200*time.Millisecond)
		if err == nil {
			_ = c.Close()
		}
		return err
	}); err == nil {
		t.Error("the firewall lets everything out")
	}
	if l.counter(t, "strays") == 0 {
		t.Error("the firewall does not count")
	}
}
