package main

import (
	"strings"

	"github.com/purlieu/purlieu/fault"
)

type scanCmd struct {
	Add     scanAddCmd     `cmd:"" help:"Define a scan of a source, or change one."`
	List    scanListCmd    `cmd:"" help:"List the scans of a source."`
	Show    scanShowCmd    `cmd:"" help:"Show a scan."`
	Delete  scanDeleteCmd  `cmd:"" help:"Remove a scan; its assets stay."`
	Run     scanRunCmd     `cmd:"" help:"Start a run."`
	Cancel  scanCancelCmd  `cmd:"" help:"End a run."`
	History scanHistoryCmd `cmd:"" help:"List the runs of a scan, newest first."`
	Gaps    scanGapsCmd    `cmd:"" help:"What a run could not read, and what would mend it."`
}

// scanArgs name a scan.
type scanArgs struct {
	Source string `arg:"" help:"Name of the source."`
	Scan   string `arg:"" help:"Name of the scan."`
}

func (s scanArgs) path() string {
	return "/scan/datasources/" + esc(s.Source) + "/scans/" + esc(s.Scan)
}

type scanAddCmd struct {
	scanArgs
	Credential string            `help:"Credential to sign in with."`
	Runtime    string            `help:"Integration runtime that runs it; the built-in one when left out."`
	Level      string            `enum:",L1,L2,L3" default:"" help:"How deep: L1 names and sizes, L2 schema, L3 schema and classification. The deepest of the kind when left out."`
	Set        map[string]string `placeholder:"KEY=VALUE" mapsep:"none" help:"A setting of the scan; see purlieu kinds KIND."`
	Kind       string            `help:"Scan kind on the wire; the kind's first when left out."`
	Include    []string          `placeholder:"PATH" sep:"none" help:"Read only this: db, db/schema or db/schema/table; * and ? stand for characters of one name."`
	Exclude    []string          `placeholder:"PATH" sep:"none" help:"Leave this out."`
	Collection string            `help:"Collection of what it finds; the source's when left out."`
}

// Help shows examples.
func (scanAddCmd) Help() string {
	return `Examples:
  purlieu scan add shop weekly --credential scanner --runtime on-premises
  purlieu scan add shop sales --credential scanner --include 'shop/sales*' --exclude 'shop/sales_old'`
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
	props := object{"credential": nil, "connectedVia": nil}
	if err := typed(kind.Scan, c.Set, props); err != nil {
		return err
	}
	if c.Credential != "" {
		props["credential"] = object{"referenceName": c.Credential}
	}
	if c.Runtime != "" {
		props["connectedVia"] = object{"referenceName": c.Runtime}
	}
	if c.Collection != "" {
		props["collection"] = object{"referenceName": c.Collection, "type": "CollectionReference"}
	}
	if c.Level != "" {
		props["purlieuLevel"] = c.Level
	}
	var answer object
	if err := account.Do(a.ctx, "PUT", c.path(), object{"kind": c.Kind, "properties": props}, &answer); err != nil {
		return err
	}
	if len(c.Include)+len(c.Exclude) > 0 {
		root := strings.TrimSuffix(src.text("properties", "purlieuAuthority"), "/") + "/"
		filter := object{"properties": object{"includeUriPrefixes": below(root, c.Include), "excludeUriPrefixes": below(root, c.Exclude)}}
		if err := account.Do(a.ctx, "PUT", c.path()+"/filters/custom", filter, nil); err != nil {
			return err
		}
	}
	return a.write(answer, func() error {
		a.say("The scan %s of %s is defined. Next: purlieu scan run %s %s --watch", c.Scan, c.Source, c.Source, c.Scan)
		return nil
	})
}

// below are paths as qualified names; one that is a qualified name stays.
func below(root string, paths []string) []string {
	out := make([]string, len(paths))
	for i, p := range paths {
		if out[i] = p; !strings.HasPrefix(p, root) {
			out[i] = root + strings.TrimLeft(p, "/")
		}
	}
	return out
}

type scanListCmd struct {
	Source string `arg:"" help:"Name of the source."`
}

// Run lists the scans.
func (c scanListCmd) Run(a *app) error {
	return a.listing("/scan/datasources/"+esc(c.Source)+"/scans", []string{"NAME", "LEVEL", "RUNTIME", "CREDENTIAL"}, func(o object) []string {
		runtime := o.text("properties", "connectedVia", "referenceName")
		if runtime == "" {
			runtime = "built-in"
		}
		return []string{o.text("name"), o.text("properties", "purlieuLevel"), runtime, o.text("properties", "credential", "referenceName")}
	})
}

type scanShowCmd struct{ scanArgs }

// Run shows the scan.
func (c scanShowCmd) Run(a *app) error { return a.showing(c.path()) }

type scanDeleteCmd struct{ scanArgs }

// Run removes the scan.
func (c scanDeleteCmd) Run(a *app) error {
	return a.remove(c.path(), "The scan %s of %s is removed; its assets stay.", c.Scan, c.Source)
}

type scanCancelCmd struct {
	scanArgs
	RunID string `arg:"" optional:"" name:"run" help:"Run to end; the newest when left out."`
}

// Run ends the run.
func (c scanCancelCmd) Run(a *app) error {
	account, err := a.client()
	if err != nil {
		return err
	}
	id := c.RunID
	if id == "" {
		var page struct {
			Value []object `json:"value"`
		}
		if err := account.Get(a.ctx, c.path()+"/runs?limit=1", &page); err != nil {
			return err
		}
		if len(page.Value) == 0 {
			return fault.New(fault.NotFound, "NoRun", "the scan %s of %s has never run", c.Scan, c.Source)
		}
		id = page.Value[0].text("id")
	}
	var answer object
	if err := account.Do(a.ctx, "POST", c.path()+"/runs/"+esc(id)+":cancel", nil, &answer); err != nil {
		return err
	}
	return a.write(answer, func() error { a.say("The run %s is being ended.", id); return nil })
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

type scanGapsCmd runArg

// Run lists the gaps.
func (c scanGapsCmd) Run(a *app) error {
	return a.listing("/manage/v1/runs/"+esc(c.RunID)+"/gaps", []string{"WHERE", "WHY", "STATE", "REMEDY"}, func(o object) []string {
		return []string{o.text("gap", "path"), o.text("gap", "code"), o.text("gap", "state"), o.text("gap", "remedy")}
	})
}
