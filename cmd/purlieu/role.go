package main

import (
	"net/url"
	"strings"

	"github.com/purlieu/purlieu/cmd/purlieu/client"
	"github.com/purlieu/purlieu/fault"
)

type roleCmd struct {
	Add    roleAddCmd    `cmd:"" help:"Give a person or app a role on a collection; it holds below, too."`
	List   roleListCmd   `cmd:"" help:"List who holds which role on a collection itself."`
	Remove roleRemoveCmd `cmd:"" help:"Take a role away."`
	Mine   roleMineCmd   `cmd:"" help:"What you may do, on which collection."`
}

// roleArgs say who holds what where.
type roleArgs struct {
	Collection string `arg:"" help:"Name of the collection; root is above all."`
	Role       string `arg:"" enum:"collection-administrator,data-source-administrator,data-curator,purview-reader,network-administrator" help:"One of: ${enum}."`
	Who        string `arg:"" help:"Name or id of a user or app."`
}

// at is the address of the role of that person or app.
func (r roleArgs) at(a *app, account *client.Client) (string, error) {
	id, err := a.principal(account, r.Who)
	return "/manage/v1/collections/" + esc(r.Collection) + "/roles/" + esc(r.Role) + "/" + esc(id), err
}

// principal is the id of whom a person names.
func (a *app) principal(account *client.Client, who string) (string, error) {
	if strings.HasPrefix(who, "user:") || strings.HasPrefix(who, "app:") {
		return who, nil
	}
	found, err := a.items(account, "/manage/v1/principals?begins="+url.QueryEscape(who))
	if err != nil {
		return "", err
	}
	ids := []string{}
	for _, o := range found {
		if strings.EqualFold(o.text("name"), who) || strings.HasSuffix(o.text("id"), ":"+who) {
			ids = append(ids, o.text("id"))
		}
	}
	switch len(ids) {
	case 1:
		return ids[0], nil
	case 0:
		return "", fault.New(fault.NotFound, "NobodyCalled", "no user or app is called %q", who).Try("See purlieu user list and purlieu app list")
	}
	return "", fault.New(fault.Conflict, "SeveralCalled", "several are called %q: %s", who, strings.Join(ids, ", ")).Try("Give the id of one")
}

type roleAddCmd struct{ roleArgs }

// Help shows examples.
func (roleAddCmd) Help() string {
	return `Roles:
  collection-administrator    makes collections, gives roles
  data-source-administrator   registers sources, runs scans; on the root also runtimes and keys
  data-curator                reads and writes what is known of assets
  purview-reader              reads it
  network-administrator       sets the account's network rules; on the root only

Examples:
  purlieu role add sales data-curator bob
  purlieu role add root data-source-administrator nightly`
}

// Run gives the role.
func (c roleAddCmd) Run(a *app) error {
	return a.change(c.roleArgs, "PUT", "%s is %s on %s now, and below.")
}

type roleRemoveCmd struct{ roleArgs }

// Run takes the role away.
func (c roleRemoveCmd) Run(a *app) error {
	return a.change(c.roleArgs, "DELETE", "%s is not %s on %s any more; what is held above still counts.")
}

func (a *app) change(r roleArgs, method, done string) error {
	account, err := a.client()
	if err != nil {
		return err
	}
	path, err := r.at(a, account)
	if err == nil {
		err = account.Do(a.ctx, method, path, nil, nil)
	}
	if err == nil {
		a.say(done, r.Who, r.Role, r.Collection)
	}
	return err
}

type roleListCmd struct {
	collectionArg
	All bool `help:"Those held above, too, as far as they count here."`
}

// Run lists holders.
func (c roleListCmd) Run(a *app) error {
	account, err := a.client()
	if err != nil {
		return err
	}
	if c.All {
		return a.counting(account, c.Collection)
	}
	var held map[string][]string
	if err := account.Get(a.ctx, "/manage/v1/collections/"+esc(c.Collection)+"/roles", &held); err != nil {
		return err
	}
	people, err := a.items(account, "/manage/v1/principals")
	if err != nil {
		return err
	}
	names := map[string]string{}
	for _, o := range people {
		names[o.text("id")] = o.text("name")
	}
	return a.write(held, func() error {
		rows := [][]string{}
		for role, holders := range held {
			for _, id := range holders {
				rows = append(rows, []string{role, names[id], id})
			}
		}
		sortRows(rows)
		return a.table([]string{"ROLE", "NAME", "ID"}, rows)
	})
}

// counting lists the roles that count on a collection, with where they are held.
func (a *app) counting(account *client.Client, collection string) error {
	var all object
	if err := account.Get(a.ctx, "/manage/v1/collections/"+esc(collection)+"/access", &all); err != nil {
		return err
	}
	return a.write(all, func() error {
		rows := [][]string{}
		list, _ := all.at("value").([]any)
		for _, v := range list {
			m, _ := v.(map[string]any)
			rows = append(rows, []string{object(m).text("role"), object(m).text("name"), object(m).text("from"), object(m).text("id")})
		}
		if err := a.table([]string{"ROLE", "NAME", "HELD ON", "ID"}, rows); err != nil {
			return err
		}
		if all.text("inherits") == "false" {
			a.say("Inheritance is cut: of the roles held above only collection administrators count.")
		}
		return nil
	})
}

type roleMineCmd struct{}

// Run shows what the caller may do.
func (roleMineCmd) Run(a *app) error {
	account, err := a.client()
	if err != nil {
		return err
	}
	var who object
	if err := account.Get(a.ctx, "/manage/v1/whoami", &who); err != nil {
		return err
	}
	return a.write(who, func() error {
		a.say("You are %s (%s).", who.text("name"), who.text("id"))
		actions, _ := who.at("actions").(map[string]any)
		rows := [][]string{}
		for _, collection := range sorted(actions) {
			rows = append(rows, []string{collection, text(actions[collection])})
		}
		return a.table([]string{"COLLECTION", "YOU MAY"}, rows)
	})
}
