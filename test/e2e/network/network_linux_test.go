package network

import (
	"fmt"
	"os"
	"strings"
	"testing"
)

func TestANodeInAnotherNetwork(t *testing.T) {
	s := newStage(t)
	t.Run("needs_one_open_port_and_asks_for_nothing_else", func(t *testing.T) {
		s.rules(t, "ip daddr "+accountIP+" tcp dport 8443 counter name passed accept", "")
		node := s.node(t, "direct")
		s.scanFinds(t, "orders")
		node.stop(t)
		s.noStrays(t)
	})
	t.Run("needs_a_proxy_alone_and_asks_it_for_nothing_else", func(t *testing.T) {
		squid, log := s.startSquid(t)
		s.rules(t, "", fmt.Sprintf("tcp dport %d counter name passed accept", proxyPort))
		s.sql(t, "create table sales.invoices (id int primary key)")
		node := s.node(t, "proxied", "--proxy", proxy(), "--proxy-user", "edge", "--proxy-password-file", s.passwordFile(t, proxyPassword))
		s.scanFinds(t, "invoices")
		node.stop(t)
		s.noStrays(t)
		squid.stop(t) // it writes a line when a connection ends
		text, err := os.ReadFile(log)
		if err != nil {
			t.Fatal(err)
		}
		asked := 0
		for line := range strings.Lines(string(text)) {
			if !strings.Contains(line, " "+cellarIP+" ") { // ours, to see that it listens
				continue
			}
			asked++
			if !strings.Contains(line, " CONNECT "+account+" edge ") || !strings.Contains(line, "TCP_TUNNEL/200") {
				t.Errorf("the proxy was asked for something else: %s", line)
			}
		}
		if asked < 3 { // to enrol, and two connections of the node
			t.Errorf("the proxy was asked only %d times:\n%s", asked, text)
		}
		if strings.Contains(node.said(), proxyPassword) {
			t.Error("the node's log has the proxy's password")
		}
	})
	t.Run("says_at_enrolment_what_stands_in_the_way", func(t *testing.T) { enrolments(t, s) })
}

func enrolments(t *testing.T, s *stage) {
	s.startSquid(t)
	s.startDNS(t)
	ca := s.startInspector(t)
	s.rules(t,
		fmt.Sprintf("ip daddr %s tcp dport 8443 counter name passed accept\n\t\ttcp dport %d reject with tcp reset", accountIP, refusedPort),
		fmt.Sprintf("tcp dport { %d, %d } accept\n\t\tudp dport 53 accept\n\t\tudp dport 54 reject\n\t\ttcp dport 3129 reject with tcp reset", proxyPort, inspectorPort))
	key := s.key(t)
	through := func(password string) []string {
		return []string{"--proxy", proxy(), "--proxy-user", "edge", "--proxy-password-file", s.passwordFile(t, password)}
	}
	t.Run("the_way", func(t *testing.T) {
		for _, c := range []struct {
			name, target, resolver string
			flags                  []string
			want                   []string
		}{
			{"a_firewall_drops", at(accountIP, closedPort), gateIP, nil, []string{at(accountIP, closedPort) + " did not answer in time", "outgoing rule to " + at(accountIP, closedPort)}},
			{"a_firewall_refuses", at(accountIP, refusedPort), gateIP, nil, []string{at(accountIP, refusedPort) + " refused the connection"}},
			{"no_such_name", "map.example:8443", gateIP, nil, []string{"the name in map.example:8443 is not known", "DNS"}},
			{"no_DNS_server", "map.example:8443", cellarIP, nil, []string{"the name in map.example:8443 could not be resolved", "DNS"}},
			{"TLS_is_inspected", at(accountIP, inspectedPort), gateIP, nil, []string{"inspects TLS", "--ca"}},
			{"wrong_proxy_password", account, gateIP, through("wrong"), []string{"the proxy " + at(gateIP, proxyPort) + " did not accept user and secret"}},
			{"no_proxy_user", account, gateIP, []string{"--proxy", proxy()}, []string{"the proxy " + at(gateIP, proxyPort) + " asks for credentials"}},
			{"the_proxy_does_not_allow_the_port", at(accountIP, closedPort), gateIP, through(proxyPassword), []string{"refused to connect to " + at(accountIP, closedPort), "rule on the proxy"}},
			{"no_proxy_there", account, gateIP, []string{"--proxy", "http://" + at(gateIP, 3129)}, []string{"the proxy " + at(gateIP, 3129) + " could not be reached"}},
		} {
			t.Run(c.name, func(t *testing.T) {
				t.Parallel()
				state, r := s.enrol(t, strings.ReplaceAll(c.name, "_", "-"), endpoint(key, c.target), c.resolver, c.flags...)
				if r.code == 0 {
					t.Fatalf("it enrolled: %+v", r)
				}
				for _, want := range c.want {
					if !strings.Contains(r.err, want) {
						t.Errorf("%q is missing in: %s", want, r.err)
					}
				}
				if _, err := os.Stat(state + "/node.json"); err == nil {
					t.Error("something was written that says the machine is a node")
				}
				for _, secret := range []string{key, key[strings.LastIndex(key, "@")+1:], "canary"} {
					if strings.Contains(r.err+r.out, secret) {
						t.Errorf("a secret is in: %s%s", r.out, r.err)
					}
				}
			})
		}
	})
	t.Run("an_inspector_can_be_trusted_by_name", func(t *testing.T) {
		_, r := s.enrol(t, "inspected", endpoint(key, at(accountIP, inspectedPort)), gateIP, "--ca", ca)
		if r.code != 0 || !strings.Contains(r.err, "WARNING --ca") {
			t.Errorf("%+v", r)
		}
	})
	t.Run("and_the_open_way_is_open", func(t *testing.T) {
		if _, r := s.enrol(t, "free", key, gateIP); r.code != 0 {
			t.Errorf("%+v", r)
		}
	})
	if targets := s.strays(t); !strings.Contains(targets, fmt.Sprintf("%s . tcp . %d", accountIP, closedPort)) {
		t.Errorf("the firewall has not seen the attempt that it dropped:\n%s", targets)
	}
}
