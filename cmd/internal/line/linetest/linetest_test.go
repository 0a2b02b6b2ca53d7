package linetest

import (
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/alecthomas/kong"

	"github.com/purlieu/purlieu/cmd/internal/line"
	"github.com/purlieu/purlieu/test/said"
)

// tree is a small command line with everything that is wrong with it.
type tree struct {
	Cat struct {
		Feed struct {
			What string `arg:"" help:"What it gets."`
			Much int    `help:"How much."`
		} `cmd:"" help:"Feed it."`
		Call struct {
			Name  string `arg:""`
			Twice bool
		} `cmd:""`
		Secret struct{ Name string } `cmd:"" hidden:""`
	} `cmd:"" help:"Of the cat."`
}

func small(t *testing.T, about, examples string) (Program, *kong.Kong) {
	t.Helper()
	p := Program{Program: line.Program{Name: "pet", About: about, Examples: examples, Out: io.Discard, Err: io.Discard}, Tree: func() any { return &tree{} }}
	return p, p.parser(t)
}

func expect(t *testing.T, wrong []string, want ...string) {
	t.Helper()
	if len(wrong) != len(want) {
		t.Fatalf("%d are wrong, want %d:\n%s", len(wrong), len(want), strings.Join(wrong, "\n"))
	}
	for i, w := range want {
		if !strings.Contains(wrong[i], w) {
			t.Errorf("%q, want %q in it", wrong[i], w)
		}
	}
}

func TestACommandThatIsToldAndNotThereIsFound(t *testing.T) {
	_, parser := small(t, "", "")
	line := func(words string) said.Line { return said.Line{Where: "a.md", Words: strings.Fields(words)} }
	expect(t, unknown(parser.Model.Node, []said.Line{line("cat feed fish"), line("cat"), line("cat fed fish"), line("dog")}),
		`a.md: pet cat fed fish: there is no "fed"`, `a.md: pet dog: there is no "dog"`)
}

func TestExamplesThatAreNotTakenAreFound(t *testing.T) {
	try := func(about, examples string) []string {
		p, parser := small(t, about, examples)
		return unfit(parser, examples, func(words []string) (string, error) {
			parsed, err := p.parser(t).Parse(words)
			if err != nil {
				return "", err
			}
			return parsed.Selected().FullPath(), nil
		})
	}
	good := "pet cat feed fish\npet cat call tom | tee cat.log\n"
	expect(t, try("Pets.\n\n  pet cat feed fish", good))
	expect(t, try("Pets.\n\n  pet cat fed fish", good), "the program's help: cat fed fish")
	expect(t, try("", "pet cat feed fish\n"), "it shows no example of pet cat call")
	expect(t, try("", good+"pet cat feed fish --much many\n"), "the list of examples: cat feed fish --much many", "the help of pet cat feed: cat feed fish --much many")
	wrong := try("", good+"pet dog\n") // it stands in the help of no command
	if !slices.ContainsFunc(wrong, func(w string) bool { return strings.HasPrefix(w, "the list of examples: dog: ") }) {
		t.Errorf("a line of the list with a command that is not there was not found: %q", wrong)
	}
}

func TestWhatSaysNothingOfItselfIsFound(t *testing.T) {
	_, parser := small(t, "", "")
	expect(t, silent(parser.Model.Node), "the command has no help", "name has no help", "--twice has no help")
}
