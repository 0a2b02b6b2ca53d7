package main

import (
	"cmp"
	"fmt"
	"net/url"

	"github.com/purlieu/purlieu/cmd/purlieu/client"
	"github.com/purlieu/purlieu/fault"
)

type runCmd struct {
	List    runListCmd    `cmd:"" help:"List runs, newest first: of all scans, of a source, or of one scan."`
	Show    runShowCmd    `cmd:"" help:"Show a run: how far it is, what it did, what it could not read."`
	Watch   runWatchCmd   `cmd:"" help:"Stay until a run has ended, and show how it goes."`
	Cancel  runCancelCmd  `cmd:"" help:"End a run."`
	Units   runUnitsCmd   `cmd:"" help:"List the units of a run, with who reads each."`
	Gaps    runGapsCmd    `cmd:"" help:"What a run could not read, and what would mend it."`
	Changes runChangesCmd `cmd:"" help:"Which assets a run created, updated, renamed or deleted."`
	Undo    runUndoCmd    `cmd:"" help:"Bring back what a run deleted, as far as nobody changed it since."`
}

// Help says which words of scan are short for which of run.
func (runCmd) Help() string {
	return `A run is started with purlieu scan run SOURCE SCAN; whatever else is done with runs stands here. For who knows the scan there are
short ways:

  scan history SOURCE SCAN    its runs, as run list SOURCE SCAN in a smaller table
  scan cancel SOURCE SCAN     run cancel of its newest run that has not ended
  scan gaps SOURCE SCAN       run gaps of its newest run`
}

type runListCmd struct {
	Of struct {
		Source string `arg:"" optional:"" help:"Of this source."`
		Scan   string `arg:"" optional:"" help:"Of this scan of it."`
	} `embed:""`
	Source string   `hidden:"" help:"As the first word."`
	Scan   string   `hidden:"" help:"As the second word; alone, of the scans that are called so, of all sources."`
	State  []string `enum:"Accepted,InProgress,Succeeded,Failed,Canceled" help:"In this state; may be given several times."`
	Limit  int      `default:"50" help:"How many at most."`
}

// Help shows examples.
func (runListCmd) Help() string {
	return `Examples:
  purlieu run list --state Failed
  purlieu run list shop --limit 5 -o json
  purlieu run list shop weekly`
}

// Validate refuses a list of nothing.
func (c runListCmd) Validate() error {
	if c.Limit < 1 {
		return fault.New(fault.Invalid, "BadLimit", "--limit is 1 or more")
	}
	return nil
}

// Run lists runs.
func (c runListCmd) Run(a *app) error {
	q := url.Values{}
	for name, value := range map[string]string{"source": cmp.Or(c.Of.Source, c.Source), "scan": cmp.Or(c.Of.Scan, c.Scan)} {
		if value != "" {
			q.Set(name, value)
		}
	}
	for _, state := range c.State {
		q.Add("state", state)
	}
	list, err := a.some("/manage/v1/runs", q, c.Limit)
	if err == nil && len(list) == 0 {
		err = a.known(q.Get("source"), q.Get("scan"))
	}
	if err != nil {
		return err
	}
	return a.write(list, func() error {
		rows := [][]string{}
		for _, o := range list {
			rows = append(rows, []string{
				o.text("id"), o.text("source"), o.text("scan"), o.text("state"), o.text("queued"), o.text("counts", "discovered"),
				o.text("counts", "created"), o.text("counts", "updated"), o.text("counts", "deleted"), o.text("counts", "gaps"),
			})
		}
		return a.table([]string{"RUN", "SOURCE", "SCAN", "STATE", "QUEUED", "FOUND", "NEW", "CHANGED", "GONE", "GAPS"}, rows)
	})
}

// known is nil where the source, and the scan of it, are there: what has no runs may be what nobody ever named so. "" names none.
func (a *app) known(source, scan string) error {
	if source == "" {
		return nil
	}
	account, err := a.client()
	if err != nil {
		return err
	}
	at := "/scan/datasources/" + esc(source)
	if scan != "" {
		at = scanArgs{Source: source, Scan: scan}.path()
	}
	return account.Get(a.ctx, at, nil)
}

// stateOf is how a run fares: its state, and what that does not say. Nothing where there is none.
func stateOf(run object) string {
	state := run.text("state")
	switch {
	case state == "InProgress" && run.text("proposal") != "":
		return "asks a question"
	case state == "Succeeded" && cmp.Or(run.text("counts", "gaps"), "0") != "0":
		return "Succeeded with gaps"
	}
	return state
}

// some reads a list until there are as many as asked for.
func (a *app) some(path string, q url.Values, limit int) ([]object, error) {
	account, err := a.client()
	if err != nil {
		return nil, err
	}
	list := []object{}
	for len(list) < limit {
		q.Set("limit", fmt.Sprint(min(limit-len(list), 100)))
		var page struct {
			Value []object `json:"value"`
			Next  string   `json:"nextLink"`
		}
		if err := account.Get(a.ctx, path+"?"+q.Encode(), &page); err != nil {
			return nil, err
		}
		list = append(list, page.Value...)
		next, err := url.Parse(page.Next)
		if err != nil || page.Next == "" {
			break
		}
		q.Set("skipToken", next.Query().Get("skipToken"))
	}
	return list, nil
}

// runArg names a run.
type runArg struct {
	RunID string `arg:"" name:"run" help:"The run; see purlieu run list."`
}

func (r runArg) path() string { return "/manage/v1/runs/" + esc(r.RunID) }

