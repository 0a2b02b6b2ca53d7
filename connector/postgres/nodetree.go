package postgres

import "bytes"

// origin says that a result column of a query is a column of a table, unchanged.
type origin struct {
	result int    // number of the result column, from 1
	table  uint32 // oid
	column int    // attribute number
}

// origins reads the origins of a query's result columns out of the server's own record of the query, pg_rewrite's
// ev_action. The record is a list of nodes in text form: "({QUERY … :targetList ({TARGETENTRY :expr … :resno 1 …
// :resorigtbl 16390 :resorigcol 1 :resjunk false} …) …})". Blanks and brackets inside a token stand behind a
// backslash, so that nesting can be counted. Columns that are computed have no origin. A record that looks otherwise
// gives nothing.
func origins(tree []byte) []origin {
	const query, entry = 2, 4 // depths inside ({QUERY and inside its ({TARGETENTRY
	var found []origin
	var o origin
	depth, targets, junk, blank := 0, false, false, false
	for i := 0; i < len(tree); i++ {
		switch c := tree[i]; {
		case c == '\\':
			i++
			blank = false
			continue
		case c == '{' || c == '(':
			depth++
			if targets && depth == entry {
				o, junk = origin{}, false
			}
		case c == '}' || c == ')':
			if targets && depth == entry && !junk && o.table != 0 && o.column > 0 && o.result > 0 {
				found = append(found, o)
			}
			depth--
		case c == ':' && blank && depth == query:
			if targets {
				return found
			}
			targets = bytes.HasPrefix(tree[i:], []byte(":targetList "))
		case c == ':' && blank && targets && depth == entry:
			rest := tree[i:]
			switch {
			case bytes.HasPrefix(rest, []byte(":resname ")): // whatever it is, it is no field
				i += len(":resname ")
				for i < len(tree) && tree[i] != ' ' {
					if tree[i] == '\\' {
						i++
					}
					i++
				}
				blank = true
				continue
			case bytes.HasPrefix(rest, []byte(":resno ")):
				o.result = leading(rest[len(":resno "):])
			case bytes.HasPrefix(rest, []byte(":resorigtbl ")):
				o.table = uint32(leading(rest[len(":resorigtbl "):])) //nolint:gosec // oids are 32 bits wide
			case bytes.HasPrefix(rest, []byte(":resorigcol ")):
				o.column = leading(rest[len(":resorigcol "):])
			case bytes.HasPrefix(rest, []byte(":resjunk true")):
				junk = true
			}
		}
		blank = tree[i] == ' '
	}
	return found
}

func leading(b []byte) int { return int(parseInt(leadingDigits(b))) }
