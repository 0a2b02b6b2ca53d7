package firewall

import (
	"net/netip"
	"os"
	"strings"
	"testing"
)

func TestAddressesAreJudgedAsTheTableSays(t *testing.T) {
	table, err := os.ReadFile("testdata/special.txt")
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for line := range strings.Lines(string(table)) {
		line, _, _ = strings.Cut(line, "#")
		if strings.TrimSpace(line) == "" {
			continue
		}
		text, want, _ := strings.Cut(strings.TrimSpace(line), " ")
		want = strings.TrimSpace(want)
		why, special := Special(netip.MustParseAddr(text))
		if !special {
			why = "-"
		}
		if why != want {
			t.Errorf("%s: %q, want %q", text, why, want)
		}
		n++
	}
	if n < 40 {
		t.Errorf("only %d lines", n)
	}
	if _, special := Special(netip.Addr{}); !special {
		t.Error("no address at all is allowed")
	}
}

func FuzzAMappedAddressIsJudgedAsItself(f *testing.F) {
	f.Add([]byte{127, 0, 0, 1})
	f.Fuzz(func(t *testing.T, b []byte) {
		if len(b) != 4 {
			t.Skip()
		}
		v4 := netip.AddrFrom4([4]byte(b))
		want, _ := Special(v4)
		if got, _ := Special(netip.AddrFrom16(v4.As16())); got != want {
			t.Errorf("%s: %q as itself, %q mapped", v4, want, got)
		}
	})
}
