package survey

import (
	"cmp"
	"slices"
	"strings"

	"github.com/purlieu/purlieu/bus"
	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/model"
)

// grown adds to the piece and sends it when it is big enough.
func (s *surveyor) grown(size, elements int) error {
	s.size, s.elements = s.size+size, s.elements+elements
	if s.size < pieceBytes && s.piece.Assets() < pieceAssets && s.elements < pieceElements {
		return nil
	}
	return s.flush()
}

func (s *surveyor) flush() error {
	s.size, s.elements = 0, 0
	if s.piece.Empty() {
		return nil
	}
	defer s.piece.Reset()
	if err := s.send(&s.piece); err != nil {
		s.broken = fault.New(fault.Internal, "PipeBroken", "the facts could not be handed on").Because(err)
	}
	return s.broken
}

// finish sends folded gaps, bitmaps in the order of their containers, and what is left.
func (s *surveyor) finish() error {
	folded := make([]model.Gap, 0, len(s.folded))
	for g, all := range s.folded {
		g.Count, g.Remedy = all.count, all.remedy
		folded = append(folded, g)
	}
	slices.SortFunc(folded, func(a, b model.Gap) int {
		return cmp.Or(cmp.Compare(a.Code, b.Code), cmp.Compare(a.State, b.State), cmp.Compare(a.Facet, b.Facet))
	})
	for _, g := range folded {
		s.piece.Gaps = append(s.piece.Gaps, g)
		if err := s.grown(64+len(g.Remedy), 1); err != nil {
			return err
		}
	}
	containers := make([]string, 0, len(s.base.listings))
	for c, l := range s.base.listings {
		if l.any {
			containers = append(containers, c)
		}
	}
	slices.Sort(containers)
	for _, c := range containers {
		l := s.base.listings[c]
		bits := l.bits()
		s.piece.Seen = append(s.piece.Seen, bus.Seen{Container: c, Generation: l.generation, Bits: bits})
		if err := s.grown(64+len(c)+len(bits), 1); err != nil {
			return err
		}
	}
	return s.flush()
}

// listing is what was listed, in order, as it travels.
func (s *surveyor) listing() []byte {
	if len(s.listed) == 0 {
		return nil
	}
	list := make([]model.Listed, 0, len(s.listed))
	for c, whole := range s.listed {
		list = append(list, model.Listed{Container: c, Whole: whole})
	}
	slices.SortFunc(list, func(a, b model.Listed) int { return strings.Compare(a.Container, b.Container) })
	out, err := bus.Encode(list)
	if err != nil {
		return nil
	}
	return out
}
