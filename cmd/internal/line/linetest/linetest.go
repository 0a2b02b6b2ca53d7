// Package linetest is what the command line of each program is held to.
//
// What people are *told* to type, in remedies, helps and documents of this repository, is there; each *example* of a help
// is taken by the program's own parser, and each command has one; and nothing that can be typed is without a word of *help*.
package linetest

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"

	"github.com/alecthomas/kong"

	"github.com/purlieu/purlieu/cmd/internal/line"
	"github.com/purlieu/purlieu/test/said"
)

// Program is the one under test.
type Program struct {
	line.Program
	Tree    func() any // a new tree of commands
	Options []kong.Option
	Root    string // of the repository, as seen from the test
	Least   int    // how many commands there are at least, so that a walk that finds none is not taken for a good one
}

// Hold holds the program to all of it.
func Hold(t *testing.T, p Program) {
	t.Helper()
	leaves := p.parser(t).Model.Leaves(true)
	if len(leaves) < p.Least {
		t.Fatalf("only %d commands", len(leaves))
	}
	t.Run("every_command_that_people_are_told_is_there", func(t *testing.T) { told(t, p) })
	t.Run("every_command_shows_an_example_and_every_example_is_taken", func(t *testing.T) {
		report(t, unfit(p.parser(t), p.Examples, func(words []string) (string, error) {
			parsed, err := p.parser(t).Parse(words) // a new one for each line: it remembers what was given together
			if err != nil {
				return "", err
			}
			return parsed.Selected().FullPath(), nil
		}))
	})
	t.Run("nothing_is_without_a_word_of_help", func(t *testing.T) { report(t, silent(p.parser(t).Model.Node)) })
}

// parser is the program's own.
func (p Program) parser(t *testing.T) *kong.Kong {
	t.Helper()
	parser, err := p.Parser(p.Tree(), p.Options...)
	if err != nil {
		t.Fatal(err)
	}
	return parser
}

func report(t *testing.T, wrong []string) {
	t.Helper()
	for _, w := range wrong {
		t.Error(w)
	}
}

// told looks through the repository.
func told(t *testing.T, p Program) {
	t.Helper()
	root, err := filepath.Abs(p.Root)
	if err != nil {
		t.Fatal(err)
	}
	lines, err := said.Lines(root, p.Name)
	if err != nil {
		t.Fatal(err)
	}
	if len(lines) < p.Least {
		t.Fatalf("only %d command lines were found", len(lines))
	}
	report(t, unknown(p.parser(t).Model.Node, lines))
}

// unknown are the command lines whose verbs are not those of the tree.
func unknown(commands *kong.Node, lines []said.Line) (wrong []string) {
	for _, l := range lines {
		node := commands
		for _, word := range l.Words {
			if len(node.Children) == 0 {
				break
			}
			child := line.Child(node, word)
			if child == nil {
				wrong = append(wrong, fmt.Sprintf("%s: %s %s: there is no %q", l.Where, commands.Name, strings.Join(l.Words, " "), word))
				break
			}
			node = child
		}
	}
	return wrong
}

// unfit is what is wrong with the examples: of a list, of the program, of each group of commands and of each command, which
// shows one of itself. parse gives the command that words are taken for. A file that an example names need not be there.
func unfit(parser *kong.Kong, list string, parse func(words []string) (string, error)) (wrong []string) {
	try := func(where, help string) {
		for _, words := range said.Examples(help, parser.Model.Name) {
			if _, err := parse(words); err != nil && !errors.Is(err, fs.ErrNotExist) {
				wrong = append(wrong, fmt.Sprintf("%s: %s: %v", where, strings.Join(words, " "), err))
			}
		}
	}
	try("the list of examples", indented(list))
	try("the program's help", parser.Model.Help)
	var walk func(*kong.Node)
	walk = func(node *kong.Node) {
		for _, child := range node.Children {
			if child.Hidden {
				continue
			}
			if len(child.Children) > 0 {
				try("the help of "+child.FullPath(), child.Detail)
				walk(child)
				continue
			}
			for _, w := range said.Unfit(child.Detail, child.FullPath(), parse) {
				wrong = append(wrong, fmt.Sprintf("the help of %s: %s", child.FullPath(), w))
			}
		}
	}
	walk(parser.Model.Node)
	return wrong
}

// indented is a list of command lines as a help shows them.
func indented(list string) string {
	var b strings.Builder
	for l := range strings.Lines(list) {
		b.WriteString("  " + l)
	}
	return b.String()
}

// silent are the commands, arguments and flags that say nothing of themselves; what is hidden may.
func silent(node *kong.Node) (wrong []string) {
	of := func(what, help string) {
		if strings.TrimSpace(help) == "" {
			wrong = append(wrong, fmt.Sprintf("%s: %s has no help", node.FullPath(), what))
		}
	}
	if node.Type == kong.CommandNode {
		of("the command", node.Help)
	}
	for _, arg := range node.Positional {
		of(arg.Name, arg.Help)
	}
	for _, flag := range node.Flags {
		if !flag.Hidden {
			of("--"+flag.Name, flag.Help)
		}
	}
	for _, child := range node.Children {
		if !child.Hidden {
			wrong = append(wrong, silent(child)...)
		}
	}
	return wrong
}
