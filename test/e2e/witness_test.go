package e2e

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestAWitnessFindsWithoutTheAccountWhatWasDoneToTheLedger(t *testing.T) {
	t.Parallel()
	a := newAccount(t)
	s := shop(t)
	n := a.enrolled(a.runtime("edge"), "one")
	n.allow(s)
	elsewhere := filepath.Join(n.dir, "elsewhere")
	file := filepath.Join(elsewhere, "heads.log")
	n.runtime("policy", "witness", "--file", file, "--required")
	n.start()
	a.register(s)

	// The place that the witness writes to is not there: nothing leaves, and it is said.
	run := a.begin(s)
	until(t, 20*time.Second, "something waits for the witness", func() bool { return n.status().Unsent > 0 })
	time.Sleep(2 * time.Second)
	r := n.try("status")
	if r.code != 11 || !strings.Contains(r.out, "NOTHING LEAVES") || !strings.Contains(r.out, file) {
		t.Errorf("status says: %s", r)
	}
	if got := a.test("shop", map[string]any{"scan": "nightly"}); got.OK || got.Problem == nil || got.Problem.Code != "NotWitnessed" || len(got.Steps) > 0 {
		t.Errorf("an answer leaves: %+v", got)
	}
	for _, one := range a.runs(s) {
		if one.Purlieu.Counts.Batches > 0 {
			t.Errorf("something left: %+v", one)
		}
	}
	if err := os.Mkdir(elsewhere, 0o700); err != nil {
		t.Fatal(err)
	}
	if r := a.await(s, run, 40*time.Second); r.Status != "Succeeded" || r.Purlieu.Counts.Gaps > 0 {
		t.Fatalf("the run ended %+v", r)
	}
	until(t, 10*time.Second, "nothing waits in the node", func() bool { return n.status().Unsent == 0 && n.status().Held == 0 })
	if r := n.try("status"); r.code != 0 || !strings.Contains(r.out, "told up to entry") {
		t.Errorf("status says: %s", r)
	}
	n.runtime("egress", "verify", "--witness", file) // while the node runs
	n.process.stop(t)
	a.server.stop(t) // the account has no part in this
	if out := n.runtime("egress", "verify", "--witness", file); !strings.Contains(out, "agrees with every entry") {
		t.Errorf("verify says:\n%s", out)
	}
	index := n.ledger()[len(n.ledger())-1].Index
	text, err := os.ReadFile(file)
	if err != nil || !strings.Contains(string(text), `"node":"edge--one"`) || strings.Contains(string(text), "sales") {
		t.Errorf("the witness has %v:\n%s", err, text)
	}

	// Its end is cut, with the receipts: in itself what is left holds.
	outbox := filepath.Join(n.state(), "outbox")
	if err := os.Rename(outbox, filepath.Join(n.dir, "outbox")); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(outbox, 0o700); err != nil {
		t.Fatal(err)
	}
	ledger, err := os.ReadFile(filepath.Join(n.dir, "outbox", "ledger-00000001.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	lines := bytes.SplitAfter(ledger, []byte("\n"))
	if err := os.WriteFile(filepath.Join(outbox, "ledger-00000001.jsonl"), bytes.Join(lines[:3], nil), 0o600); err != nil {
		t.Fatal(err)
	}
	n.runtime("egress", "verify")
	if r := n.try("egress", "verify", "--witness", file); r.code != 20 || !strings.Contains(r.out, "end was cut") {
		t.Errorf("of entry %d three are left; verify says: %s", index, r)
	}

	// It is written anew, and longer than before: in itself that holds, too.
	if err := os.RemoveAll(outbox); err != nil {
		t.Fatal(err)
	}
	a.start()
	n.start()
	for range 3 {
		a.scanWhole(s)
	}
	until(t, 15*time.Second, "nothing waits in the node", func() bool { return n.status().Unsent == 0 && n.status().Held == 0 })
	n.process.stop(t)
	n.runtime("egress", "verify")
	if r := n.try("egress", "verify", "--witness", file); r.code != 20 || !strings.Contains(r.out, "it was replaced") {
		t.Errorf("the ledger is another one; verify says: %s", r)
	}
}
