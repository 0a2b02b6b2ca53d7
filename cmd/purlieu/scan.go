package main

import (
	"cmp"
	"net/url"
	"slices"
	"strings"

	"github.com/purlieu/purlieu/cmd/purlieu/client"
	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/model"
)

type scanCmd struct {
	Add     scanAddCmd     `cmd:"" help:"Define a scan of a source, or change one."`
	List    scanListCmd    `cmd:"" help:"List the scans of a source."`
	Show    scanShowCmd    `cmd:"" help:"Show a scan, its settings, and what of the source it reads."`
	Delete  scanDeleteCmd  `cmd:"" help:"Remove a scan; its assets stay."`
	Run     scanRunCmd     `cmd:"" help:"Start a run."`
	Cancel  scanCancelCmd  `cmd:"" help:"End the newest run of a scan that has not ended; any other one: purlieu run cancel."`
	History scanHistoryCmd `cmd:"" help:"List the runs of a scan, newest first; all of each: purlieu run list SOURCE SCAN."`
	Gaps    scanGapsCmd    `cmd:"" help:"What the newest run of a scan could not read, or a run by its id: purlieu run gaps."`
}

// Help says where runs are.
func (scanCmd) Help() string {
	return `A scan says what is read of a source, how and by whom; a run is one time that it is done. Runs are started here, with purlieu scan run,
and everything else that is done with them stands in purlieu run: list, show, watch, units, gaps, changes, cancel, undo.`
}

// scanArgs name a scan.
type scanArgs struct {
	Source string `arg:"" help:"Name of the source."`
	Scan   string `arg:"" help:"Name of the scan."`
}

func (s scanArgs) path() string {
	return "/scan/datasources/" + esc(s.Source) + "/scans/" + esc(s.Scan)
}

func (s scanArgs) filter() string { return s.path() + "/filters/custom" }

type scanAddCmd struct {
	scanArgs
	Credential *string           `help:"Credential to sign in with; an empty text: none."`
	Runtime    *string           `help:"Integration runtime that runs it; the built-in one for a new scan when left out."`
	Level      *string           `enum:"L1,L2,L3" help:"How deep: L1 names and sizes, L2 structure, L3 structure and classification. The deepest of the kind for a new scan when left out."`
	Priority   *string           `enum:"Low,Normal,High" help:"How early its runs are given to nodes, beside others that were started in the same way: Low, Normal or High. What a person starts goes first."`
	Set        map[string]string `placeholder:"KEY=VALUE" mapsep:"none" help:"A setting of the scan; see purlieu kinds KIND. KEY= takes it back."`
	Kind       string            `help:"Scan kind on the wire; the kind's first when left out."`
	Include    []string          `placeholder:"PATH" sep:"none" help:"Read only this: db, db/schema or db/schema/table; * and ? stand for characters of one name. An empty text: everything."`
	Exclude    []string          `placeholder:"PATH" sep:"none" help:"Leave this out. An empty text: nothing."`
	Collection string            `help:"Collection of what it finds; the source's for a new scan when left out."`
}

// Help shows examples.
func (scanAddCmd) Help() string {
	return `A scan that is there keeps what is not named. Patterns that are given take the place of those before.

Examples:
  purlieu scan add shop weekly --runtime edge --credential scanner
  purlieu scan add shop sales --credential scanner --include 'shop/sales*' --exclude 'shop/sales_old'
  purlieu scan add shop sales --include ""`
}

