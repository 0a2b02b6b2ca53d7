package line

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/alecthomas/kong"
)

// Values are what an argument or the value of a flag can be, beside a closed set; given are the arguments before it.
type Values func(command *kong.Node, of *kong.Value, given []string) []string

// Complete writes what the last word can become, one a line. words are the command line as the shell has it, behind "--"; what
// can't be told is nothing.
func (p Program) Complete(tree any, words []string, values Values, options ...kong.Option) error {
	if len(words) > 0 && words[0] == "--" {
		words = words[1:]
	}
	if len(words) == 0 {
		words = []string{""}
	}
	parser, err := p.Parser(tree, options...)
	if err != nil {
		return err
	}
	for _, word := range next(parser.Model.Node, words, values) {
		if word != "" && strings.HasPrefix(word, words[len(words)-1]) {
			fmt.Fprintln(p.Out, p.Clean(word))
		}
	}
	return nil
}

// next is what may stand in the place of the last word.
func next(node *kong.Node, words []string, values Values) []string {
	given := []string{}
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
			if child := Child(node, word); child != nil {
				node = child
				continue
			}
			given = append(given, word)
		}
	}
	of := func(v *kong.Value) []string {
		if v.Enum != "" {
			return v.EnumSlice()
		}
		return values(node, v, given)
	}
	switch {
	case open != nil:
		return of(open.Value)
	case strings.HasPrefix(words[len(words)-1], "-"):
		return flagsOf(node)
	case len(node.Children) > 0:
		return childrenOf(node)
	case len(given) < len(node.Positional):
		return of(node.Positional[len(given)])
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
	for _, group := range node.AllFlags(false) {
		i := slices.IndexFunc(group, func(f *kong.Flag) bool { return word == "--"+f.Name || (f.Short != 0 && word == "-"+string(f.Short)) })
		if i >= 0 {
			return group[i]
		}
	}
	return nil
}

// Script writes what makes a shell complete the program's commands: bash, zsh or fish. files says that the program is often given
// files, which fish offers beside the words then; bash does where there is no word.
func (p Program) Script(w io.Writer, shell string, files bool) {
	text, only := map[string]string{ // it asks the program what comes next, so that it never grows old
		"bash": `FUNCTION() {
  local word_
  COMPREPLY=()
  while IFS= read -r word_; do # some are what others wrote: quoted, for bash runs what it is given
    printf -v word_ %q "$word_"
    COMPREPLY+=("$word_")
  done < <(PROGRAM complete -- "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -o default -F FUNCTION PROGRAM
`,
		"zsh": `FUNCTION() {
  local -a words_; words_=("${(@f)$(PROGRAM complete -- "${(@)words[2,CURRENT]}" 2>/dev/null)}")
  compadd -- $words_
}
compdef FUNCTION PROGRAM
`,
		"fish": `complete -c PROGRAM -f -a '(PROGRAM complete -- (commandline -opc)[2..-1] (commandline -ct) 2>/dev/null)'
`,
	}[shell], "-f "
	if files {
		only = ""
	}
	fmt.Fprint(w, strings.NewReplacer("FUNCTION", "_"+strings.ReplaceAll(p.Name, "-", "_"), "PROGRAM", p.Name, "-f ", only).Replace(text))
}

// ScriptHelp says where the scripts go.
func ScriptHelp(program string) string {
	return strings.ReplaceAll(`Examples:
  source <(PROGRAM completion bash)                                     # in ~/.bashrc
  source <(PROGRAM completion zsh)                                      # in ~/.zshrc
  PROGRAM completion fish > ~/.config/fish/completions/PROGRAM.fish`, "PROGRAM", program)
}
