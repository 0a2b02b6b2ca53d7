package main

import (
	"context"
	"fmt"
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
` + endings + `

While the account is away the watching goes on for two minutes; the run goes on without it.
Ctrl-C stops the watching, not the run: purlieu run watch takes it up again, purlieu run cancel ends the run.`
}

// endings are the exit codes of a watched run.
const endings = `  0 succeeded, 20 succeeded with gaps, 21 failed, 22 cancelled
  23 not ended: it asks a question, and waits for an answer (purlieu proposal show)`

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
			a.say("Run %s has been started. See how it goes: purlieu run watch %s", run.text("id"), run.text("id"))
			if why := run.text("purlieu", "closed", "text"); why != "" {
				a.say("It waits. %s", why)
			}
			return nil
		})
	}
	fmt.Fprintln(a.err, clean("Run "+run.text("id")+" has been started."))
	return a.follow(account, c.scanArgs, run.text("id"))
}

type runWatchCmd struct{ runArg }

// Help says what the exit code means.
func (runWatchCmd) Help() string {
	return `The same as purlieu scan run --watch, of a run that is under way, whoever started it; of one that has ended it says how at once.

Example, with a run of the list:
  purlieu run list shop --state InProgress
  purlieu run watch 0f8c1d4e-6b7a-4c53-9d2e-8a1f0b3c5d7e

The exit code says how it ended:
` + endings
}

// Run watches a run.
func (c runWatchCmd) Run(a *app) error {
	account, run, err := c.read(a)
	if err != nil {
		return err
	}
	of := scanArgs{Source: run.text("source"), Scan: run.text("scan")}
	err = a.follow(account, of, run.text("id"))
	if fault.Is(err, fault.NotFound) { // of a run under way it was moved: such a scan can't be deleted
		return fault.New(fault.NotFound, fault.CodeOf(err), "the scan %s of %s, of which the run is, is deleted or no longer yours to see", of.Scan, of.Source).
			Try("See how the run ended: purlieu run show %s", run.text("id"))
	}
	return err
}

// follow watches a run of a scan, and says by an outcome how it ended.
func (a *app) follow(account *client.Client, of scanArgs, id string) error {
	run, err := a.watch(account, of.path()+"/runs/"+esc(id))
	if err != nil {
		if !fault.Is(err, fault.NotFound) {
			fmt.Fprintln(a.err, clean("The run goes on. To watch it again: purlieu run watch "+id))
		}
		return err
	}
	gaps, err := a.items(account, "/manage/v1/runs/"+esc(id)+"/gaps")
	if err != nil {
		return err
	}
	if err := a.write(object{"run": run, "gaps": gaps}, func() error { return a.summary(run, gaps) }); err != nil {
		return err
	}
	a.twins(account, of.Source)
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
	begin, last := time.Now(), progress{}
	tell := teller{out: a.err, width: width(a.err)}
	defer tell.end()
	silence := quiet{app: a, account: account}
	for {
		asked := time.Now()
		run, err := a.look(account, path, away)
		switch {
		case err == nil:
			if !away.IsZero() {
				away = time.Time{}
				tell.say("The account answers again.")
			}
			now := time.Now()
			at := progressOf(run)
			if at != last {
				last, silence.looks = at, 0
			} else if why := silence.why(run); why != "" {
				tell.say(why)
			}
			tell.progress(at, now.Sub(begin), now)
			if at.over() || run.text("purlieu", "proposal") != "" { // a question waits for a person: that may take days
				return run, nil
			}
		case !fault.Is(err, fault.Unreachable) && !fault.Is(err, fault.Throttled):
			return nil, err
		case away.IsZero():
			away = asked
			tell.say(fmt.Sprintf("The account does not answer; the run goes on without it. Asking again for %s.", a.patience))
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
		rows = append(rows, gapRow(g))
	}
	if err := a.table(gapHead(), rows); err != nil {
		return err
	}
	if len(gaps) > most {
		a.say("… and %d more: purlieu run gaps %s", len(gaps)-most, run.text("id"))
	}
	return nil
}
