package scan

import (
	"context"
	"crypto/sha256"
	"fmt"
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

// Bounds of one look.
const (
	maxTwins  = 100  // that are told
	maxLooked = 1000 // that are looked at for each trait
)

// Twins lists the twins of a source that stand in a collection that may be told, those by identity first, by name.
// NotFound where there is no such source.
func (s *Service) Twins(ctx context.Context, source string, may func(collection string) bool) (list []Twin, err error) {
	err = s.store.View(ctx, func(tx store.Tx) error {
		list, err = twinsOf(ctx, tx, source, may)
		return err
	})
	return list, err
}

func twinsOf(ctx context.Context, tx store.Tx, source string, may func(collection string) bool) ([]Twin, error) {
	src, err := sourceOf(ctx, tx, source)
	if err != nil {
		return nil, err
	}
	own, system, err := traitsOf(ctx, tx, src)
	if err != nil {
		return nil, err
	}
	var list []Twin
	for _, shared := range own {
		for after, looked := "", 0; looked < maxLooked; looked += maxTwins {
			docs, next, err := page(ctx, tx, docTrait, shared.key(""), after, maxTwins)
			if err != nil {
				return nil, err
			}
			for _, doc := range docs {
				name := strings.TrimPrefix(doc.Key, shared.key(""))
				if name == source || slices.ContainsFunc(list, func(t Twin) bool { return t.Source == name }) {
					continue
				}
				collection, is, err := sharing(ctx, tx, name, shared, system)
				if err != nil {
					return nil, err
				}
				if is && may(collection) {
					list = append(list, Twin{Source: name, Collection: collection, By: shared.by})
				}
				if len(list) == maxTwins {
					return list, nil
				}
			}
			if after = next; after == "" {
				break
			}
		}
	}
	return list, nil
}

// sharing reports whether a source has the trait now, where what stands in its key may be from before it changed, and does
// not say that it is another system.
func sharing(ctx context.Context, tx store.Tx, name string, t trait, system string) (collection string, is bool, err error) {
	src, err := sourceOf(ctx, tx, name)
	if fault.Is(err, fault.NotFound) {
		return "", false, nil
	}
	if err != nil {
		return "", false, err
	}
	has, says, err := traitsOf(ctx, tx, src)
	if err != nil {
		return "", false, err
	}
	differ := model.Identity{System: says}.Other(model.Identity{System: system})
	return src.Collection, !differ && slices.Contains(has, t), nil
}

// trait is what a source can have in common with others: what it says that it is, or an address where it is dialled.
type trait struct {
	by            TwinBy
	scheme, value string // scheme of the authority: kinds that share it read one system
}

// key is where the trait of a source is found. Its value is there as a hash: an address can be as long as a setting may and
// hold anything, and an index of PostgreSQL takes keys of some 2,700 bytes. So no part but the last can hold a space.
func (t trait) key(source string) string {
	return fmt.Sprintf("%s %s %x %s", t.by, t.scheme, sha256.Sum256([]byte(t.value)), source)
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
