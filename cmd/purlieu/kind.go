package main

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/purlieu/purlieu/cmd/purlieu/client"
	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/model"
)

type kindCmd struct {
	List     kindListCmd     `cmd:"" help:"List what nodes announced: kinds that this account's build does not know, and newer versions."`
	Show     kindShowCmd     `cmd:"" help:"Show what an announced kind asks for: settings, credentials, types, and where it dials."`
	Approve  kindApproveCmd  `cmd:"" help:"Let the kind be what the description says: sources of it can be registered."`
	Reject   kindRejectCmd   `cmd:"" help:"Never be asked about this description again."`
	Withdraw kindWithdrawCmd `cmd:"" help:"Take an approved kind back, while no source is of it."`
}

const announcedKinds = "/manage/v1/announcedKinds"

type kindListCmd struct{}

// Run lists what was announced.
func (kindListCmd) Run(a *app) error {
	return a.listing(announcedKinds, []string{"KIND", "VERSION", "STATE", "CONTENT", "NODES", "BY", "PROBLEM"}, func(o object) []string {
		return []string{o.text("kind"), o.text("version"), o.text("state"), short(o.text("hash")), nodesOf(o), o.text("by"), o.text("problem")}
	})
}

// short is enough of a hash to tell contents apart.
func short(hash string) string { return hash[:min(12, len(hash))] }

func nodesOf(o object) string {
	var names []string
	list, _ := o["nodes"].([]any)
	for _, n := range list {
		m, _ := n.(map[string]any)
		names = append(names, object(m).text("node"))
	}
	return strings.Join(names, " ")
}

// announcedArg names one description: by kind where there is one of it, else by kind and the begin of its content.
type announcedArg struct {
	Kind    string `arg:"" name:"announced" help:"The kind; see purlieu kind list."`
	Content string `placeholder:"HASH" help:"Begin of the content's hash, where several descriptions of the kind were announced."`
	Version int    `placeholder:"N" help:"The version, where several were announced."`
}

// find gives the one description that is meant.
func (c announcedArg) find(a *app, account *client.Client) (object, error) {
	all, err := a.items(account, announcedKinds)
	if err != nil {
		return nil, err
	}
	var found []object
	for _, o := range all {
		if o.text("kind") == c.Kind && strings.HasPrefix(o.text("hash"), c.Content) && (c.Version == 0 || o.text("version") == fmt.Sprint(c.Version)) {
			found = append(found, o)
		}
	}
	switch len(found) {
	case 0:
		return nil, fault.New(fault.NotFound, "NotFound", "no node announced such a description of %s", c.Kind).Try("See `purlieu kind list`")
	case 1:
		return found[0], nil
	}
	return nil, fault.New(fault.Conflict, "SeveralAnnounced", "%d descriptions of %s were announced", len(found), c.Kind).
		Try("Say which with --content or --version; see `purlieu kind list`")
}

type kindShowCmd struct {
	announcedArg
}

// Run shows a description.
func (c kindShowCmd) Run(a *app) error {
	account, err := a.client()
	if err != nil {
		return err
	}
	o, err := c.find(a, account)
	if err != nil {
		return err
	}
	if err := account.Do(a.ctx, "GET", announcedKinds+"/"+esc(o.text("id")), nil, &o); err != nil {
		return err
	}
	return a.write(o, func() error { return a.announcedSheet(o) })
}

func (a *app) announcedSheet(o object) error {
	a.say("%s, version %s: %s. Content %s.", o.text("kind"), o.text("version"), o.text("state"), o.text("hash"))
	if nodes := nodesOf(o); nodes != "" {
		a.say("Announced by %s.", nodes)
	} else {
		a.say("No node announces it now.")
	}
	if differs, _ := o["differs"].([]any); len(differs) > 0 {
		a.say("%d more with other content were announced of this version: see `purlieu kind list`.", len(differs))
	}
	if o.text("problem") != "" {
		a.say("It can't be approved: %s.", o.text("problem"))
	}
	raw, err := json.Marshal(o["description"])
	var k *model.Kind
	if err == nil {
		err = json.Unmarshal(raw, &k)
	}
	if err != nil || k == nil {
		return err
	}
	a.say("")
	if err := a.kindSheet(*k, nil); err != nil {
		return err
	}
	a.say("")
	a.say("Authority: %s. It dials: %s.", k.Authority, dialsOf(k))
	if k.ShowsAll {
		a.say("It says that every login sees everything: what a whole listing lacks is deleted from the map, within the brake.")
	}
	for _, t := range k.Types {
		a.say("Type %s (%s)", t.Name, t.Title)
	}
	return nil
}

func dialsOf(k *model.Kind) string {
	if len(k.Dials) == 0 {
		return "nothing"
	}
	var out []string
	for _, d := range k.Dials {
		out = append(out, string(d))
	}
	return strings.Join(out, ", ")
}

type kindApproveCmd struct {
	announcedArg
}

// Run approves.
func (c kindApproveCmd) Run(a *app) error { return c.judge(a, "approve", "") }

type kindRejectCmd struct {
	announcedArg
}

// Run rejects.
func (c kindRejectCmd) Run(a *app) error { return c.judge(a, "reject", "") }

type kindWithdrawCmd struct {
	announcedArg
	KeepAssets bool `help:"Leave assets in the map whose types no kind has then."`
}

// Run takes the kind back.
func (c kindWithdrawCmd) Run(a *app) error {
	query := ""
	if c.KeepAssets {
		query = "?keepAssets=true"
	}
	return c.judge(a, "withdraw", query)
}

func (c announcedArg) judge(a *app, verb, query string) error {
	account, err := a.client()
	if err != nil {
		return err
	}
	o, err := c.find(a, account)
	if err != nil {
		return err
	}
	if err := account.Do(a.ctx, "POST", announcedKinds+"/"+esc(o.text("id"))+"/"+verb+query, nil, &o); err != nil {
		return err
	}
	return a.write(o, func() error {
		switch verb {
		case "approve":
			a.say("%s is a kind of source now, as version %s says. Next: purlieu kinds %s", c.Kind, o.text("version"), c.Kind)
		case "reject":
			a.say("Version %s of %s with this content is rejected, and not asked about again.", o.text("version"), c.Kind)
		default:
			a.withdrawn(o)
		}
		return nil
	})
}

// withdrawn says what the kind is behind its withdrawal. No earlier version takes the place of the one that was approved.
func (a *app) withdrawn(o object) {
	if o.text("known") != "0" {
		a.say("%s is what version %s of this account's own build says.", o.text("kind"), o.text("known"))
		return
	}
	a.say("%s is no kind of source any more: this account's own build has none of that name, and earlier approvals do not come back.", o.text("kind"))
	a.say("Assets of its types that are in the map stay, and can be found and deleted. To have the kind again, approve one: purlieu kind list")
}
