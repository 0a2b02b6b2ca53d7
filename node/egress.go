package node

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"os"

	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/node/internal/disk"
	"github.com/purlieu/purlieu/node/internal/enrol"
	"github.com/purlieu/purlieu/node/internal/outbox"
)

// Words of the egress ledger, for the command line: see node/internal/outbox.
type (
	// LedgerEntry is one line of the ledger.
	LedgerEntry = outbox.Entry
	// LedgerReport is what a look through the ledger found.
	LedgerReport = outbox.Report
	// LedgerDifference is an entry on which ledger and account do not agree.
	LedgerDifference = outbox.Difference
)

// ledgerOf opens the outbox of a state directory to read it. fault.NotFound when nothing was ever recorded there.
func ledgerOf(stateDir string) (disk.Disk, error) {
	info, err := os.Stat(OutboxPath(stateDir))
	if errors.Is(err, fs.ErrPermission) {
		return nil, enrol.Unread(OutboxPath(stateDir), err)
	}
	if err != nil || !info.IsDir() {
		return nil, fault.New(fault.NotFound, "NoLedger", "there is no egress ledger in %s: no node has run there", stateDir).
			Try("Give the node's state directory with --state")
	}
	return disk.Dir(OutboxPath(stateDir))
}

// ShowLedger hands over the entries from one index to another, both included; 0 as the end is the last. It checks the
// chain as it goes, and may run while the node does.
func ShowLedger(stateDir string, from, to uint64, use func(LedgerEntry) error) error {
	d, err := ledgerOf(stateDir)
	if err != nil {
		return err
	}
	return outbox.Show(d, from, to, use)
}

// VerifyLedger follows the whole chain and holds the account's receipts against it; without a receipt key in the state their
// signatures are not checked. The first thing that is wrong is a
// fault.Conflict; the report counts up to there. It may run while the node does.
func VerifyLedger(stateDir string, state State) (LedgerReport, error) {
	d, err := ledgerOf(stateDir)
	if err != nil {
		return LedgerReport{}, err
	}
	return outbox.Verify(d, state.ReceiptKey)
}

// maxAnswer bounds the account's answer, in bytes.
const maxAnswer = 1 << 20

// ReconcileLedger holds the ledger against what the account has receipted of this node, over a client and a token of
// the node. The number is the highest entry that the account has receipted, 0 for none: its head speaks for every
// entry up to it.
func ReconcileLedger(ctx context.Context, stateDir string, state State, client *http.Client, token string) (LedgerReport, uint64, []LedgerDifference, error) {
	index, head, err := receipted(ctx, state, client, token)
	if err != nil {
		return LedgerReport{}, 0, nil, err
	}
	report, differences, err := CompareLedger(stateDir, index, head)
	return report, index, differences, err
}

// CompareLedger holds the ledger against the highest entry that the account has of it; index 0 says that it has none.
func CompareLedger(stateDir string, index uint64, head []byte) (LedgerReport, []LedgerDifference, error) {
	d, err := ledgerOf(stateDir)
	if err != nil {
		return LedgerReport{}, nil, err
	}
	var heads []outbox.Receipted
	if index > 0 {
		h := outbox.Receipted{Index: index}
		if len(head) != len(h.Head) {
			return LedgerReport{}, nil, fault.New(fault.Conflict, "BadReceipts", "what the account says of its receipts can't be read")
		}
		h.Head = [32]byte(head)
		heads = append(heads, h)
	}
	return outbox.Reconcile(d, heads)
}

// receipted asks the account for the highest entry that it has receipted; 0 when there is none.
func receipted(ctx context.Context, state State, client *http.Client, token string) (index uint64, head []byte, err error) {
	var answer struct {
		Highest *struct {
			Index uint64 `json:"index"`
			Head  []byte `json:"head"`
		} `json:"highest"`
	}
	address := state.AccountURL + "/manage/v1/nodes/" + url.PathEscape(state.Node) + "/receipts"
	if err := get(ctx, client, address, token, &answer); err != nil || answer.Highest == nil {
		return 0, nil, err
	}
	return answer.Highest.Index, answer.Highest.Head, nil
}

// get reads JSON from the account.
func get(ctx context.Context, client *http.Client, address, token string, into any) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return fault.New(fault.Invalid, "BadAddress", "the account's address can't be used").Because(err)
	}
	req.Header.Set("Authorization", "Bearer "+token)
	res, err := client.Do(req)
	if err != nil {
		return fault.New(fault.Unreachable, "Unreachable", "the account could not be asked for its receipts").Because(err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return fault.New(fault.Denied, "Refused", "the account does not show its receipts to this node: it answered %d", res.StatusCode)
	}
	text, err := io.ReadAll(io.LimitReader(res.Body, maxAnswer))
	if err == nil {
		err = json.Unmarshal(text, into)
	}
	if err != nil {
		return fault.New(fault.Unreachable, "BadAnswer", "the account's word on its receipts broke off, or is none").Because(err)
	}
	return nil
}
