package scan

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"time"

	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/server/internal/store"
)

// growth is how many times the assets of its scan a run may bring, new or changed, before it asks.
const growth = 10

// docSize is the kind of documents that say, by scan, how many assets it held when a run of it finished last.
const docSize = "size"

// sizeDoc is what a scan held, and which run found that.
type sizeDoc struct {
	Assets int64  `json:"assets"`
	Reads  string `json:"reads"` // readsOf the scan
	Serial int64  `json:"serial"`
}

// readsOf is a digest of what of its source a scan reads: where a person has changed that, runs are not compared.
func readsOf(sc model.Scan) (string, error) {
	raw, err := json.Marshal([]any{sc.Scope, sc.Settings})
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(raw)
	return hex.EncodeToString(sum[:16]), nil
}

// expect notes in a run's body, when it is opened, what its scan held, and how many assets it may bring unasked. The
// first run of a scan may bring any number, and so may the first one behind a change of what it reads.
func (s *Service) expect(ctx context.Context, tx store.Tx, run *store.Run, b *body) error {
	var last sizeDoc
	_, err := load(ctx, tx, docSize, scanKey(run.Source, run.Scan), &last)
	if fault.Is(err, fault.NotFound) || err == nil && last.Reads != b.Reads {
		return nil
	}
	b.Last, b.Most = last.Assets, max(growth*last.Assets, s.cfg.AskAbove)
	return err
}

// noteSize keeps what a scan holds, when a run of it has finished: what the run saw, and what it neither saw nor proved to
// be gone. What it saw is its nodes' word: it can't be more than what was held before and what came.
func noteSize(ctx context.Context, tx store.Tx, run store.Run, b body) error {
	var last sizeDoc
	doc, err := load(ctx, tx, docSize, scanKey(run.Source, run.Scan), &last)
	if err != nil && !fault.Is(err, fault.NotFound) || last.Serial > run.Serial || err == nil && last == forgotten(run.Serial) {
		return err
	}
	size := sizeDoc{Assets: min(b.Counts.Discovered+b.Counts.NotSeen, last.Assets+b.Counts.Changed), Reads: b.Reads, Serial: run.Serial}
	_, err = save(ctx, tx, docSize, scanKey(run.Source, run.Scan), doc.Version, size)
	return err
}

// forgotten stands in place of a size that is compared with nothing, also that of runs that wait for a person meanwhile.
func forgotten(serial int64) sizeDoc { return sizeDoc{Serial: serial} }

// forgetSize forgets what a scan held: its next run is compared with nothing, whatever its runs of until now say when they
// end.
func forgetSize(ctx context.Context, tx store.Tx, source, scan string) error {
	runs, err := tx.Runs().ListRuns(ctx, store.RunQuery{Source: source, Scan: scan, Limit: 1})
	if err != nil || len(runs) == 0 {
		return err
	}
	var last sizeDoc
	doc, err := load(ctx, tx, docSize, scanKey(source, scan), &last)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return err
	}
	_, err = save(ctx, tx, docSize, scanKey(source, scan), doc.Version, forgotten(runs[0].Serial))
	return err
}

// Grows is asked, in the transaction that would apply a batch, whether the run has to ask first: then the batch is not
// applied, and what is under way of the run has been let go. So it is with each batch that comes while the run asks.
func (s *Service) Grows(ctx context.Context, tx store.Tx, u store.Unit, about Context, assets int) (asks bool, err error) {
	b := about.body
	if b.Asks == asksGrowth {
		return true, letGo(ctx, tx, u)
	}
	if assets == 0 || b.Most == 0 {
		return false, nil
	}
	p, err := readProgress(u)
	if err != nil {
		return false, err
	}
	brought := b.Counts.brought() + max(p.Counts.Changed+int64(assets), p.Counts.Created)
	err = eachOf(ctx, tx, u.Run, open, func(other store.Unit) error {
		if other.ID == u.ID {
			return nil
		}
		p, err := readProgress(other)
		brought += p.Counts.brought()
		return err
	})
	if err != nil || brought <= b.Most {
		return false, err
	}
	run, err := askGrowth(ctx, tx, about.run, b, brought)
	if err != nil {
		return false, err
	}
	return true, tx.Runs().SetRun(ctx, run)
}

