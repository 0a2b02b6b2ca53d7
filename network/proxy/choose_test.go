package proxy

import (
	"fmt"
	"strings"
	"testing"

	"github.com/purlieu/purlieu/fault"
)

func TestTheBypassListIsMatchedAsItsTableSays(t *testing.T) {
	choose, err := Custom(Settings{Address: "proxy.corp:3128", Bypass: []string{
		"corp.example", ".below.example", "*.star.example", "10.0.0.0/8", "192.0.2.7", "port.example:5432", "[2001:db8::1]:443", "fd00::/8", " Blank.Example ",
	}})
	if err != nil {
		t.Fatal(err)
	}
	for target, direct := range map[string]bool{
		"corp.example 443": true, "db.corp.example 1": true, "CORP.example 443": true, "corp.example. 443": true, "xcorp.example 443": false,
		"below.example 443": false, "a.below.example 443": true, "star.example 1": false, "a.star.example 1": true,
		"10.1.2.3 80": true, "11.1.2.3 80": false, "::ffff:10.1.2.3 80": true, "192.0.2.7 1": true, "192.0.2.8 1": false,
		"port.example 5432": true, "port.example 443": false, "2001:db8::1 443": true, "2001:db8::1 80": false, "fd12::1 80": true,
		"blank.example 1": true, "localhost 443": false, "127.0.0.1 443": false,
	} {
		var host string
		var port int
		if _, err := fmt.Sscan(target, &host, &port); err != nil {
			t.Fatal(err)
		}
		p, err := choose(host, port)
		if err != nil || (p == nil) != direct {
			t.Errorf("%s: direct is %v, %v", target, p == nil, err)
		}
	}
	all, err := Custom(Settings{Address: "proxy:3128", Bypass: []string{"*"}})
	if err != nil {
		t.Fatal(err)
	}
	if p, _ := all("anything", 1); p != nil {
		t.Error("* does not bypass all")
	}
}

func TestWhatCanNotBeAProxyIsRefusedWithoutQuotingSecrets(t *testing.T) {
	for name, s := range map[string]Settings{
		"no host": {Address: ":3128"}, "no address": {}, "socks": {Address: "socks5://p:1"}, "bad port": {Address: "p:99999"},
		"credentials in it": {Address: "http://bob:hunter2@p:1"}, "line break": {Address: "p:1", User: "bob", Secret: "hunter2\r\nX: y"},
		"colon in user": {Address: "p:1", User: "bo:b", Secret: "hunter2"}, "path": {Address: "http://p:1/x"},
		"bypass": {Address: "p:1", Bypass: []string{"a b"}}, "bypass port": {Address: "p:1", Bypass: []string{"a:0"}},
	} {
		_, err := Custom(s)
		if !fault.Is(err, fault.Invalid) || strings.Contains(fmt.Sprintf("%v %+v", err, err), "hunter2") {
			t.Errorf("%s: %v", name, err)
		}
	}
	s := Settings{Address: "p:1", User: "bob", Secret: "hunter2"}
	choose, err := Custom(s)
	if err != nil {
		t.Fatal(err)
	}
	p, _ := choose("x", 1)
	for _, text := range []string{fmt.Sprintf("%v %+v %#v %s", p, p, p, p), fmt.Sprintf("%v %+v %#v", s, s, s)} {
		if strings.Contains(text, "hunter2") {
			t.Error(text)
		}
	}
}

func TestTheEnvironmentIsReadAsOtherProgramsReadIt(t *testing.T) {
	env := map[string]string{"https_proxy": "http://bob:hunter2@proxy.corp:3128", "NO_PROXY": "corp.example,10.0.0.0/8"}
	choose := Environment(func(k string) string { return env[k] })
	p, err := choose("account.example", 8443)
	if err != nil || p == nil || p.Address() != "proxy.corp:3128" || p.user != "bob" || p.secret != "hunter2" {
		t.Fatalf("%v, %v", p, err)
	}
	for _, host := range []string{"db.corp.example", "10.1.1.1", "localhost", "127.0.0.1"} {
		if p, err := choose(host, 443); p != nil || err != nil {
			t.Errorf("%s: %v, %v", host, p, err)
		}
	}
	for name, v := range map[string]string{"empty": "", "kind": "socks5://bob:hunter2@p:1", "unreadable": "http://bob:hunter2@p:1 x"} {
		p, err := Environment(func(k string) string { return map[string]string{"HTTPS_PROXY": v}[k] })("a.example", 1)
		if p != nil || (err == nil) != (name == "empty") || (err != nil && (!fault.Is(err, fault.Invalid) || strings.Contains(err.Error(), "hunter2"))) {
			t.Errorf("%s: %v, %v", name, p, err)
		}
	}
}
