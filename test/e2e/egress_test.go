package e2e

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestTheLedgerOfWhatLeft(t *testing.T) {
	t.Parallel()
	a := newAccount(t)
	s := shop(t)
	n := a.node(a.runtime("edge"), "one", s)
	a.register(s)
	a.scanWhole(s)
	until(t, 10*time.Second, "nothing waits in the node", func() bool { return n.status().Unsent == 0 && n.status().Held == 0 })
	n.process.stop(t)

	t.Run("holds_in_itself_and_with_what_the_account_received", func(t *testing.T) {
		n.t = t
		if out := n.runtime("egress", "verify"); !strings.Contains(out, "holds") {
			t.Errorf("verify says:\n%s", out)
		}
		n.runtime("egress", "reconcile")
		assets := 0
		for _, e := range n.ledger() {
			assets += e.Assets
		}
		if want := a.runs(s)[0].Purlieu.Counts.Discovered; int64(assets) != want {
			t.Errorf("the ledger has %d assets, the run found %d", assets, want)
		}
	})
	t.Run("shows_an_edited_line", func(t *testing.T) {
		for _, edit := range []struct{ name, from, to string }{
			{"a_number_of_assets", `"assets":`, `"assets":1`},
			{"a_unit", `"unit":`, `"unit":9`},
		} {
			restore := tamper(t, n, func(text []byte) []byte { return bytes.Replace(text, []byte(edit.from), []byte(edit.to), 1) })
			if r := n.try("egress", "verify"); r.code != 5 || !strings.Contains(r.err, "edited") {
				t.Errorf("%s was edited; verify says: %s", edit.name, r)
			}
			restore()
		}
		restore := tamper(t, n, func(text []byte) []byte {
			lines := bytes.SplitAfter(text, []byte("\n"))
			return bytes.Join(append(lines[:2:2], lines[3:]...), nil)
		})
		if r := n.try("egress", "verify"); r.code != 5 || !strings.Contains(r.err, "removed") {
			t.Errorf("a line was taken out; verify says: %s", r)
		}
		restore()
	})
	t.Run("shows_a_tail_that_was_cut_off_with_its_receipts", func(t *testing.T) {
		restore := tamper(t, n, func(text []byte) []byte {
			lines := bytes.SplitAfter(text, []byte("\n"))
			return bytes.Join(lines[:len(lines)/2], nil)
		})
		if r := n.try("egress", "verify"); r.code != 5 {
			t.Errorf("receipts are there for what was cut off; verify says: %s", r)
		}
		receipts, err := filepath.Glob(filepath.Join(n.state(), "outbox", "receipts-*"))
		if err != nil || len(receipts) == 0 {
			t.Fatalf("no receipts: %v", err)
		}
		for _, path := range receipts {
			if err := os.Rename(path, filepath.Join(n.dir, filepath.Base(path))); err != nil {
				t.Fatal(err)
			}
		}
		if r := n.try("egress", "verify"); r.code != 0 {
			t.Errorf("what is left holds in itself; verify says: %s", r)
		}
		if r := n.try("egress", "reconcile"); r.code != 20 || !strings.Contains(r.out, "end was cut") {
			t.Errorf("the account has receipted more; reconcile says: %s", r)
		}
		for _, path := range receipts {
			if err := os.Rename(filepath.Join(n.dir, filepath.Base(path)), path); err != nil {
				t.Fatal(err)
			}
		}
		restore()
		n.runtime("egress", "verify")
	})
}

func TestANodeSetUpAnewIsNotAccusedOfItsPredecessorsLedger(t *testing.T) {
	t.Parallel()
	a := newAccount(t)
	s := shop(t)
	key := a.runtime("edge")
	n := a.node(key, "one", s)
	a.register(s)
	for range 2 {
		a.scanWhole(s)
	}
	settle := func(n *node) {
		until(t, 10*time.Second, "nothing waits in the node", func() bool { return n.status().Unsent == 0 && n.status().Held == 0 })
		n.process.stop(t)
	}
	settle(n)
	n.start()
	settle(n)
	if out := n.runtime("egress", "show"); strings.Count(out, "enrolled as one") != 1 {
		t.Errorf("the ledger does not hold the enrolment once:\n%s", out)
	}
	n.runtime("egress", "verify")
	n.runtime("egress", "reconcile")
	a.purlieu("node", "remove", "edge", "one")

	if err := os.RemoveAll(n.dir); err != nil {
		t.Fatal(err)
	}
	n = a.node(key, "one", s)
	if out := n.runtime("egress", "reconcile"); strings.Contains(out, "up to") {
		t.Errorf("nothing was receipted yet; reconcile says:\n%s", out)
	}
	a.scanWhole(s)
	settle(n)
	if out := n.runtime("egress", "reconcile"); !strings.Contains(out, "up to entry ") {
		t.Errorf("reconcile says:\n%s", out)
	}

	// The same machine, enrolled again after its removal, has the same ledger: a cut of it shows.
	a.purlieu("node", "remove", "edge", "one")
	if r := n.enrol(key, "--again"); r.code != 0 {
		t.Fatal(r)
	}
	n.runtime("egress", "reconcile")
	tamper(t, n, func(text []byte) []byte {
		lines := bytes.SplitAfter(text, []byte("\n"))
		return bytes.Join(lines[:2], nil)
	})
	if r := n.try("egress", "reconcile"); r.code != 20 || !strings.Contains(r.out, "end was cut") {
		t.Errorf("the account has receipted more; reconcile says: %s", r)
	}
}

func TestAnAnswerThatWasCutFromTheLedgerIsFound(t *testing.T) {
	t.Parallel()
	a := newAccount(t)
	s := shop(t)
	n := a.node(a.runtime("edge"), "one", s)
	a.register(s)
	a.scanWhole(s)
	if got := a.test("shop", map[string]any{"scan": "nightly"}); !got.OK {
		t.Fatalf("%+v", got)
	}
	until(t, 10*time.Second, "nothing waits in the node", func() bool { return n.status().Unsent == 0 && n.status().Held == 0 })
	n.process.stop(t)
	if out := n.runtime("egress", "reconcile"); !strings.Contains(out, "agrees") {
		t.Errorf("reconcile says:\n%s", out)
	}
	tamper(t, n, func(text []byte) []byte {
		last := bytes.LastIndex(text, []byte(`"kind":"answer"`))
		if last < 0 || bytes.Contains(text[last:], []byte(`"kind":"done"`)) {
			t.Fatalf("the answer is not behind everything that has a receipt:\n%s", text)
		}
		return text[:bytes.LastIndexByte(text[:last], '\n')+1]
	})
	n.runtime("egress", "verify")
	if r := n.try("egress", "reconcile"); r.code != 20 || !strings.Contains(r.out, "end was cut") {
		t.Errorf("the account has had the answer; reconcile says: %s", r)
	}
}

// tamper changes the ledger of a stopped node, and gives what undoes it.
func tamper(t *testing.T, n *node, change func([]byte) []byte) (restore func()) {
	t.Helper()
	path := filepath.Join(n.state(), "outbox", "ledger-00000001.jsonl")
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	changed := change(bytes.Clone(text))
	if bytes.Equal(text, changed) {
		t.Fatal("nothing was changed")
	}
	write := func(text []byte) {
		if err := os.WriteFile(path, text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write(changed)
	return func() { write(text) }
}
