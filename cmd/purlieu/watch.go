package main

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/purlieu/purlieu/cmd/purlieu/client"
	"github.com/purlieu/purlieu/fault"
)

type scanRunCmd struct {
	scanArgs
	Full  bool `help:"Read everything anew, whatever the last run saw."`
	Watch bool `help:"Stay until the run has ended, and show how it goes."`
}

// Help says what the exit code means.
func (scanRunCmd) Help() string {
	return `Examples:
  purlieu scan run shop weekly --watch
  purlieu scan run shop weekly --full

With --watch the exit code says how the run ended:
  0 succeeded, 20 succeeded with gaps, 21 failed, 22 cancelled
  23 not ended: it asks a question, and waits for an answer (purlieu proposal show)

While the account is away the watching goes on for two minutes; the run goes on without it.
Ctrl-C stops the watching, not the run: purlieu run cancel ends that.`
}

// Run starts a run, and watches it when asked.
func (c scanRunCmd) Run(a *app) error {
	account, err := a.client()
	if err != nil {
		return err
	}
	query := ""
	if c.Full {
		query = "?scanLevel=Full"
	}
	var run object
	if err := account.Do(a.ctx, "POST", c.path()+":run"+query, nil, &run); err != nil {
		return err
	}
	if !c.Watch {
		return a.write(run, func() error {
			a.say("Run %s has been started. See how it goes: purlieu run show %s", run.text("id"), run.text("id"))
			if why := run.text("purlieu", "closed", "text"); why != "" {
				a.say("It waits. %s", why)
			}
			return nil
		})
	}
	if run, err = a.watch(account, c.path()+"/runs/"+esc(run.text("id"))); err != nil {
		return err
	}
	gaps, err := a.items(account, "/manage/v1/runs/"+esc(run.text("id"))+"/gaps")
	if err != nil {
		return err
	}
	if err := a.write(object{"run": run, "gaps": gaps}, func() error { return a.summary(run, gaps) }); err != nil {
		return err
	}
	a.twins(account, c.Source)
	switch run.text("status") {
	case "Failed":
		return endedFailed
	case "Canceled":
		return endedCanceled
	case "Succeeded":
	default:
		return asksAPerson
	}
	if len(gaps) > 0 {
		return endedWithGaps
	}
	return nil
}

// patience is how long the account may be away while a run is watched.
const patience = 2 * time.Minute

// watch looks at a run until it has ended, or asks a question. The account may be away for a while: the run goes on
// without it.
func (a *app) watch(account *client.Client, path string) (object, error) {
	var away time.Time // since when the account does not answer; zero: it does
	last, begin := "", time.Now()
	silence := quiet{app: a, account: account}
	for {
		asked := time.Now()
		run, err := a.look(account, path, away)
		switch {
		case err == nil:
			if !away.IsZero() {
				away = time.Time{}
				fmt.Fprintln(a.err, "The account answers again.")
			}
			if line := progress(run, time.Since(begin)); line != last {
				last = line
				fmt.Fprintln(a.err, clean(line))
				silence.looks = 0
			} else if why := silence.why(run); why != "" {
				fmt.Fprintln(a.err, clean(why))
			}
			switch run.text("status") {
			case "Succeeded", "Failed", "Canceled":
				return run, nil
			}
			if run.text("purlieu", "proposal") != "" { // it waits for a person: that may take days
				return run, nil
			}
		case !fault.Is(err, fault.Unreachable) && !fault.Is(err, fault.Throttled):
			return nil, err
		case away.IsZero():
			away = asked
			fmt.Fprintf(a.err, "The account does not answer; the run goes on without it. Asking again for %s.\n", a.patience)
		case time.Since(away) >= a.patience:
			return nil, err
		}
		select {
		case <-a.ctx.Done():
			return nil, a.ctx.Err()
		case <-time.After(a.poll):
		}
	}
}

// look asks for the run once. An account that has been away is waited for no longer than it may be.
func (a *app) look(account *client.Client, path string, away time.Time) (run object, err error) {
	ctx := a.ctx
	if !away.IsZero() {
		var cancel context.CancelFunc
		ctx, cancel = context.WithDeadline(ctx, away.Add(a.patience))
		defer cancel()
	}
	err = account.Get(ctx, path, &run)
	return run, err
}

// progress is one line: units, assets and their rate, both stages.
func progress(run object, since time.Duration) string {
	n := func(path ...string) int64 {
		v, _ := run.at(path...).(json.Number)
		i, _ := v.Int64()
		return i
	}
	var all, ended int64
	for _, state := range []string{"queued", "leased", "done", "closed", "failed", "void"} {
		all += n("purlieu", "units", state)
	}
	for _, state := range []string{"closed", "failed", "void"} {
		ended += n("purlieu", "units", state)
	}
	found := n("purlieu", "counts", "discovered")
	rate := ""
	if s := since.Seconds(); found > 0 && s >= 1 {
		rate = fmt.Sprintf(" (%d/s)", int64(float64(found)/s))
	}
	waits := ""
	if until := run.text("purlieu", "closed", "until"); until != "" {
		waits = "  waits until " + until
	}
	return fmt.Sprintf("%-10s  units %d/%d  discovery %s: %d assets%s  ingestion %s: %d  gaps %d", run.text("status"), ended, all,
		strings.ToLower(run.text("discoveryExecutionDetails", "status")), found, rate,
		strings.ToLower(run.text("ingestionExecutionDetails", "status")), n("ingestionExecutionDetails", "statistics", "assets", "succeeded"),
		n("purlieu", "counts", "gaps")) + waits
}

// summary ends the watching: what was found, and what was not.
func (a *app) summary(run object, gaps []object) error {
	count := func(name string) string { return run.text("purlieu", "counts", name) }
	switch run.text("status") {
	case "Failed":
		a.say("The run failed (%s). %s", run.text("purlieu", "code"), run.text("purlieu", "text"))
	case "Canceled":
		a.say("The run was cancelled; nothing was deleted.")
	case "Succeeded":
		a.say("Found %s assets: %s new, %s changed, %s as before, %s gone; %s lineage edges.",
			count("discovered"), count("created"), count("updated"), count("unchanged"), count("deleted"), count("edges"))
	default:
		a.say("The run has not ended: it waits for an answer, and deletes nothing until then. Found %s assets: %s new, %s changed, %s as before.",
			count("discovered"), count("created"), count("updated"), count("unchanged"))
	}
	if id := run.text("purlieu", "proposal"); id != "" {
		a.say("It asks a question. Look: purlieu proposal show %s", id)
		a.say("Then answer: purlieu proposal approve %s, or purlieu proposal reject %s", id, id)
	}
	if len(gaps) == 0 {
		return nil
	}
	a.say("%s:", many(len(gaps), "gap"))
	const most = 20
	rows := [][]string{}
	for _, g := range gaps[:min(most, len(gaps))] {
		rows = append(rows, []string{g.text("gap", "path"), g.text("gap", "code"), g.text("gap", "remedy")})
	}
	if err := a.table([]string{"WHERE", "WHY", "REMEDY"}, rows); err != nil {
		return err
	}
	if len(gaps) > most {
		a.say("… and %d more: purlieu run gaps %s", len(gaps)-most, run.text("id"))
	}
	return nil
}