// brought is how many assets came whole. Those that attempts before the last made are in the map, and count too: the last
// one finds them there and makes them no more.
func (c RunCounts) brought() int64 { return max(c.Changed, c.Created) }

// grown reports whether a run has brought more than it may, unit by unit: what Grows counts at each batch is less while
// a lease has run out.
func (b *body) grown() bool { return b.Most > 0 && b.Asks == asksNobody && b.Counts.brought() > b.Most }

// askGrowth writes the question of a run that grows, lets go what is under way of it, and gives the run to be written. Units that have closed stay so.
func askGrowth(ctx context.Context, tx store.Tx, run store.Run, b body, brought int64) (store.Run, error) {
	p := Proposal{
		ID: growthID(run.Serial), Kind: ProposeGrowth, State: ProposalOpen, Source: run.Source, Scan: run.Scan, Run: run.ID,
		Collection: b.Collection, Created: tx.Now(), Assets: brought, Last: b.Last,
	}
	if err := saveProposal(ctx, tx, 0, p); err != nil {
		return run, err
	}
	// Nodes whose leases ran out, and that may come back, are told too.
	err := eachOf(ctx, tx, run.ID, append([]model.UnitState{model.UnitQueued}, open...), func(u store.Unit) error {
		if u.Node == "" {
			return nil
		}
		return letGo(ctx, tx, u)
	})
	if err != nil {
		return run, err
	}
	b.Asks = asksGrowth
	return run, writeBody(&run, b)
}

// open are the states of units that a node holds, or of which batches wait to be applied.
var open = []model.UnitState{model.UnitLeased, model.UnitDone}

// eachOf visits the units of a run in some states.
func eachOf(ctx context.Context, tx store.Tx, run string, states []model.UnitState, visit func(store.Unit) error) error {
	const page = 500
	for after := int64(0); ; {
		units, err := tx.Runs().ListUnits(ctx, store.UnitQuery{
			Run: run, States: states, After: after, Limit: page,
		})
		if err != nil {
			return err
		}
		for _, u := range units {
			after = u.ID
			if err := visit(u); err != nil {
				return err
			}
		}
		if len(units) < page {
			return nil
		}
	}
}

// letGo puts a unit back as if its node were lost and another had the next attempt: the node hears at its next renewal
// that it is superseded, what it still sends is dropped, and the next attempt reads the unit from its beginning. Of a strict
// source its share stays taken while the node may not have heard, as that of a stopping unit does.
func letGo(ctx context.Context, tx store.Tx, u store.Unit) error {
	if err := tx.Inbox().DeleteUnit(ctx, u.ID, u.Attempt+1); err != nil {
		return err
	}
	if u.State == model.UnitLeased && u.NotBefore.After(tx.Now()) {
		p, err := readProgress(u)
		if err != nil {
			return err
		}
		if u.Node != "" {
			p.LetGo, u.Node = u.Node, ""
		}
		if err := writeProgress(&u, p); err != nil {
			return err
		}
		u.LeaseEnd = u.NotBefore
	} else {
		u.Node = ""
		u.State, u.LeaseEnd = model.UnitQueued, time.Time{}
	}
	return tx.Runs().SetUnit(ctx, u)
}

// decideGrowth lets a run go on from where it stood, and it asks no more; or ends it: what it brought stays, as that of a
// cancelled run does.
func (s *Service) decideGrowth(ctx context.Context, tx store.Tx, version int64, p Proposal, approve bool, by string) error {
	run, err := tx.Runs().Run(ctx, p.Run)
	if err != nil {
		return err
	}
	b, err := readBody(run)
	if err != nil {
		return err
	}
	p.State, p.Decided, p.By = ProposalRejected, tx.Now(), by
	if approve {
		p.State = ProposalApproved
	}
	if err := saveProposal(ctx, tx, version, p); err != nil {
		return err
	}
	b.Asks, b.Most, b.Grown = asksNobody, 0, true
	if !approve {
		b.Cancel, b.Code = true, "TooManyAssets"
		b.Text = "The run brought far more than its scan held before, and a person ended it. What it had brought stays; nothing was deleted"
		return s.end(ctx, tx, run, b, model.RunCanceled)
	}
	if run.Open == 0 {
		b.DiscoveryEnded = tx.Now() // from now on it may be made final
	}
	if err := writeBody(&run, b); err != nil {
		return err
	}
	return tx.Runs().SetRun(ctx, run)
}
