package scan

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/purlieu/purlieu/bus"
	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/server/internal/store"
)

// kindDoc is a kind as it is stored.
type kindDoc struct {
	model.Kind
	// Announced is the hash of the description that a person approved; "" where a build of the account brought it.
	Announced string `json:"announced,omitempty"`
}

// PutKinds writes the descriptions of kinds that this build brings. A stored description of a higher version stays. An approved one
// that takes a name or a type from one of the build's is put out of force, unless a source is of it; either is logged. It is called
// before anything else.
func (s *Service) PutKinds(ctx context.Context, builtin []model.Kind) error {
	s.own, s.ownMarks = map[string]model.Kind{}, map[bus.Mark]bool{}
	for _, kind := range builtin {
		mark, _, err := bus.Describe(kind)
		if err != nil {
			return err
		}
		s.own[kind.Name], s.ownMarks[mark] = kind, true
	}
	var yields []yielding
	err := s.store.Update(ctx, store.People, func(tx store.Tx) (err error) {
		for _, kind := range builtin {
			if err := putKind(ctx, tx, kind); err != nil {
				return fmt.Errorf("write the kind %s: %w", kind.Name, err)
			}
		}
		yields, err = s.yield(ctx, tx, builtin)
		return err
	})
	if err != nil {
		return err
	}
	for _, y := range yields {
		if y.used != nil {
			s.log.Error("an approved kind clashes with one of this build, and stays in force because it is used", "kind", y.kind, "clash", y.clash, "use", y.used)
			continue
		}
		s.log.Error("an approved kind clashes with one of this build, and is out of force", "kind", y.kind, "clash", y.clash)
	}
	return nil
}

func putKind(ctx context.Context, tx store.Tx, kind model.Kind) error {
	var stored kindDoc
	doc, err := load(ctx, tx, DocKind, kind.Name, &stored)
	switch {
	case fault.Is(err, fault.NotFound):
	case err != nil:
		return err
	case stored.Version > kind.Version:
		return nil
	}
	body, err := json.Marshal(kindDoc{Kind: kind})
	if err != nil {
		return err
	}
	if string(body) == string(doc.Body) {
		return nil
	}
	_, err = save(ctx, tx, DocKind, kind.Name, doc.Version, kindDoc{Kind: kind})
	return err
}

// Own reports whether the build of this account brings a kind: then its built-in runtime reads it. One that was told of none
// has no say.
func (s *Service) Own(kind string) bool {
	_, own := s.own[kind]
	return own || s.own == nil
}

// Kinds are the descriptions of all kinds of source that this account knows, by name.
func (s *Service) Kinds(ctx context.Context) ([]model.Kind, error) {
	var kinds []model.Kind
	err := s.store.View(ctx, func(tx store.Tx) error {
		kinds = nil
		docs, _, err := page(ctx, tx, DocKind, "", "", PageLimit)
		if err != nil {
			return err
		}
		for _, doc := range docs {
			var k model.Kind
			if err := json.Unmarshal(doc.Body, &k); err != nil {
				return fmt.Errorf("read the stored kind %q: %w", doc.Key, err)
			}
			kinds = append(kinds, k)
		}
		return nil
	})
	return kinds, err
}

// Kind is the description of one kind.
func (s *Service) Kind(ctx context.Context, name string) (model.Kind, error) {
	var k model.Kind
	err := s.store.View(ctx, func(tx store.Tx) (err error) {
		k, err = kindOf(ctx, tx, name)
		return err
	})
	return k, err
}

func kindOf(ctx context.Context, tx store.Tx, name string) (model.Kind, error) {
	var k model.Kind
	_, err := load(ctx, tx, DocKind, name, &k)
	if fault.Is(err, fault.NotFound) {
		docs, _, lerr := page(ctx, tx, DocKind, "", "", PageLimit)
		if lerr != nil {
			return k, lerr
		}
		names := make([]string, len(docs))
		for i, d := range docs {
			names[i] = d.Key
		}
		return k, fault.New(fault.Invalid, "UnknownKind", "no connector here reads sources of kind %q", clip(name)).
			Try("Use one of %s", strings.Join(names, ", "))
	}
	return k, err
}

// checkScanKind holds a scan's kind to those that its source allows; "" becomes the first.
func checkScanKind(kind model.Kind, scanKind string) (string, error) {
	if scanKind == "" && len(kind.ScanKinds) > 0 {
		return kind.ScanKinds[0], nil
	}
	if !slices.Contains(kind.ScanKinds, scanKind) {
		return "", fault.New(fault.Invalid, "WrongScanKind", "a source of kind %s has no scans of kind %q", kind.Name, clip(scanKind)).
			Try("Use one of %s", strings.Join(kind.ScanKinds, ", "))
	}
	return scanKind, nil
}

// checkLevel fills in the default level, L3 or the deepest that the kind reads, and refuses one that it does not.
func checkLevel(kind model.Kind, level model.Level) (model.Level, error) {
	if len(kind.Levels) == 0 {
		return 0, fault.New(fault.Unsupported, "NoLevels", "sources of kind %s can't be scanned", kind.Name)
	}
	if level == 0 {
		if slices.Contains(kind.Levels, model.L3) {
			return model.L3, nil
		}
		return slices.Max(kind.Levels), nil
	}
	if !slices.Contains(kind.Levels, level) {
		return 0, fault.New(fault.Unsupported, "LevelNotRead", "sources of kind %s are not read at level L%d", kind.Name, level).
			Try("The deepest level is L%d; leave purlieuLevel out to get it", slices.Max(kind.Levels))
	}
	return level, nil
}
