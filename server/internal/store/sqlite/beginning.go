package sqlite

import (
	"context"
	"database/sql"
	"strings"
	"unicode/utf8"
)

// listed are the lengths, with the mark, at which the index keeps a list of what begins so (migration 1): it goes through
// such a list match by match. For any other beginning it first reads and sorts all there is of all its words, however few
// matches are asked for.
func listed() []int { return []int{2, 4, 6, 9} }

// How many words, or longer beginnings that are listed, stand for a beginning that is not, and how many places of words one
// look at the vocabulary reads: a word that stands in more entities is passed over by the next look.
const (
	mostBeginnings = 40
	lookAhead      = 48
)

// beginning is the expression that a word begins so. One that is not listed is put together from the words that begin so
// and the longer beginnings that are; heavy tells that these are too many, and the engine must read them all.
func (x index) beginning(ctx context.Context, where byte, word string) (text string, heavy bool, err error) {
	begins := string(where) + word
	longer := 0
	for _, n := range listed() {
		switch chars := utf8.RuneCountInString(begins); {
		case n == chars:
			return phrase(where, word, true), false, nil
		case n > chars && longer == 0:
			longer = n
		}
	}
	var some []string
	next := begins
	for more := true; more; {
		read := 0
		err := x.each(ctx, `select term from temp.vocabulary where term >= ? limit ?`, []any{next, lookAhead}, func(rows *sql.Rows) error {
			var term string
			err := rows.Scan(&term)
			if read++; err != nil || !more || term < next {
				return err
			}
			if more = strings.HasPrefix(term, begins) && len(some) <= mostBeginnings; !more {
				return nil
			}
			short, whole := firstRunes(term, longer)
			if some = append(some, phrase(where, short[1:], !whole)); whole {
				next = term + "\x01" // no word has that character
			} else {
				next = short + "\xff" // behind all that begins so
			}
			return nil
		})
		if err != nil {
			return "", false, err
		}
		more = more && read == lookAhead
	}
	switch {
	case len(some) == 0: // nothing does
		return phrase(where, word, false), false, nil
	case len(some) > mostBeginnings:
		return phrase(where, word, true), true, nil
	}
	return `(` + strings.Join(some, ` OR `) + `)`, false, nil
}

// firstRunes is the beginning of a word that has n runes, or all of a word that is shorter; of 0 all as well.
func firstRunes(word string, n int) (short string, whole bool) {
	at := 0
	for i := range word {
		if at == n && n > 0 {
			return word[:i], false
		}
		at++
	}
	return word, at < n || n == 0
}
