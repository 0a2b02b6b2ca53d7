package main

import (
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/alecthomas/kong"
)

type completionCmd struct {
	Shell string `arg:"" enum:"bash,zsh,fish" help:"One of: ${enum}."`
}

// Help says where it goes.
func (completionCmd) Help() string {
	return `Examples:
  source <(purlieu completion bash)                                     # in ~/.bashrc
  source <(purlieu completion zsh)                                      # in ~/.zshrc
  purlieu completion fish > ~/.config/fish/completions/purlieu.fish`
}

// Run writes the script. It asks this program what comes next, so that it never grows old.
func (c completionCmd) Run(a *app) error {
	scripts := map[string]string{
		"bash": `_purlieu() {
  local IFS=$'\n'
  COMPREPLY=($(purlieu complete -- "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null))
}
complete -o default -F _purlieu purlieu
`,
		"zsh": `_purlieu() {
  local -a words_; words_=("${(@f)$(purlieu complete -- "${(@)words[2,CURRENT]}" 2>/dev/null)}")
  compadd -- $words_
}
compdef _purlieu purlieu
`,
		"fish": `complete -c purlieu -f -a '(purlieu complete -- (commandline -opc)[2..-1] (commandline -ct) 2>/dev/null)'
`,
	}
	fmt.Fprint(a.out, scripts[c.Shell])
	return nil
}

type completeCmd struct {
	Words []string `arg:"" optional:"" passthrough:""`
}

// Run prints what the last word can become, one a line.
func (c completeCmd) Run(a *app) error {
	words := c.Words
	if len(words) > 0 && words[0] == "--" {
		words = words[1:]
	}
	if len(words) == 0 {
		words = []string{""}
	}
	for _, word := range a.next(words) {
		if word != "" && strings.HasPrefix(word, words[len(words)-1]) {
			fmt.Fprintln(a.out, clean(word))
		}
	}
	return nil
}

// next is what may stand in the place of the last word.
func (a *app) next(words []string) []string {
	parser, err := kong.New(&tree{}, kong.Name("purlieu"))
	if err != nil {
		return nil
	}
	node, given := parser.Model.Node, []string{}
	var open *kong.Flag // a flag that waits for its value
	for _, word := range words[:len(words)-1] {
		switch {
		case open != nil:
			open = nil
		case strings.HasPrefix(word, "-"):
			if f := flagNamed(node, word); f != nil && !f.IsBool() && !strings.Contains(word, "=") {
				open = f
			}
		default:
			i := slices.IndexFunc(node.Children, func(n *kong.Node) bool { return n.Name == word })
			if i < 0 {
				given = append(given, word)
				continue
			}
			node = node.Children[i]
		}
	}
	switch {
	case open != nil && open.Enum != "":
		return open.EnumSlice()
	case open != nil:
		switch open.Name { // others that are called as a list is name something else, such as --user of a credential
		case "source", "scan", "runtime", "credential", "collection", "parent":
			return a.names(open.Name, given)
		}
		return nil
	case strings.HasPrefix(words[len(words)-1], "-"):
		return flagsOf(node)
	case len(node.Children) > 0:
		return childrenOf(node)
	case len(given) < len(node.Positional):
		return a.values(node, node.Positional[len(given)], given)
	}
	return nil
}

func childrenOf(node *kong.Node) (names []string) {
	for _, n := range node.Children {
		if !n.Hidden {
			names = append(names, n.Name)
		}
	}
	return names
}

func flagsOf(node *kong.Node) (names []string) {
	for _, group := range node.AllFlags(true) {
		for _, f := range group {
			names = append(names, "--"+f.Name)
		}
	}
	return names
}

func flagNamed(node *kong.Node, word string) *kong.Flag {
	for _, group := range node.AllFlags(true) {
		for _, f := range group {
			if word == "--"+f.Name || (f.Short != 0 && word == "-"+string(f.Short)) {
				return f
			}
		}
	}
	return nil
}

// values are what an argument can be: its closed set, or the names that the account knows.
func (a *app) values(node *kong.Node, arg *kong.Positional, given []string) []string {
	what := arg.Name
	switch {
	case arg.Enum != "":
		return arg.EnumSlice()
	case what == "name": // of what the command is about
		what = node.Parent.Name
	case what == "who":
		return append(a.names("user", given), a.names("app", given)...)
	}
	return a.names(what, given)
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
