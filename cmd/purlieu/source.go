package main

import (
	"fmt"
	"strings"

	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/model"
)

type kindsCmd struct {
	Kind string `arg:"" optional:"" help:"Show one kind with its settings, credentials and least grants."`
}

// Run lists the kinds, or shows one.
func (c kindsCmd) Run(a *app) error {
	if c.Kind == "" {
		return a.listing("/manage/v1/kinds", []string{"KIND", "TITLE", "SUMMARY"}, func(o object) []string {
			return []string{o.text("name"), o.text("title"), o.text("summary")}
		})
	}
	account, err := a.client()
	if err != nil {
		return err
	}
	k, err := a.kind(account, c.Kind)
	if err != nil {
		return err
	}
	reach, err := a.items(account, "/manage/v1/kinds/"+esc(c.Kind)+"/runtimes")
	if err != nil && !fault.Is(err, fault.Denied) && !fault.Is(err, fault.NotFound) { // whoever may not see runtimes sees the kind
		return err
	}
	return a.write(object{"kind": k, "runtimes": reach}, func() error { return a.kindSheet(k, reach) })
}

func (a *app) kindSheet(k model.Kind, reach []object) error {
	a.say("%s: %s", k.Name, k.Summary)
	var rows [][]string
	for _, part := range []struct {
		of     string
		fields []model.Field
	}{{"source", k.Settings}, {"scan", k.Scan}} {
		for _, f := range part.fields {
			need := ""
			if f.Required {
				need = "required"
			}
			rows = append(rows, []string{part.of, f.Name, string(f.Type), need, f.Default, f.Help})
		}
	}
	if err := a.table([]string{"OF", "SETTING", "TYPE", "", "DEFAULT", "HELP"}, rows); err != nil {
		return err
	}
	for _, use := range k.Credentials {
		a.say("")
		a.say("Credential %s (%s). The least that it needs on the source:", use.Kind, use.Title)
		for _, g := range use.Grants {
			fmt.Fprintln(a.out, "  "+clean(g))
		}
	}
	if len(reach) == 0 {
		return nil
	}
	rows = nil
	for _, o := range reach {
		why := []string{}
		list, _ := o.at("reasons").([]any)
		for _, v := range list {
			m, _ := v.(map[string]any)
			why = append(why, object(m).text("text")+" "+object(m).text("remedy"))
		}
		rows = append(rows, []string{o.text("name"), map[string]string{"true": "yes", "false": "no"}[o.text("serves")], strings.Join(why, " ")})
	}
	a.say("")
	return a.table([]string{"RUNTIME", "SERVES IT", "WHY NOT"}, rows)
}

type sourceCmd struct {
	Add    sourceAddCmd    `cmd:"" help:"Register a source, or change one."`
	List   sourceListCmd   `cmd:"" help:"List sources."`
	Show   sourceShowCmd   `cmd:"" help:"Show a source."`
	Test   sourceTestCmd   `cmd:"" help:"Try a connection to a source, step by step, from a node of a runtime."`
	Browse sourceBrowseCmd `cmd:"" help:"List one level of a source's names, from a node of a runtime."`
	Delete sourceDeleteCmd `cmd:"" help:"Forget a source that has no scans; its assets stay."`
}

type sourceAddCmd struct {
	Kind       string            `arg:"" help:"Kind of the source; see purlieu kinds."`
	Name       string            `arg:"" help:"Its name here: 3 to 63 letters, digits and single dashes."`
	Set        map[string]string `placeholder:"KEY=VALUE" mapsep:"none" help:"A setting of the kind; may be given many times. KEY=@FILE takes a setting of several lines, such as certificates, from a file, KEY= takes it back."`
	Collection string            `help:"Collection that it belongs to; the root for a new source when left out."`
	Authority  string            `help:"A name unique in the account, for a source whose address means something else elsewhere."`

	Window      []string `placeholder:"'DAYS HH:MM-HH:MM ZONE'" sep:"none" help:"A time in which it may be read; may be given many times. Days and zone (UTC) may be left out. An empty text: at any time."`
	Connections *int     `placeholder:"N" help:"Units of it that are read at once, over all nodes; 0: as many as usual."`
	Strict      *bool    `negatable:"" help:"Do not exceed that where a node is lost: what it held counts until its deadline, of a cancelled run too."`
}

