package main

import (
	"strings"

	"github.com/purlieu/purlieu/cmd/purlieu/client"
	"github.com/purlieu/purlieu/fault"
)

// written names what people write over: an asset, or a column of it.
type written struct {
	Name   string `arg:"" help:"Guid, qualified name, or a name that only one asset has."`
	Column string `help:"A column of it, by its name."`
}

type assetEditCmd struct {
	written
	Description *string  `help:"What people say about it; an empty text lets the source speak again."`
	Owner       []string `placeholder:"WHO" sep:"none" help:"Who answers for it: a user, an app, or any text; may be given many times, and replaces those before. An empty text: nobody."`
	Expert      []string `placeholder:"WHO" sep:"none" help:"Who knows it; as with owners."`
}

// Help shows examples.
func (assetEditCmd) Help() string {
	return `What people write stays, whatever scans see later.

Examples:
  purlieu asset edit postgresql://shop/shop/sales/orders --description "One line per order" --owner kim --expert lee
  purlieu asset edit orders --column customer_id --description "Who bought"
  purlieu asset edit orders --owner ""`
}

// Run writes over what scans saw.
func (c assetEditCmd) Run(a *app) error {
	if c.Description == nil && c.Owner == nil && c.Expert == nil {
		return fault.New(fault.Invalid, "NothingToWrite", "nothing is to be changed").Try("Give --description, --owner or --expert")
	}
	account, err := a.client()
	if err != nil {
		return err
	}
	e, err := c.entity(a, account)
	if err != nil {
		return err
	}
	next := object{"guid": e.text("guid"), "typeName": e.text("typeName"), "lastModifiedTS": e.text("lastModifiedTS")}
	if c.Description != nil {
		next["attributes"] = object{"userDescription": *c.Description}
	}
	if c.Owner != nil || c.Expert != nil {
		contacts := object{"Owner": e.at("contacts", "Owner"), "Expert": e.at("contacts", "Expert")}
		for role, names := range map[string][]string{"Owner": c.Owner, "Expert": c.Expert} {
			if names == nil {
				continue
			}
			if contacts[role], err = a.contacts(account, names); err != nil {
				return err
			}
		}
		next["contacts"] = contacts
	}
	var done object
	if err := account.Do(a.ctx, "POST", "/datamap/api/atlas/v2/entity", object{"entity": next}, &done); err != nil {
		return err
	}
	return a.write(done, func() error {
		if done.at("mutatedEntities", "UPDATE") == nil {
			a.say("It was so already; nothing is changed.")
		} else {
			a.say("Written. Scans leave it as it is.")
		}
		return nil
	})
}

// contacts are people as the account keeps them: by id, or as written where nobody is called so.
func (a *app) contacts(account *client.Client, names []string) ([]object, error) {
	out := []object{}
	for _, name := range names {
		if name = strings.TrimSpace(name); name == "" {
			continue
		}
		id, err := a.principal(account, name)
		if fault.Is(err, fault.NotFound) {
			a.say("Nobody in the account is called %q: it is kept as written.", name)
			id, err = name, nil
		}
		if err != nil {
			return nil, err
		}
		out = append(out, object{"id": id, "info": ""})
	}
	return out, nil
}

// entity is what is to be written over, as it is now.
func (w written) entity(a *app, account *client.Client) (object, error) {
	guid, err := a.find(account, w.Name)
	if err != nil {
		return nil, err
	}
	var asset object
	if err := account.Get(a.ctx, "/datamap/api/atlas/v2/entity/guid/"+esc(guid), &asset); err != nil {
		return nil, err
	}
	e, _ := asset["entity"].(map[string]any)
	if w.Column == "" {
		return e, nil
	}
	list, _ := object(e).at("relationshipAttributes", "columns").([]any)
	for _, v := range list {
		m, _ := v.(map[string]any)
		column, _ := asset.at("referredEntities", object(m).text("guid")).(map[string]any)
		if object(column).text("attributes", "name") == w.Column {
			return column, nil
		}
	}
	return nil, fault.New(fault.NotFound, "NoColumn", "%s has no column %q", object(e).text("attributes", "name"), w.Column).
		Try("See them: purlieu asset show %s", guid)
}

type assetClassifyCmd struct {
	written
	Add    []string `placeholder:"CLASS" sep:"none" help:"Give this classification; one that was taken away from a rule comes back with its evidence."`
	Remove []string `placeholder:"CLASS" sep:"none" help:"Take this classification away; the rule that gave it does not give it here again."`
}

// Help shows examples.
func (assetClassifyCmd) Help() string {
	return `Examples:
  purlieu asset classify orders --add CONFIDENTIAL
  purlieu asset classify customers --column phone --remove MICROSOFT.PERSONAL.PHONE_NUMBER`
}

// Run gives classifications, and takes them away.
func (c assetClassifyCmd) Run(a *app) error {
	if len(c.Add)+len(c.Remove) == 0 {
		return fault.New(fault.Invalid, "NothingToWrite", "no classification is named").Try("Give --add or --remove")
	}
	account, err := a.client()
	if err != nil {
		return err
	}
	e, err := c.entity(a, account)
	if err != nil {
		return err
	}
	at := "/datamap/api/atlas/v2/entity/guid/" + esc(e.text("guid"))
	if len(c.Add) > 0 {
		given := []object{}
		for _, name := range c.Add {
			given = append(given, object{"typeName": name})
		}
		if err := account.Do(a.ctx, "POST", at+"/classifications", given, nil); err != nil {
			return err
		}
	}
	for _, name := range c.Remove {
		if err := account.Do(a.ctx, "DELETE", at+"/classification/"+esc(name), nil, nil); err != nil {
			return err
		}
	}
	a.say("Written. Scans leave it as it is.")
	return nil
}
