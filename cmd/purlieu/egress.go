package main

import (
	"encoding/hex"
	"log/slog"

	"github.com/purlieu/purlieu/node"
	"github.com/purlieu/purlieu/server"
)

// differs is the exit code where ledger and account do not agree, as of purlieu-runtime.
const differs outcome = 20

type adminEgressCmd struct{ dataFlag }

// Help says what it looks for.
func (adminEgressCmd) Help() string {
	return `The built-in node writes down what leaves it, as every node does. This looks for edits (the chain, and the account's signed
receipts), and for cuts and replacements (the highest entry that the account has). It may run while the server does.
'purlieu-runtime egress show --state DIR/built-in' shows the entries.

Exit codes: 0 all holds; 20 ledger and account differ; 5 the ledger is broken in itself.`
}

// Run verifies and compares.
func (c adminEgressCmd) Run(a *app) error {
	data, err := c.folder()
	if err != nil {
		return err
	}
	known, err := server.BuiltInReceipts(a.ctx, data, slog.New(slog.DiscardHandler)) // before the ledger: that only grows
	if err != nil {
		return err
	}
	state := builtInState(data)
	report, err := node.VerifyLedger(state, node.State{ReceiptKey: known.Key})
	if err != nil {
		if report.Entries > 0 {
			a.say("Entries 1 to %d hold; what follows does not.", report.Last)
		}
		return err
	}
	a.say("The ledger of %s holds: %d entries, head %s.", clean(report.Node), report.Entries, hex.EncodeToString(report.Head[:]))
	a.say("%d receipts of the account belong to it, %d of them without a signature that could be checked.", report.Receipts, report.Unverified)
	_, differences, err := node.CompareLedger(state, known.Index, known.Head)
	switch {
	case err != nil:
		return err
	case len(differences) > 0:
		a.say("LEDGER AND ACCOUNT DIFFER at entry %d: its end was cut, or it was replaced.", known.Index)
		return differs
	case known.Index == 0:
		a.say("The account has received none of its entries yet.")
	default:
		a.say("The account has received it up to entry %d, and agrees with every entry up to there.", known.Index)
	}
	return nil
}