// Run writes the scan, then its filter.
func (c scanAddCmd) Run(a *app) error {
	account, err := a.client()
	if err != nil {
		return err
	}
	var src object
	if err := account.Get(a.ctx, "/scan/datasources/"+esc(c.Source), &src); err != nil {
		return err
	}
	kind, err := a.kind(account, src.text("kind"))
	if err != nil {
		return err
	}
	old, err := a.there(account, c.path())
	if err != nil {
		return err
	}
	props := membersOf(old, "properties")
	for _, f := range kind.Settings { // the source's own, which it may have changed since; nothing can be set by them
		if !slices.ContainsFunc(kind.Scan, func(own model.Field) bool { return own.Name == f.Name }) {
			delete(props, f.Name)
		}
	}
	if err := typed(kind.Scan, c.Set, props); err != nil {
		return err
	}
	c.refer(props)
	var answer object
	if err := account.Do(a.ctx, "PUT", c.path(), object{"kind": cmp.Or(c.Kind, old.text("kind")), "properties": props}, &answer); err != nil {
		return err
	}
	if c.Include != nil || c.Exclude != nil {
		if err := c.narrow(a, account, src); err != nil {
			return err
		}
	}
	return a.write(answer, func() error {
		if old != nil {
			a.say("The scan %s of %s is changed. See it whole: purlieu scan show %s %s", c.Scan, c.Source, c.Source, c.Scan)
			return nil
		}
		a.say("The scan %s of %s is defined; the runtime %s reads it. Next: purlieu scan run %s %s --watch", c.Scan, c.Source, reader(answer), c.Source, c.Scan)
		return nil
	})
}

// reader is the runtime that reads a scan.
func reader(sc object) string {
	return cmp.Or(sc.text("properties", "connectedVia", "referenceName"), model.BuiltInRuntime)
}

// refer puts what the flags name into the properties of a scan.
func (c scanAddCmd) refer(props object) {
	for property, name := range map[string]*string{"credential": c.Credential, "connectedVia": c.Runtime} {
		switch {
		case name == nil:
		case *name == "" || property == "connectedVia" && *name == model.BuiltInRuntime:
			props[property] = nil
		default:
			props[property] = object{"referenceName": *name}
		}
	}
	if c.Collection != "" {
		props["collection"] = object{"referenceName": c.Collection, "type": "CollectionReference"}
	}
	if c.Level != nil {
		props["purlieuLevel"] = *c.Level
	}
	if c.Priority != nil {
		props["purlieuPriority"] = *c.Priority
	}
}

// narrow writes the filter: the patterns that were given, and of the others those that are there.
func (c scanAddCmd) narrow(a *app, account *client.Client, src object) error {
	old, err := a.there(account, c.filter())
	if err != nil {
		return err
	}
	root := strings.TrimSuffix(src.text("properties", "purlieuAuthority"), "/") + "/"
	props := membersOf(old, "properties")
	for property, paths := range map[string][]string{"includeUriPrefixes": c.Include, "excludeUriPrefixes": c.Exclude} {
		if paths != nil {
			props[property] = below(root, paths)
		}
	}
	return account.Do(a.ctx, "PUT", c.filter(), object{"properties": props}, nil)
}

// below are paths as qualified names; one that is a qualified name stays, an empty one is none.
func below(root string, paths []string) []string {
	out := []string{}
	for _, p := range paths {
		switch {
		case p == "":
		case strings.HasPrefix(p, root):
			out = append(out, p)
		default:
			out = append(out, root+strings.TrimLeft(p, "/"))
		}
	}
	return out
}

type scanListCmd struct {
	Source string `arg:"" help:"Name of the source."`
}

// Run lists the scans.
func (c scanListCmd) Run(a *app) error {
	return a.listing("/scan/datasources/"+esc(c.Source)+"/scans", []string{"NAME", "LEVEL", "RUNTIME", "CREDENTIAL", "RUNS NEXT"}, func(o object) []string {
		return []string{o.text("name"), o.text("properties", "purlieuLevel"), reader(o), o.text("properties", "credential", "referenceName"), nextOf(o)}
	})
}

// nextOf says when a scan of a list runs by itself the next time.
func nextOf(sc object) string {
	trigger := func(of string) string { return sc.text("purlieuTrigger", "properties", of) }
	switch {
	case sc.at("purlieuTrigger") == nil:
		return "when started"
	case trigger("state") == "Disabled":
		return "paused"
	case trigger("purlieuNext") == "":
		return "never again"
	}
	return trigger("purlieuNext")
}

