package disktest

import (
	"bytes"
	"errors"
	"math/rand/v2"
	"strings"
	"syscall"
	"testing"
)

func TestPowerLoss(t *testing.T) {
	seen := map[string]bool{}
	for seed := range uint64(200) {
		m := New(rand.New(rand.NewPCG(seed, 1)))
		f, err := m.Append("a")
		if err != nil {
			t.Fatal(err)
		}
		write := func(s string) {
			if _, err := f.Write([]byte(s)); err != nil {
				t.Fatal(err)
			}
		}
		write(strings.Repeat("s", 600))
		if err := errors.Join(f.Sync(), m.Sync()); err != nil {
			t.Fatal(err)
		}
		write(strings.Repeat("u", 2000))
		if _, err := m.Append("never synced"); err != nil {
			t.Fatal(err)
		}
		n := m.Reboot()
		if _, err := f.Write([]byte("x")); !errors.Is(err, ErrCrashed) {
			t.Fatalf("a write without power: %v", err)
		}
		got := n.Peek("a")
		if !bytes.HasPrefix(got, bytes.Repeat([]byte("s"), 600)) {
			t.Fatalf("seed %d: synced bytes are lost: %d are left", seed, len(got))
		}
		switch rest := got[600:]; {
		case len(rest) == 0:
			seen["all lost"] = true
		case bytes.IndexByte(rest, 0) >= 0:
			seen["torn"] = true
		case len(rest) == 2000:
			seen["all there"] = true
		default:
			seen["cut"] = true
		}
		list, err := n.List()
		if err != nil {
			t.Fatal(err)
		}
		seen["names "+string(rune('0'+len(list)))] = true
	}
	for _, want := range []string{"all lost", "all there", "torn", "cut", "names 1", "names 2"} {
		if !seen[want] {
			t.Errorf("never seen: %s", want)
		}
	}
}

func TestFullDisk(t *testing.T) {
	m := New(rand.New(rand.NewPCG(1, 1)))
	m.Capacity = 10
	f, err := m.Append("a")
	if err != nil {
		t.Fatal(err)
	}
	if n, err := f.Write([]byte("0123456")); n != 7 || err != nil {
		t.Errorf("%d %v", n, err)
	}
	if n, err := f.Write([]byte("0123456")); n != 3 || !errors.Is(err, syscall.ENOSPC) {
		t.Errorf("%d %v", n, err)
	}
}
