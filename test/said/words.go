package said

import (
	"errors"
	"io/fs"
	"slices"
	"strconv"
	"strings"
)

// Examples are the command lines of a program that a help shows, each on an indented line of its own, as words behind the
// program's name. What a line pipes or redirects is left out.
func Examples(help, program string) (lines [][]string) {
	for line := range strings.Lines(help) {
		if !strings.HasPrefix(line, "  "+program+" ") {
			continue
		}
		words := Words(strings.TrimSpace(line))[1:]
		if i := slices.IndexFunc(words, func(w string) bool { return w == "|" || w == "<" || w == ">" }); i >= 0 {
			words = words[:i]
		}
		lines = append(lines, words)
	}
	return lines
}

// Unfit says what is wrong with the help of a command: an example that is not taken, or no example of the command itself.
// parse gives the command that words are taken for. A file that an example names need not be there.
func Unfit(help, command string, parse func(words []string) (command string, err error)) (wrong []string) {
	program, verbs, _ := strings.Cut(command, " ")
	shown := false
	for _, words := range Examples(help, program) {
		line := strings.Join(words, " ")
		as, err := parse(words)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			shown = shown || strings.HasPrefix(line, verbs+" ")
		case err != nil:
			wrong = append(wrong, line+": "+err.Error())
		default:
			shown = shown || as == command
		}
	}
	if !shown {
		wrong = append(wrong, "it shows no example of "+command)
	}
	return wrong
}

// Words splits a command as a shell does that knows words, quotes, backslashes and the escapes of $'…'.
func Words(line string) []string {
	var words []string
	word, begun, quoted := "", false, byte(0)
	for i := 0; i < len(line); i++ {
		switch c := line[i]; {
		case quoted == 0 && strings.HasPrefix(line[i:], "$'"):
			end := i + 2
			for line[end] != '\'' {
				if line[end] == '\\' {
					end++
				}
				end++
			}
			spelt, err := strconv.Unquote(`"` + strings.NewReplacer(`\'`, `'`, `"`, `\"`).Replace(line[i+2:end]) + `"`)
			if err != nil {
				panic(err)
			}
			word, begun, i = word+spelt, true, end
		case quoted == c:
			quoted = 0
		case quoted != 0:
			word += string(c)
		case c == '\'' || c == '"':
			quoted, begun = c, true
		case c == '\\':
			i, begun = i+1, true
			word += string(line[i])
		case c == ' ':
			if begun {
				words = append(words, word)
			}
			word, begun = "", false
		default:
			word, begun = word+string(c), true
		}
	}
	return append(words, word)
}
