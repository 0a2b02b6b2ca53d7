package main

import (
	"fmt"
	"net/url"
)

type runCmd struct {
	List    runListCmd    `cmd:"" help:"List the runs of all scans, newest first."`
	Show    runShowCmd    `cmd:"" help:"Show a run: how far it is, what it did, what it could not read."`
	Units   runUnitsCmd   `cmd:"" help:"List the parts of a run, with who reads each."`
	Gaps    runGapsCmd    `cmd:"" help:"What a run could not read, and what would mend it."`
	Changes runChangesCmd `cmd:"" help:"Which assets a run created, updated, renamed or deleted."`
	Undo    runUndoCmd    `cmd:"" help:"Bring back what a run deleted, as far as nobody changed it since."`
}

type runListCmd struct {
	Source string   `help:"Of this source."`
	Scan   string   `help:"Of this scan."`
	State  []string `enum:"Accepted,InProgress,Succeeded,Failed,Canceled" help:"In this state; may be given several times."`
	Limit  int      `default:"50" help:"How many at most."`
}

// Help shows examples.
func (runListCmd) Help() string {
	return `Examples:
  purlieu run list --state Failed
  purlieu run list --source shop --limit 5 -o json`
}

// Run lists runs.
func (c runListCmd) Run(a *app) error {
	q := url.Values{}
	for name, value := range map[string]string{"source": c.Source, "scan": c.Scan} {
		if value != "" {
			q.Set(name, value)
		}
	}
	for _, state := range c.State {
		q.Add("state", state)
	}
	list, err := a.some("/manage/v1/runs", q, c.Limit)
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

type runShowCmd struct{ runArg }

// Run shows a run.
func (c runShowCmd) Run(a *app) error {
	account, err := a.client()
	if err != nil {
		return err
	}
	var run object
	if err := account.Get(a.ctx, c.path(), &run); err != nil {
		return err
	}
	if err := a.write(run, func() error { return a.runSheet(run) }); err != nil {
		return err
	}
	a.twins(account, run.text("source"))
	return nil
}

func (a *app) runSheet(run object) error {
	rows := [][]string{}
	for _, name := range []string{"id", "source", "scan", "kind", "runtime", "collection", "level", "type", "state", "queued", "started", "ended"} {
		rows = append(rows, []string{name, run.text(name)})
	}
	for _, part := range []struct{ title, at string }{{"units", "units"}, {"assets", "counts"}} {
		values, _ := run.at(part.at).(map[string]any)
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

type runUnitsCmd struct{ runArg }

// Run lists units.
func (c runUnitsCmd) Run(a *app) error {
	return a.listing(c.path()+"/units", []string{"UNIT", "STATE", "NODE", "ATTEMPT", "FOUND", "GAPS", "WHAT", "TRIED AGAIN AFTER"}, func(o object) []string {
		return []string{o.text("id"), o.text("state"), o.text("node"), o.text("attempt"), o.text("discovered"), o.text("gaps"), o.text("title"), o.text("lastCode")}
	})
}

type runGapsCmd struct{ runArg }

// Run lists gaps.
func (c runGapsCmd) Run(a *app) error { return scanGapsCmd(c.runArg).Run(a) }

type runChangesCmd struct {
	runArg
	Verb string `enum:",created,updated,deleted,revived,renamed,restored" default:"" help:"Only these: created, updated, deleted, revived, renamed, or restored by a person."`
}

// Run lists what the run changed.
func (c runChangesCmd) Run(a *app) error {
	path := c.path() + "/changes"
	if c.Verb != "" {
		path += "?verb=" + c.Verb
	}
	return a.listing(path, []string{"VERB", "TYPE", "ASSET"}, func(o object) []string {
		return []string{o.text("change", "verb"), o.text("asset", "type"), o.text("asset", "qualifiedName")}
	})
}

type runUndoCmd struct {
	RunID string `arg:"" name:"run" help:"The run; see purlieu scan history."`
}

// Help shows an example.
func (runUndoCmd) Help() string {
	return `Example, with a run of the list:
  purlieu run list --source shop
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
	if err := account.Do(a.ctx, "POST", "/manage/v1/runs/"+esc(c.RunID)+"/undo", nil, &done); err != nil {
		return err
	}
	return a.write(done, func() error {
		a.say("%s of the %s assets that the run deleted are back.", done.text("restored"), done.text("deleted"))
		return nil
	})
}
