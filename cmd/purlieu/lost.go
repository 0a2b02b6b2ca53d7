package main

import (
	"reflect"
	"slices"

	"github.com/alecthomas/kong"

	"github.com/purlieu/purlieu/cmd/purlieu/client"
	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/model"
)

// lost says more of a thing that is not there: which name of the command line nobody carries, and which one may have been
// meant. Of a scan that is not there, say, the source may be what is misspelt. Where that can't be told the error stays, and so
// does one that the account did not give: the account's names say nothing of it.
func (a *app) lost(parsed *kong.Context, err error) error {
	command := parsed.Selected()
	if !fault.Is(err, fault.NotFound) || !client.Refused(err) || command == nil {
		return err
	}
	for command.Type == kong.ArgumentNode {
		command = command.Parent
	}
	adds, given := command.Name == "add", []string{}
	for _, arg := range command.Positional {
		value, ok := arg.Target.Interface().(string)
		if !ok || value == "" {
			return err
		}
		what := arg.Name
		if what == "name" {
			what = command.Parent.Name
		}
		if !adds || what != command.Parent.Name { // what is to be added is not there, rightly
			if found := a.misspelt(what, value, given, err); found != nil {
				return found
			}
		}
		given = append(given, value)
	}
	for _, flag := range parsed.Flags() {
		if flag.Name != "runtime" && flag.Name != "credential" && flag.Name != "collection" && flag.Name != "source" {
			continue
		}
		if target := reflect.Indirect(flag.Target); target.IsValid() && target.Kind() == reflect.String && target.String() != "" {
			if found := a.misspelt(flag.Name, target.String(), nil, err); found != nil {
				return found
			}
		}
	}
	return err
}

// misspelt is the error for a name that is not among those that the account knows; nil where it is, or they can't be had.
func (a *app) misspelt(what, value string, given []string, err error) error {
	list := map[string]string{
		"source": "purlieu source list", "scan": "purlieu scan list", "runtime": "purlieu runtime list", "node": "purlieu node list",
		"credential": "purlieu credential list", "vault": "purlieu vault list", "collection": "purlieu collection list",
	}[what]
	if list == "" {
		return nil
	}
	if (what == "scan" || what == "node") && len(given) == 0 {
		return nil
	}
	names, never := a.names(what, given), model.NeverNamed(what, value)
	if slices.Contains(names, value) || len(names) == 0 && never == "" {
		return nil
	}
	where := ""
	if what == "scan" || what == "node" { // they stand below what was given before
		above := given[len(given)-1]
		where, list = " of "+above, list+" "+above
	}
	found := fault.New(fault.NotFound, fault.CodeOf(err), "no %s%s is called %q", what, where, value).Because(err)
	near := model.Near(value, names)
	switch {
	case near != "":
		return found.Try("Did you mean %s? See them all: %s", near, list)
	case never != "":
		return found.Try("%s See them: %s", never, list)
	}
	return found.Try("See them: %s", list)
}
