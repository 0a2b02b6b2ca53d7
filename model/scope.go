package model

import (
	"strings"
	"unicode/utf8"
)

// Match reports whether the asset or container at path is in scope.
// A path above an included pattern is in scope too, since the way to it leads through; one below an included
// pattern is in scope; an excluded path takes everything below it out.
func (s Scope) Match(path string) bool {
	if len(s.Exclude) == 0 && len(s.Include) == 0 {
		return true
	}
	names := splitPath(path)
	for _, p := range s.Exclude {
		if pat := splitPath(p); len(pat) <= len(names) && matchNames(pat, names[:len(pat)]) {
			return false
		}
	}
	if len(s.Include) == 0 {
		return true
	}
	for _, p := range s.Include {
		pat := splitPath(p)
		n := min(len(pat), len(names))
		if matchNames(pat[:n], names[:n]) {
			return true
		}
	}
	return false
}

func splitPath(p string) []string {
	if p == "" {
		return nil
	}
	return strings.Split(p, "/")
}

func matchNames(patterns, names []string) bool {
	for i := range patterns {
		if !matchName(patterns[i], names[i]) {
			return false
		}
	}
	return true
}

// matchName matches one name against one pattern with '*' and '?', in no space and at most len*len time. '?' is one
// character, of however many bytes; a byte that is no UTF-8 counts as one.
func matchName(pattern, name string) bool {
	p, n, star, mark := 0, 0, -1, 0
	for n < len(name) {
		switch {
		case p < len(pattern) && pattern[p] == '*':
			star, mark = p, n
			p++
		case p < len(pattern) && pattern[p] == '?':
			_, size := utf8.DecodeRuneInString(name[n:])
			p++
			n += size
		case p < len(pattern) && pattern[p] == name[n]:
			p++
			n++
		case star >= 0:
			_, size := utf8.DecodeRuneInString(name[mark:])
			mark += size
			p, n = star+1, mark
		default:
			return false
		}
	}
	for p < len(pattern) && pattern[p] == '*' {
		p++
	}
	return p == len(pattern)
}
