package program

import (
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
	parser, err := kong.New(&commands, kong.Name("purlieu-runtime"), kong.Vars{"state": ""})
	if err != nil {
		t.Fatal(err)
	}
	lines, err := said.Lines("../../..", "purlieu-runtime")
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
				t.Errorf("%s: purlieu-runtime %s: there is no %q", line.Where, strings.Join(line.Words, " "), word)
				break
			}
			node = node.Children[i]
		}
	}
}

func TestTheHelpOfEveryCommandHasExamplesThatItTakes(t *testing.T) {
	parser := func() *kong.Kong { // a new one for each line: it remembers what was given together
		parser, err := line.Program{Name: "purlieu-runtime", Examples: examples}.Parser(&tree{}, kong.Vars{"state": ""})
		if err != nil {
			t.Fatal(err)
		}
		return parser
	}
	leaves := parser().Model.Leaves(true)
	if len(leaves) < 10 {
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
