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
	last := words[len(words)-1]
	name, _, valued := strings.Cut(last, "=")
	switch {
	case open != nil:
		return of(open.Value)
	case valued && strings.HasPrefix(last, "--"):
		f := flagNamed(node, name)
		if f == nil || f.IsBool() {
			return nil
		}
		whole := []string{}
		for _, value := range of(f.Value) {
			whole = append(whole, name+"="+value)
		}
		return whole
	case strings.HasPrefix(last, "-"):
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

// Script writes what makes a shell complete the program's commands: bash, zsh or fish. Where the program knows no word, files are
// offered.
func (p Program) Script(w io.Writer, shell string) {
	text := map[string]string{ // it asks the program what comes next, so that it never grows old
		"bash": `FUNCTION() {
  local word_ glue_='' head_='' last_
  local -a words_=()
  COMPREPLY=()
  for word_ in "${COMP_WORDS[@]:1:COMP_CWORD}"; do # bash parts them at = and :, and the program does not
    [[ -n $word_ && -z ${word_//[=:]/} ]] && glue_=yes
    last_=$((${#words_[@]} - 1))
    if [[ -n $glue_ && $last_ -ge 0 ]]; then
      [[ -z ${word_//[=:]/} ]] || { head_=${words_[last_]} glue_=''; }
      words_[last_]+=$word_
      [[ -z $glue_ ]] || head_=${words_[last_]}
    else
      words_+=("$word_") head_='' glue_=''
    fi
  done
  while IFS= read -r word_; do # some are what others wrote: quoted, for bash runs what it is given
    printf -v word_ %q "${word_#"$head_"}"
    COMPREPLY+=("$word_")
  done < <(PROGRAM complete -- "${words_[@]}" 2>/dev/null)
}
complete -o default -F FUNCTION PROGRAM
`,
		"zsh": `FUNCTION() {
  local -a words_; words_=(${(f)"$(PROGRAM complete -- "${(@)words[2,CURRENT]}" 2>/dev/null)"})
  if (( $#words_ )); then compadd -- $words_; else _files; fi
}
compdef FUNCTION PROGRAM
`,
		"fish": `function _FUNCTION
  set -l words (PROGRAM complete -- (commandline -opc)[2..-1] (commandline -ct) 2>/dev/null)
  if set -q words[1]
    printf '%s\n' $words
  else
    __fish_complete_path (commandline -ct)
  end
end
complete -c PROGRAM -f -a '(_FUNCTION)'
`,
	}[shell]
	fmt.Fprint(w, strings.NewReplacer("FUNCTION", "_"+strings.ReplaceAll(p.Name, "-", "_"), "PROGRAM", p.Name).Replace(text))
}

// ScriptHelp says where the scripts go.
func ScriptHelp(program string) string {
	return strings.ReplaceAll(`Examples:
  source <(PROGRAM completion bash)                                     # in ~/.bashrc
  source <(PROGRAM completion zsh)                                      # in ~/.zshrc, behind compinit
  PROGRAM completion fish > ~/.config/fish/completions/PROGRAM.fish`, "PROGRAM", program)
}
