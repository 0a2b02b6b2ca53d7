package main

type collectionCmd struct {
	Add    collectionAddCmd    `cmd:"" help:"Make a collection, change one, or move one with all below."`
	List   collectionListCmd   `cmd:"" help:"List the collections that you may see."`
	Show   collectionShowCmd   `cmd:"" help:"Show a collection, and what stands above and below it."`
	Delete collectionDeleteCmd `cmd:"" help:"Remove a collection in which nothing stands."`
	Cut    collectionCutCmd    `cmd:"" help:"Let roles held above count no more on a collection and below; an administrator's always do."`
	Join   collectionJoinCmd   `cmd:"" help:"Let roles held above count again."`
}

const collections = "/account/collections/"

type collectionAddCmd struct {
	Name        string  `arg:"" help:"Its name, for scripts: letters, digits and single dashes."`
	Title       *string `help:"Its name for people."`
	Description *string `help:"For people."`
	Parent      string  `help:"The collection that it stands below; the root for a new one when left out. Moves one that is there."`
}

// Help shows examples.
func (collectionAddCmd) Help() string {
	return `A collection that is there keeps what is not named.

Examples:
  purlieu collection add sales --title "Sales"
  purlieu collection add europe --parent sales`
}

// Run writes the collection.
func (c collectionAddCmd) Run(a *app) error {
	account, err := a.client()
	if err != nil {
		return err
	}
	old, err := a.there(account, collections+esc(c.Name))
	if err != nil {
		return err
	}
	body := object{"friendlyName": old.text("friendlyName"), "description": old.text("description")}
	for name, text := range map[string]*string{"friendlyName": c.Title, "description": c.Description} {
		if text != nil {
			body[name] = *text
		}
	}
	if c.Parent != "" {
		body["parentCollection"] = object{"referenceName": c.Parent, "type": "CollectionReference"}
	}
	return a.put(collections+esc(c.Name), body, "The collection %s is there. Next: purlieu role add %s data-curator NAME", c.Name, c.Name)
}

type collectionListCmd struct{}

// Run lists collections.
func (collectionListCmd) Run(a *app) error {
	return a.listing("/account/collections", []string{"NAME", "TITLE", "PARENT", "DESCRIPTION"}, func(o object) []string {
		return []string{o.text("name"), o.text("friendlyName"), o.text("parentCollection", "referenceName"), o.text("description")}
	})
}

// collectionArg names a collection.
type collectionArg struct {
	Collection string `arg:"" help:"Name of the collection."`
}

type collectionShowCmd struct{ collectionArg }

// Run shows the collection.
func (c collectionShowCmd) Run(a *app) error {
	account, err := a.client()
	if err != nil {
		return err
	}
	at := collections + esc(c.Collection)
	var one, path object
	if err := account.Get(a.ctx, at, &one); err != nil {
		return err
	}
	if err := account.Get(a.ctx, at+"/getCollectionPath", &path); err != nil {
		return err
	}
	below, err := a.items(account, at+"/getChildCollectionNames")
	if err != nil {
		return err
	}
	return a.write(object{"collection": one, "path": path, "children": below}, func() error {
		names := []any{}
		for _, o := range below {
			names = append(names, o.text("name"))
		}
		return a.table([]string{"FIELD", "VALUE"}, [][]string{
			{"name", one.text("name")},
			{"title", one.text("friendlyName")},
			{"description", one.text("description")},
			{"above", path.text("parentNameChain")},
			{"below", text(names)},
		})
	})
}

type collectionDeleteCmd struct{ collectionArg }

// Run removes the collection.
func (c collectionDeleteCmd) Run(a *app) error {
	return a.remove(collections+esc(c.Collection), "The collection %s is removed.", c.Collection)
}

type collectionCutCmd struct{ collectionArg }

// Run cuts the inheritance.
func (c collectionCutCmd) Run(a *app) error { return a.inherit(c.Collection, false) }

type collectionJoinCmd struct{ collectionArg }

// Run restores it.
func (c collectionJoinCmd) Run(a *app) error { return a.inherit(c.Collection, true) }

func (a *app) inherit(collection string, inherits bool) error {
	body := object{"inherits": inherits}
	account, err := a.client()
	if err != nil {
		return err
	}
	if err := account.Do(a.ctx, "PUT", "/manage/v1/collections/"+esc(collection)+"/inheritance", body, nil); err != nil {
		return err
	}
	return a.write(body, func() error {
		if inherits {
			a.say("Roles held above %s count on it again.", collection)
		} else {
			a.say("On %s and below only roles held there count, and those of collection administrators above.", collection)
		}
		return nil
	})
}
