package main

import (
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/alecthomas/kong"

	"github.com/purlieu/purlieu/cmd/internal/line"
	"github.com/purlieu/purlieu/test/said"
)

// What remedies, helps and documents tell people to type is what this program knows.
func TestEveryCommandThatPeopleAreToldIsThere(t *testing.T) {
	var commands tree
	parser, err := kong.New(&commands, kong.Name("purlieu"))
	if err != nil {
		t.Fatal(err)
	}
	lines, err := said.Lines("../..", "purlieu")
	if err != nil {
		t.Fatal(err)
	}
	if len(lines) < 10 {
		t.Fatalf("only %d command lines were found", len(lines))
	}
	for _, line := range lines {
		node := parser.Model.Node
		for _, word := range line.Words {
			if len(node.Children) == 0 {
				break
			}
			i := slices.IndexFunc(node.Children, func(n *kong.Node) bool { return n.Name == word })
			if i < 0 {
				t.Errorf("%s: purlieu %s: there is no %q", line.Where, strings.Join(line.Words, " "), word)
				break
			}
			node = node.Children[i]
		}
	}
}

// commands.txt holds what each deed of the portal copies as a command; the portal's tests write it.
func TestEveryCommandThatThePortalCopiesIsTaken(t *testing.T) {
	text, err := os.ReadFile("../../web/src/app/commands.txt")
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(string(text)), "\n")
	if len(lines) < 40 {
		t.Fatalf("only %d commands", len(lines))
	}
	for _, line := range lines {
		words := said.Words(line)
		var commands tree
		parser, err := kong.New(&commands, kong.Name("purlieu"))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := parser.Parse(words[1:]); err != nil || words[0] != "purlieu" {
			t.Errorf("%s: %v", line, err)
		}
	}
}

// A name that looks like a flag, and one that a terminal would act upon, come to the client as what they are.
func TestHostileNamesStayNamesInCommands(t *testing.T) {
	text, err := os.ReadFile("../../web/src/app/commands.txt")
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	for line := range strings.Lines(string(text)) {
		var commands tree
		parser, err := kong.New(&commands, kong.Name("purlieu"))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := parser.Parse(said.Words(strings.TrimSpace(line))[1:]); err != nil {
			t.Fatal(err)
		}
		if b := commands.Source.Browse; b.Path == "--credential=payroll" && b.Credential == "" && b.Runtime == "edge" {
			found++
		}
		if commands.Asset.Classify.Column == "x\u0015rm\n\u009b" {
			found++
		}
	}
	if found != 2 {
		t.Errorf("%d of 2 hostile names came as they are", found)
	}
}

func TestTheHelpOfEveryCommandHasExamplesThatItTakes(t *testing.T) {
	parser := func() *kong.Kong { // a new one for each line: it remembers what was given together
		parser, err := line.Program{Name: "purlieu", Examples: examples}.Parser(&tree{})
		if err != nil {
			t.Fatal(err)
		}
		return parser
	}
	leaves := parser().Model.Leaves(true)
	if len(leaves) < 80 {
		t.Fatalf("only %d commands", len(leaves))
	}
	parse := func(words []string) (string, error) {
		parsed, err := parser().Parse(words)
		if err != nil {
			return "", err
		}
		return parsed.Selected().FullPath(), nil
	}
	for _, leaf := range leaves {
		for _, wrong := range said.Unfit(leaf.Detail, leaf.FullPath(), parse) {
			t.Errorf("the help of %s: %s", leaf.FullPath(), wrong)
		}
	}
}
