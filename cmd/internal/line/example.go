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
		child := Child(node, word)
		if child == nil {
			break
		}
		node = child
	}
	return node
}

// Child is the command of that name below another; nil: there is none.
func Child(node *kong.Node, name string) *kong.Node {
	i := slices.IndexFunc(node.Children, func(n *kong.Node) bool { return n.Name == name })
	if i < 0 {
		return nil
	}
	return node.Children[i]
}