// Help shows examples.
func (sourceAddCmd) Help() string {
	return `A source that is there keeps what is not named.

Examples:
  purlieu source add PostgreSql shop --set serverEndpoint=db.example.com
  purlieu source add PostgreSql shop --set serverEndpoint=127.0.0.1 --set port=5433 --authority shop-db
  purlieu source add PostgreSql shop --window 'Mon-Fri 22:00-06:00 Europe/Berlin' --window 'Sat,Sun 00:00-24:00 Europe/Berlin'
  purlieu source add PostgreSql shop --connections 2 --strict`
}

// Run registers the source.
func (c sourceAddCmd) Run(a *app) error {
	account, err := a.client()
	if err != nil {
		return err
	}
	kind, err := a.kind(account, c.Kind)
	if err != nil {
		return err
	}
	at := "/scan/datasources/" + esc(c.Name)
	old, err := a.there(account, at)
	if err != nil {
		return err
	}
	props := membersOf(old, "properties")
	delete(props, "purlieuAuthority") // it stays by itself; sent back it would be a name that a person gave
	if err := typed(kind.Settings, c.Set, props); err != nil {
		return err
	}
	if c.Collection != "" {
		props["collection"] = object{"referenceName": c.Collection, "type": "CollectionReference"}
	}
	if c.Authority != "" {
		props["purlieuAuthority"] = c.Authority
	}
	if err := c.spare(props); err != nil {
		return err
	}
	done := fmt.Sprintf("The source %s is changed. See it whole: purlieu source show %s", c.Name, c.Name)
	if old == nil {
		done = fmt.Sprintf("The source %s is registered. Next: purlieu scan add %s NAME --runtime NAME", c.Name, c.Name)
		if len(kind.Credentials) > 0 {
			done += " --credential NAME"
		}
	}
	if err := a.put(at, object{"kind": c.Kind, "properties": props}, "%s", done); err != nil {
		return err
	}
	a.twins(account, c.Name)
	return nil
}

type sourceListCmd struct{}

// Run lists the sources.
func (sourceListCmd) Run(a *app) error {
	account, err := a.client()
	if err != nil {
		return err
	}
	list, err := a.items(account, "/scan/datasources")
	if err != nil {
		return err
	}
	return a.write(list, func() error {
		newest, err := a.items(account, "/manage/v1/runs?newest=true") // of each scan, the newest first
		if err != nil {
			return err
		}
		last := map[string]object{}
		for _, run := range newest {
			if of := run.text("source"); last[of] == nil {
				last[of] = run
			}
		}
		rows := make([][]string, len(list))
		for i, o := range list {
			run := last[o.text("name")]
			rows[i] = []string{
				o.text("name"), o.text("kind"), o.text("properties", "purlieuAuthority"), o.text("properties", "collection", "referenceName"), stateOf(run), run.text("queued"),
			}
		}
		return a.table([]string{"NAME", "KIND", "AUTHORITY", "COLLECTION", "LAST RUN", "QUEUED"}, rows)
	})
}

type sourceShowCmd struct {
	Name string `arg:"" help:"Name of the source."`
}

// Run shows the source, and says which others may be the same one.
func (c sourceShowCmd) Run(a *app) error {
	if err := a.showing("/scan/datasources/" + esc(c.Name)); err != nil {
		return err
	}
	account, err := a.client()
	if err != nil {
		return err
	}
	a.twins(account, c.Name)
	return nil
}

type sourceDeleteCmd struct {
	Name string `arg:"" help:"Name of the source."`
}

// Run forgets the source.
func (c sourceDeleteCmd) Run(a *app) error {
	return a.remove("/scan/datasources/"+esc(c.Name), "The source %s is forgotten; its assets stay. See them: purlieu search --source %s; take them away: purlieu asset delete", c.Name, c.Name)
}
