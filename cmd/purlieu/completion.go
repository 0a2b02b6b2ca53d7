package main

import (
	"net/url"

	"github.com/alecthomas/kong"

	"github.com/purlieu/purlieu/cmd/internal/line"
)

type completionCmd struct {
	Shell string `arg:"" enum:"bash,zsh,fish" help:"One of: ${enum}."`
}

// Help says where it goes.
func (completionCmd) Help() string { return line.ScriptHelp("purlieu") }

// Run writes the script.
func (c completionCmd) Run(a *app) error {
	a.program().Script(a.out, c.Shell)
	return nil
}

type completeCmd struct {
	Words []string `arg:"" optional:"" passthrough:""`
}

// Run prints what the last word can become, one a line.
func (c completeCmd) Run(a *app) error { return a.program().Complete(&tree{}, c.Words, a.values) }

// values are names that the account knows.
func (a *app) values(command *kong.Node, of *kong.Value, given []string) []string {
	what := of.Name
	switch {
	case of.Flag != nil && command.Name == "search":
		return a.found(what)
	case of.Flag != nil:
		switch what { // others that are called as a list is name something else, such as --user of a credential
		case "source", "scan", "runtime", "credential", "collection", "parent":
			return a.names(what, given)
		}
		return nil
	case what == "name": // of what the command is about
		what = command.Parent.Name
	case what == "who":
		return append(a.names("user", given), a.names("app", given)...)
	}
	return a.names(what, given)
}

// found are the values of the facet that a flag of the search narrows by; of people the names.
func (a *app) found(what string) []string {
	account, err := a.client()
	if err != nil {
		return nil
	}
	for _, f := range facets() {
		if f[1] != what {
			continue
		}
		values, err := a.valuesOf(account, f[0])
		if err == nil && f[0] == contactFacet {
			var names func(string) string
			if names, err = a.namesOf(account, values); err == nil {
				for i, id := range values {
					values[i] = names(id)
				}
			}
		}
		if err != nil {
			return nil
		}
		return values
	}
	return nil
}

// newest is how many runs are offered.
const newest = 20

// names are those of one sort that the account knows, of those below the last argument that was given where a sort stands
// below another. What can't be had is nothing.
func (a *app) names(what string, given []string) []string {
	account, err := a.client()
	if err != nil {
		return nil
	}
	path := map[string]string{
		"source": "/scan/datasources", "collection": "/account/collections", "parent": "/account/collections",
		"runtime": "/scan/integrationRuntimes", "kind": "/manage/v1/kinds", "credential": "/scan/credentials",
		"vault": "/scan/azureKeyVaults", "user": "/manage/v1/users", "app": "/manage/v1/apps", "proposal": "/manage/v1/proposals?state=open",
		"announced": announcedKinds,
	}[what]
	above, name := "", "name"
	if len(given) > 0 {
		above = given[len(given)-1]
	}
	var list []object
	switch {
	case what == "run":
		list, err = a.some("/manage/v1/runs", url.Values{}, newest)
		name = "id"
	case what == "scan" && above != "":
		list, err = a.items(account, "/scan/datasources/"+esc(above)+"/scans")
	case what == "node" && above != "":
		var status object
		status, err = a.status(above)
		list, name = objectsOf(status.at("properties", "typeProperties", "nodes")), "nodeName"
	case path != "":
		list, err = a.items(account, path)
	}
	if err != nil {
		return nil
	}
	switch what {
	case "proposal":
		name = "id"
	case "announced":
		name = "kind"
	}
	var names []string
	for _, o := range list {
		names = append(names, o.text(name))
	}
	return names
}