type scanShowCmd struct{ scanArgs }

// Run shows the scan, with its settings and what of the source it reads.
func (c scanShowCmd) Run(a *app) error {
	account, err := a.client()
	if err != nil {
		return err
	}
	var sc object
	if err := account.Get(a.ctx, c.path(), &sc); err != nil {
		return err
	}
	filter, err := a.there(account, c.filter())
	if err != nil {
		return err
	}
	sc["filter"] = filter.at("properties")
	return a.write(sc, func() error {
		delete(sc, "filter")
		return a.table([]string{"FIELD", "VALUE"}, append(fieldsOf(sc),
			[]string{"read by", reader(sc)},
			[]string{"reads only", cmp.Or(filter.text("properties", "includeUriPrefixes"), "(everything)")},
			[]string{"leaves out", cmp.Or(filter.text("properties", "excludeUriPrefixes"), "(nothing)")}))
	})
}

type scanDeleteCmd struct{ scanArgs }

// Run removes the scan.
func (c scanDeleteCmd) Run(a *app) error {
	return a.remove(c.path(), "The scan %s of %s is removed; its assets stay. See them: purlieu search --source %s; take them away: purlieu asset delete", c.Scan, c.Source, c.Source)
}

type scanCancelCmd struct {
	scanArgs
	RunID string `arg:"" optional:"" name:"run" help:"Run to end; the newest that has not ended when left out."`
}

// Run ends the run.
func (c scanCancelCmd) Run(a *app) error {
	account, err := a.client()
	if err != nil {
		return err
	}
	id := c.RunID
	if id == "" {
		if id, err = a.newestOpen(account, c.scanArgs); err != nil {
			return err
		}
	}
	return a.cancel(account, c.scanArgs, id)
}

// newestOpen is the id of the newest run of a scan that has not ended, of those that wait behind it, too; where all have, the newest.
func (a *app) newestOpen(account *client.Client, of scanArgs) (string, error) {
	open, err := a.some("/manage/v1/runs", url.Values{"source": {of.Source}, "scan": {of.Scan}, "state": {"Accepted", "InProgress"}}, 1)
	if err != nil {
		return "", err
	}
	if len(open) > 0 {
		return open[0].text("id"), nil
	}
	return a.newest(account, of)
}

// newest is the id of the newest run of a scan.
func (a *app) newest(account *client.Client, of scanArgs) (string, error) {
	var page struct {
		Value []object `json:"value"`
	}
	if err := account.Get(a.ctx, of.path()+"/runs?limit=1", &page); err != nil {
		return "", err
	}
	if len(page.Value) == 0 {
		return "", fault.New(fault.NotFound, "NoRun", "the scan %s of %s has never run", of.Scan, of.Source).
			Try("Start it: purlieu scan run %s %s", of.Source, of.Scan)
	}
	return page.Value[0].text("id"), nil
}

type scanHistoryCmd struct{ scanArgs }

// Run lists the runs.
func (c scanHistoryCmd) Run(a *app) error {
	return a.listing(c.path()+"/runs", []string{"RUN", "STATUS", "STARTED", "ENDED", "LEVEL", "FOUND", "GAPS"}, func(o object) []string {
		return []string{
			o.text("id"), o.text("status"), o.text("startTime"), o.text("endTime"), o.text("scanLevelType"),
			o.text("purlieu", "counts", "discovered"), o.text("purlieu", "counts", "gaps"),
		}
	})
}

type scanGapsCmd struct {
	Source string `arg:"" help:"Name of the source; alone, the id of a run."`
	Scan   string `arg:"" optional:"" help:"Name of the scan, of which the newest run is meant."`
}

// Run lists the gaps.
func (c scanGapsCmd) Run(a *app) error {
	id := c.Source
	if c.Scan != "" {
		account, err := a.client()
		if err != nil {
			return err
		}
		if id, err = a.newest(account, scanArgs(c)); err != nil {
			return err
		}
	}
	return runGapsCmd{runArg{id}}.Run(a)
}
