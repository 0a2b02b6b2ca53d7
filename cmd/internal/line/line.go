// Package line reads a command line as both programs do.
//
// No words at all show the help, "help" before a command shows its own, and "--version" alone is the command version. Of
// words that are no command it says what is wrong with them, and whose help explains it.
package line

import (
	"errors"
	"fmt"
	"io"
	"os"
	"slices"

	"github.com/alecthomas/kong"
)

// Program is one of them.
type Program struct {
	Name     string
	About    string // what its help begins with
	Examples string // command lines, one a line, for the help of those commands that show none of their own
	Out, Err io.Writer
	Clean    func(text string) string // makes a text safe to be shown
}

// Parse reads words into the tree of commands. parsed is nil where there is nothing to run: help was shown, or the words are
// wrong, which has been said; code is the exit code then. An error is one of the tree.
func (p Program) Parse(tree any, words []string, options ...kong.Option) (parsed *kong.Context, code int, err error) {
	const none = -1 // no code of a program
	code = none
	parser, err := p.Parser(tree, append(options, kong.Exit(func(c int) { code = c }))...)
	if err != nil {
		return nil, 0, err
	}
	switch {
	case len(words) == 0:
		words = []string{"--help"}
	case words[0] == "--version":
		words = []string{"version"}
	case words[0] == "help":
		words = append(slices.Clone(words[1:]), "--help")
	}
	parsed, wrong := parser.Parse(words)
	switch {
	case code != none:
		return nil, code, nil
	case wrong != nil:
		fmt.Fprintf(p.Err, "%s: %s\nSee `%s --help`.\n", p.Name, p.Clean(wrong.Error()), misused(parser, wrong))
		return nil, 2, nil
	}
	if what := empty(parsed); what != "" {
		fmt.Fprintf(p.Err, "%s: %s is empty. Is it a variable that is not set?\nSee `%s --help`.\n", p.Name, what, called(parser, parsed))
		return nil, 2, nil
	}
	return parsed, 0, nil
}

// Parser is the parser of a tree of commands, with the help of each.
func (p Program) Parser(tree any, options ...kong.Option) (*kong.Kong, error) {
	parser, err := kong.New(tree, append([]kong.Option{
		kong.NamedMapper("path", kong.MapperFunc(path)),
		kong.Name(p.Name), kong.Description(p.About), kong.Writers(p.Out, p.Err),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, WrapUpperBound: 110}),
	}, options...)...)
	if err == nil {
		exemplify(parser.Model.Node, p.Examples)
	}
	return parser, err
}

// misused is the command whose help says how it is used: as much of the command line as was understood.
func misused(parser *kong.Kong, wrong error) string {
	var where *kong.ParseError
	if !errors.As(wrong, &where) || where.Context == nil {
		return parser.Model.Name
	}
	return called(parser, where.Context)
}

func called(parser *kong.Kong, at *kong.Context) string {
	name := parser.Model.Name
	for _, p := range at.Path {
		if p.Command != nil {
			name += " " + p.Command.Name
		}
	}
	return name
}

// FileCause is what the system says against a file, without the file's name, which the caller says.
func FileCause(err error) string {
	var of *os.PathError
	switch {
	case errors.Is(err, os.ErrExist):
		return "it is there already"
	case errors.Is(err, os.ErrNotExist):
		return "it is not there, or its folder is not"
	case errors.As(err, &of):
		return of.Err.Error()
	}
	return err.Error()
}
