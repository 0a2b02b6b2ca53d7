package scan

import (
	"context"
	"slices"
	"strings"

	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/server/internal/store"
)

// TwinBy says what tells that two sources are one.
type TwinBy string

// What tells it.
const (
	TwinByIdentity TwinBy = "identity" // each says of itself that it is the same system
	TwinByAddress  TwinBy = "address"  // both are dialled at one address, and neither says that they differ
)

// Twin is another source that is, as far as can be told, the same one under another authority. Copies of a system can
// say the same of themselves, and one private address can be two in two networks: people decide.
type Twin struct {
	Source     string
	Collection string // of that source: who may not read it there is not told
	By         TwinBy
}

// maxTwins bounds how many twins are looked for.
const maxTwins = 100

// Twins lists the twins of a source, those by identity first, by name. NotFound where there is no such source.
func (s *Service) Twins(ctx context.Context, source string) (list []Twin, err error) {
	err = s.store.View(ctx, func(tx store.Tx) error {
		list, err = twinsOf(ctx, tx, source)
		return err
	})
	return list, err
}

func twinsOf(ctx context.Context, tx store.Tx, source string) ([]Twin, error) {
	src, err := sourceOf(ctx, tx, source)
	if err != nil {
		return nil, err
	}
	own, system, err := traitsOf(ctx, tx, src)
	if err != nil {
		return nil, err
	}
	var list []Twin
	for _, trait := range own {
		docs, _, err := page(ctx, tx, docTrait, trait.key(""), "", maxTwins)
		if err != nil {
			return nil, err
		}
		for _, doc := range docs {
			name := strings.TrimPrefix(doc.Key, trait.key(""))
			if name == source || slices.ContainsFunc(list, func(t Twin) bool { return t.Source == name }) {
				continue
			}
			other, err := sourceOf(ctx, tx, name)
			if fault.Is(err, fault.NotFound) {
				continue
			}
			if err != nil {
				return nil, err
			}
			has, says, err := traitsOf(ctx, tx, other)
			if err != nil {
				return nil, err
			}
			differ := model.Identity{System: says}.Other(model.Identity{System: system})
			if !differ && slices.Contains(has, trait) { // what stands there may be from before the other one changed
				list = append(list, Twin{Source: name, Collection: other.Collection, By: trait.by})
			}
		}
	}
	return list, nil
}

// trait is what a source can have in common with others: what it says that it is, or an address where it is dialled.
type trait struct {
	by            TwinBy
	scheme, value string // scheme of the authority: kinds that share it read one system
}

// key is where the trait of a source is found. No part but the last can hold a space.
func (t trait) key(source string) string {
	return strings.Join([]string{string(t.by), t.scheme, t.value, source}, " ")
}

// traitsOf are those of a source as it is now, and what it says that it is.
func traitsOf(ctx context.Context, tx store.Tx, src model.Source) (list []trait, system string, err error) {
	scheme, _, _ := strings.Cut(src.Authority, "://")
	if system, _, err = identityOf(ctx, tx, src.Name); err != nil {
		return nil, "", err
	}
	if system != "" {
		list = append(list, trait{TwinByIdentity, scheme, system})
	}
	kind, err := kindOf(ctx, tx, src.Kind)
	if err != nil && fault.CodeOf(err) != "UnknownKind" {
		return nil, "", err
	}
	for _, dial := range kind.Dials {
		target, err := dial.Expand(func(field string) string { return kind.Get(src.Settings, field) })
		if err == nil && target != "" { // else a newer description of the kind asks for more than the source says
			list = append(list, trait{TwinByAddress, scheme, strings.ToLower(target)})
		}
	}
	return list, system, nil
}

// noteTraits writes down what a source has in common with others now; before is what it had. A source from before this
// was kept is noted when it is planned.
func noteTraits(ctx context.Context, tx store.Tx, source string, before, now []trait) error {
	for _, t := range before {
		if slices.Contains(now, t) {
			continue
		}
		if err := tx.Docs().Delete(ctx, docTrait, t.key(source), 0); err != nil && !fault.Is(err, fault.NotFound) {
			return err
		}
	}
	for _, t := range now {
		_, err := tx.Docs().Get(ctx, docTrait, t.key(source))
		if fault.Is(err, fault.NotFound) {
			_, err = save(ctx, tx, docTrait, t.key(source), 0, true)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// noteSource notes what a source that is there has in common with others.
func noteSource(ctx context.Context, tx store.Tx, source string, before []trait) error {
	src, err := sourceOf(ctx, tx, source)
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	now, _, err := traitsOf(ctx, tx, src)
	if err != nil {
		return err
	}
	return noteTraits(ctx, tx, source, before, now)
}