// read is the run, as the account tells it to the command's client.
func (r runArg) read(a *app) (account *client.Client, run object, err error) {
	if account, err = a.client(); err == nil {
		err = account.Get(a.ctx, r.path(), &run)
	}
	return account, run, err
}

type runShowCmd struct{ runArg }

// Run shows a run.
func (c runShowCmd) Run(a *app) error {
	_, run, err := c.read(a)
	if err != nil {
		return err
	}
	return a.write(run, func() error { return a.runSheet(run) })
}

func (a *app) runSheet(run object) error {
	rows := [][]string{}
	for _, name := range []string{"id", "source", "scan", "kind", "runtime", "collection", "level", "type", "state", "queued", "started", "ended"} {
		rows = append(rows, []string{name, run.text(name)})
	}
	for _, part := range []struct{ title, at string }{{"units", "units"}, {"assets", "counts"}} {
		values, _ := run.at(part.at).(map[string]any)
		delete(values, "changed") // what was sent whole; created, updated and unchanged say what came of it
		rows = append(rows, []string{part.title, counted(values)})
	}
	if run.at("closed") != nil {
		rows = append(rows, []string{"closed", run.text("closed", "text")})
	}
	waits, _ := run.at("waits").([]any)
	for _, v := range waits {
		if why, ok := v.(map[string]any); ok {
			rows = append(rows, []string{"waits", object(why).text("text") + " " + object(why).text("remedy")})
		}
	}
	if run.at("problem") != nil {
		rows = append(rows, []string{"problem", run.text("problem", "code") + ": " + run.text("problem", "text")})
	}
	if err := a.table([]string{"FIELD", "VALUE"}, rows); err != nil {
		return err
	}
	codes, _ := run.at("gapsByCode").([]any)
	for _, v := range codes {
		if g, ok := v.(map[string]any); ok {
			a.say("%s gaps %s. See purlieu run gaps %s", object(g).text("count"), object(g).text("code"), run.text("id"))
		}
	}
	return nil
}

// counted are the numbers of an object that are not zero, by name.
func counted(values map[string]any) string {
	out := ""
	for _, name := range sorted(values) {
		if n := text(values[name]); n != "0" {
			out += n + " " + name + "  "
		}
	}
	return out
}

type runCancelCmd struct{ runArg }

// Run ends the run.
func (c runCancelCmd) Run(a *app) error {
	account, run, err := c.read(a)
	if err != nil {
		return err
	}
	return a.cancel(account, scanArgs{Source: run.text("source"), Scan: run.text("scan")}, run.text("id"))
}

// cancel ends a run of a scan.
func (a *app) cancel(account *client.Client, of scanArgs, id string) error {
	var answer object
	if err := account.Do(a.ctx, "POST", of.path()+"/runs/"+esc(id)+":cancel", nil, &answer); err != nil {
		return err
	}
	return a.write(answer, func() error { a.say("The run %s is being ended. See how: purlieu run show %s", id, id); return nil })
}

type runUnitsCmd struct{ runArg }

// Run lists units.
func (c runUnitsCmd) Run(a *app) error {
	return a.listing(c.path()+"/units", []string{"UNIT", "STATE", "NODE", "ATTEMPT", "FOUND", "GAPS", "WHAT", "TRIED AGAIN AFTER"}, func(o object) []string {
		return []string{o.text("id"), o.text("state"), o.text("node"), o.text("attempt"), o.text("discovered"), o.text("gaps"), o.text("title"), o.text("lastCode")}
	})
}

type runGapsCmd struct{ runArg }

// Run lists the gaps.
func (c runGapsCmd) Run(a *app) error {
	return a.listing(c.path()+"/gaps", gapHead(), gapRow)
}

func gapHead() []string { return []string{"WHERE", "WHY", "OBJECT", "COUNT", "STATE", "REMEDY"} }

// gapRow is a gap; one that does not say how many it stands for is one.
func gapRow(o object) []string {
	where := cmp.Or(o.text("gap", "path"), "(the unit as a whole)")
	return []string{where, o.text("gap", "code"), o.text("gap", "object"), cmp.Or(o.text("gap", "count"), "1"), o.text("gap", "state"), o.text("gap", "remedy")}
}

type runChangesCmd struct {
	runArg
	Verb *string `enum:"created,updated,deleted,revived,renamed,restored" help:"Only these: created, updated, deleted, revived, renamed, or restored by a person."`
}

// Run lists what the run changed.
func (c runChangesCmd) Run(a *app) error {
	path := c.path() + "/changes"
	if c.Verb != nil {
		path += "?verb=" + *c.Verb
	}
	return a.listing(path, []string{"VERB", "TYPE", "ASSET", "DIFFERENCES"}, func(o object) []string {
		return []string{o.text("change", "verb"), o.text("asset", "type"), o.text("asset", "qualifiedName"), differences(o.at("change", "differences"))}
	})
}

type runUndoCmd struct{ runArg }

// Help shows an example.
func (runUndoCmd) Help() string {
	return `Example, with a run of the list:
  purlieu run list shop
  purlieu run changes 0f8c1d4e-6b7a-4c53-9d2e-8a1f0b3c5d7e --verb deleted
  purlieu run undo 0f8c1d4e-6b7a-4c53-9d2e-8a1f0b3c5d7e`
}

// Run brings assets back.
func (c runUndoCmd) Run(a *app) error {
	account, err := a.client()
	if err != nil {
		return err
	}
	var done object
	if err := account.Do(a.ctx, "POST", c.path()+"/undo", nil, &done); err != nil {
		return err
	}
	return a.write(done, func() error {
		a.say("Brought back: %s of the assets that the run deleted, %s in all.", done.text("restored"), done.text("deleted"))
		return nil
	})
}
