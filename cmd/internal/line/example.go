package line

import (
	"slices"
	"strings"

	"github.com/alecthomas/kong"
)

// exemplify puts each line of examples into the help of its command, below what that says by itself.
func exemplify(commands *kong.Node, examples string) {
	for line := range strings.Lines(examples) {
		line = strings.TrimSpace(line)
		node := commandOf(commands, strings.Fields(line)[1:])
		if !strings.Contains(node.Detail, "Example") {
			if node.Detail != "" {
				node.Detail += "\n\n"
			}
			node.Detail += "Examples:"
		}
		node.Detail += "\n  " + line
	}
}

// commandOf is the command that words begin with.
func commandOf(node *kong.Node, words []string) *kong.Node {
	for _, word := range words {
		i := slices.IndexFunc(node.Children, func(n *kong.Node) bool { return n.Name == word })
		if i < 0 {
			break
		}
		node = node.Children[i]
	}
	return node
}
