package search

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strings"
)

// lookAt is how many names are looked at for words.
const lookAt = 200

// Words implements Searcher. What is completed with comes from the rows of hits, each checked, so that no word of a name
// that the reader may not see is ever offered.
func (s *Service) Words(ctx context.Context, r Request) ([]string, error) {
	limit := r.Limit
	r.Limit, r.NameOnly, r.Uncounted, r.Facets = lookAt, true, true, nil
	found, err := s.Query(ctx, r)
	if err != nil {
		return nil, err
	}
	q := ask(r.Keywords)
	if len(q.terms) == 0 {
		return nil, nil
	}
	last := q.terms[len(q.terms)-1]
	counts := map[string]int{}
	for _, e := range found.Hits {
		w := newWords(mostNameWords)
		w.name(e.Name)
		for _, word := range w.list {
			if strings.HasPrefix(word, last) {
				counts[word]++
			}
		}
	}
	words := slices.SortedFunc(maps.Keys(counts), func(a, b string) int {
		return cmp.Or(cmp.Compare(counts[b], counts[a]), cmp.Compare(len(a), len(b)), cmp.Compare(a, b))
	})
	return words[:min(limit, len(words))], nil
}
