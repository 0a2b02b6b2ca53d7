package endpoint

import (
	"context"
	"net/netip"
	"os"
	"strings"
	"testing"

	"github.com/purlieu/purlieu/fault"
)

func TestArrivalsAreJudgedAsTheTableSays(t *testing.T) {
	table, err := os.ReadFile("testdata/decide.txt")
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for line := range strings.Lines(string(table)) {
		line, _, _ = strings.Cut(line, "#")
		f := strings.Fields(line)
		if len(f) == 0 {
			continue
		}
		if len(f) != 5 {
			t.Fatalf("%q", line)
		}
		p := policy(t, f[0], f[1])
		allow, reason := Decide(p, arrival(t, f[2], f[3]))
		if allow != (f[4] == "allow") || reason == "" {
			t.Errorf("%s: %v, %q", strings.Join(f, " "), allow, reason)
		}
		n++
	}
	if n < 50 {
		t.Errorf("only %d lines", n)
	}
}

func policy(t *testing.T, mode, rules string) Policy {
	t.Helper()
	p := Policy{Endpoints: []string{"hub", "spoke"}}
	mode, p.PortalPages = strings.CutSuffix(mode, "+pages")
	modes := map[string]Access{"all": AllNetworks, "private-ingestion": PrivateIngestion, "private": PrivateOnly, "unknown": 9}
	p.Access = modes[mode]
	if rules == "none" {
		return p
	}
	for text := range strings.SplitSeq(rules, ",") {
		i := strings.IndexAny(text, "+-")
		r := Rule{Door: Door(text[:i]), Refuse: text[i] == '-'}
		if prefix, err := netip.ParsePrefix(text[i+1:]); err == nil {
			r.Range = prefix
		} else {
			r.Endpoint = text[i+1:]
		}
		p.Rules = append(p.Rules, r)
	}
	if err := p.Validate(); err != nil {
		t.Fatalf("%s: %v", rules, err)
	}
	return p
}

func arrival(t *testing.T, door, how string) Arrival {
	t.Helper()
	a := Arrival{Door: Door(door), Peer: netip.MustParseAddrPort("192.0.2.1:1")}
	what, rest, _ := strings.Cut(how, ":")
	switch what {
	case "public":
		a.Public, a.Peer = true, netip.AddrPortFrom(netip.MustParseAddr(rest), 1)
	case "endpoint":
		a.PrivateEndpoint = rest
	case "inside":
		a.InProcess = true
	case "local":
		a.Local = true
	case "both":
		a.Public, a.PrivateEndpoint = true, "hub"
	case "nowhere":
	default:
		t.Fatal(how)
	}
	return a
}

func TestARuleThatCanNotBeAppliedIsRefused(t *testing.T) {
	for name, p := range map[string]Policy{
		"mode":        {Access: 9},
		"door":        {Rules: []Rule{{Door: "cellar", Endpoint: "hub"}}},
		"nothing":     {Rules: []Rule{{Door: DoorPortal}}},
		"both":        {Rules: []Rule{{Range: netip.MustParsePrefix("10.0.0.0/8"), Endpoint: "hub"}}},
		"host bits":   {Rules: []Rule{{Range: netip.MustParsePrefix("10.1.2.3/8")}}},
		"mapped":      {Rules: []Rule{{Range: netip.PrefixFrom(netip.MustParseAddr("::ffff:10.0.0.0"), 104)}}},
		"mapped wide": {Rules: []Rule{{Range: netip.PrefixFrom(netip.MustParseAddr("::ffff:10.0.0.0"), 8)}}},
	} {
		if err := p.Validate(); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
	err := Policy{Rules: []Rule{{Range: netip.MustParsePrefix("10.1.2.3/8")}}}.Validate()
	if err == nil || !strings.Contains(err.Error(), "10.0.0.0/8") {
		t.Errorf("the remedy does not say what was meant: %v", err)
	}
}

func TestAnArrivalTravelsWithItsContext(t *testing.T) {
	if _, ok := From(context.Background()); ok {
		t.Error("an arrival came from nowhere")
	}
	want := Arrival{Door: DoorAccount, Public: true, Peer: netip.MustParseAddrPort("192.0.2.1:1")}
	if got, ok := From(With(context.Background(), want)); !ok || got != want {
		t.Errorf("%+v", got)
	}
}
