package model

import "strings"

// Near is the name that somebody may have meant who wrote another: one that differs in case alone, begins so or is the
// beginning, or is a few letters off. "" when none is near.
func Near(written string, names []string) string {
	w := strings.ToLower(written)
	best, least := "", max(1, len(w)/3)+1
	for _, name := range names {
		n := strings.ToLower(name)
		off := lettersOff(w, n)
		if w != "" && (strings.HasPrefix(n, w) || n != "" && strings.HasPrefix(w, n)) {
			off = min(off, 1)
		}
		if off < least {
			best, least = name, off
		}
	}
	return best
}

// lettersOff counts the bytes that are put in, taken away, written over or swapped with the next from one text to the other.
func lettersOff(a, b string) int {
	before, above, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		before, above, row = above, row, before
		row[0] = i + 1
		for j := range len(b) {
			cost := above[j]
			if a[i] != b[j] {
				cost++
			}
			row[j+1] = min(cost, row[j]+1, above[j+1]+1)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				row[j+1] = min(row[j+1], before[j-1]+1)
			}
		}
	}
	return row[len(b)]
}
