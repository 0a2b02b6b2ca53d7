package program

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/node"
)

type egressCmd struct {
	Show      egressShowCmd      `cmd:"" help:"Show what left, entry by entry."`
	Verify    egressVerifyCmd    `cmd:"" help:"Look for edits: follow the chain and hold the account's receipts against it."`
	Reconcile egressReconcileCmd `cmd:"" help:"Look for cuts and replacements: compare with what the account has receipted."`
}

type egressShowCmd struct {
	stateFlag
	From uint64 `help:"First entry." default:"1"`
	To   uint64 `help:"Last entry; default is the last there is."`
	JSON bool   `name:"json" help:"One JSON object a line, as in the ledger."`
}

// Run shows entries.
func (c egressShowCmd) Run(a *app) error {
	enc := json.NewEncoder(a.out)
	return node.ShowLedger(c.State, c.From, c.To, func(e node.LedgerEntry) error {
		if c.JSON {
			return enc.Encode(e)
		}
		_, err := fmt.Fprintf(a.out, "%6d  %s  %-9s  %s\n", e.Index, when(e.Time), e.Kind, clean(words(&e)))
		return err
	})
}

// words says what an entry is about.
func words(e *node.LedgerEntry) string {
	var parts []string
	add := func(format string, args ...any) { parts = append(parts, fmt.Sprintf(format, args...)) }
	if e.Unit != 0 {
		add("unit %d attempt %d", e.Unit, e.Attempt)
	}
	if e.Number != nil && e.Kind == "batch" {
		add("batch %d", *e.Number)
	}
	for _, n := range []struct {
		count int
		what  string
	}{{e.Assets, "assets"}, {e.Edges, "edges"}, {e.Gaps, "gaps"}, {e.Children, "units"}, {e.Count, "beats"}, {e.Size, "bytes"}} {
		if n.count > 0 {
			add("%d %s", n.count, n.what)
		}
	}
	if e.Of != 0 {
		add("of entry %d, left: %s", e.Of, e.Left)
	}
	if e.Detail != "" {
		add("%s", e.Detail)
	}
	if e.Kind == "begin" {
		add("ledger of %s", e.Node)
	}
	return strings.Join(parts, ", ")
}

type egressVerifyCmd struct {
	stateFlag
	Witness string `placeholder:"FILE" type:"path" help:"Hold the ledger against what a witness took down: its file, or a log of the system log that it is."`
}

// Help says what can't be checked.
func (egressVerifyCmd) Help() string {
	return `With --witness it also finds that the end was cut, or that the whole was written anew, without asking the account (exit code
20). A file in which the witness has nothing of this node is a failure (exit code 4), since it says nothing. The file is best read where the witness keeps it: 'purlieu-runtime policy witness' names one.

  purlieu-runtime egress verify --witness /mnt/elsewhere/heads.log

The signatures of receipts are checked with the key that the node was given at enrolment. The built-in node of a server has
no such file: there 'purlieu admin egress' asks the account.`
}

// Run verifies the ledger.
func (c egressVerifyCmd) Run(a *app) error {
	state, err := node.LoadState(c.State)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return err
	}
	report, err := node.VerifyLedger(c.State, state)
	if err != nil {
		if report.Entries > 0 {
			a.say("Entries 1 to %d hold; what follows does not.", report.Last)
		}
		return err
	}
	a.report(report)
	a.say("%d receipts of the account belong to it, %d of them without a signature that could be checked.", report.Receipts, report.Unverified)
	if c.Witness == "" {
		return nil
	}
	return c.hear(a, state.Node)
}

// hear holds the ledger against what a witness has.
func (c egressVerifyCmd) hear(a *app, of string) error {
	_, told, broken, err := node.WitnessLedger(c.State, of, c.Witness)
	if broken > 0 {
		a.say("%d lines of the witness can't be read, and were passed over.", broken)
	}
	if err != nil {
		return err
	}
	if len(told.Differences) == 0 {
		a.say("The witness has taken down %d heads of it, the last of entry %d, and agrees with every entry up to there.", told.Heads, told.Last)
		return nil
	}
	a.say("LEDGER AND WITNESS DIFFER. The witness has taken it down up to entry %d.", told.Last)
	a.differences(told.Differences)
	return differs
}

func (a *app) differences(list []node.LedgerDifference) {
	for _, d := range list {
		why := "the ledger has another entry there: it was replaced"
		switch {
		case d.Missing:
			why = "the ledger ends before it: its end was cut"
		case d.Of != "":
			why = fmt.Sprintf("the ledger says that it is of %s, another node than this machine is: it was replaced, or the machine enrolled by another name", clean(d.Of))
		}
		a.say("  entry %d: %s", d.Index, why)
	}
}

func (a *app) report(r node.LedgerReport) {
	if r.Entries == 0 {
		a.say("The ledger is empty: nothing has left.")
		return
	}
	a.say("The ledger of %s holds: %d entries, head %s.", clean(r.Node), r.Entries, hex.EncodeToString(r.Head[:]))
	if r.Torn != "" {
		a.say("%s: the node is writing, or power was lost; it never left.", r.Torn)
	}
}

type egressReconcileCmd struct{ stateFlag }

// Help says what the exit code means.
func (egressReconcileCmd) Help() string {
	return `Exit codes: 0 they agree; 20 they differ; 5 the ledger is broken in itself; 6 the account can't be reached.
The built-in node of a server has no way of its own to the account: 'purlieu admin egress' compares its ledger.`
}

// Run compares the ledger with the account.
func (c egressReconcileCmd) Run(a *app) error {
	state, err := node.LoadState(c.State)
	if err != nil {
		return err
	}
	dial, err := dialAccount(a, c.State)
	if err != nil {
		return err
	}
	tokens, client := node.Account(state, dial)
	token, err := tokens.Token(a.ctx)
	if err != nil {
		return err
	}
	report, upTo, differences, err := node.ReconcileLedger(a.ctx, c.State, state, client, token)
	if err != nil {
		return err
	}
	a.report(report)
	switch {
	case len(differences) > 0:
	case upTo == 0:
		a.say("The account has receipted none of its entries yet.")
		return nil
	default:
		a.say("The account has receipted it up to entry %d, and agrees with every entry up to there.", upTo)
		return nil
	}
	a.say("LEDGER AND ACCOUNT DIFFER. The account has receipted it up to entry %d.", upTo)
	a.differences(differences)
	return differs
}
