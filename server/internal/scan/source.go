package scan

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"

	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/server/internal/store"
)

// AuthorityTaken is the cause of a Conflict: another source has the authority. A door names that source only to a
// caller who may see it.
type AuthorityTaken struct{ Source, Collection string }

// Error names the other source; it is for doors and logs.
func (e *AuthorityTaken) Error() string { return "the authority belongs to the source " + e.Source }

// PutSource registers a source, or replaces the settings of one. Its authority is fixed at registration: settings
// that would change it are a Conflict, and so is an authority that another source has (the cause is AuthorityTaken).
func (s *Service) PutSource(ctx context.Context, src model.Source) (out model.Source, created bool, err error) {
	if err := checkName("source", src.Name); err != nil {
		return out, false, err
	}
	if err := checkKept(src.Wire); err != nil {
		return out, false, err
	}
	err = s.store.Update(ctx, store.People, func(tx store.Tx) error {
		out, created, err = putSource(ctx, tx, src)
		return err
	})
	return out, created, err
}

func putSource(ctx context.Context, tx store.Tx, src model.Source) (model.Source, bool, error) {
	src.Settings = maps.Clone(src.Settings)
	kind, err := kindOf(ctx, tx, src.Kind)
	if err != nil {
		return src, false, err
	}
	if err := checkSettings(kind.Settings, src.Settings, "a source of kind "+kind.Name); err != nil {
		return src, false, fault.At(err, "properties")
	}
	if err := checkFolder(kind, src.Settings); err != nil {
		return src, false, fault.At(err, "properties")
	}
	if err := checkWindows(src.Windows); err != nil {
		return src, false, fault.At(err, "properties")
	}
	var old model.Source
	doc, err := load(ctx, tx, DocSource, src.Name, &old)
	created := fault.Is(err, fault.NotFound)
	switch {
	case created:
		src.Authority, err = authorityOf(kind, src.Settings)
		err = fault.At(err, "properties")
	case err == nil:
		err = keepAuthority(kind, old, &src)
	}
	if err != nil {
		return src, false, err
	}
	if created {
		if err := takeAuthority(ctx, tx, src); err != nil {
			return src, false, err
		}
	}
	src.ID = "datasources/" + src.Name
	var before []trait
	if !created {
		if before, _, err = traitsOf(ctx, tx, old); err != nil {
			return src, false, err
		}
	}
	doc, err = save(ctx, tx, DocSource, src.Name, doc.Version, src)
	if err == nil {
		err = windowsChanged(ctx, tx, src.Name, old.Windows, src.Windows)
	}
	if err == nil {
		err = noteSource(ctx, tx, src.Name, before)
	}
	if err != nil {
		return src, false, fmt.Errorf("store the source %s: %w", src.Name, err)
	}
	src.Created, src.Modified = doc.Created, doc.Modified
	return src, created, nil
}

// keepAuthority refuses a change of what the source is, and lets a named source change its address.
func keepAuthority(kind model.Kind, old model.Source, src *model.Source) error {
	if src.Kind != old.Kind {
		return fault.New(fault.Conflict, "KindFixed", "the source %q is of kind %s; a source keeps its kind", old.Name, old.Kind).
			Try("Register it under another name")
	}
	if src.Settings[SettingAuthority] == "" && old.Settings[SettingAuthority] != "" {
		if src.Settings == nil {
			src.Settings = model.Settings{}
		}
		src.Settings[SettingAuthority] = old.Settings[SettingAuthority]
	}
	next, err := authorityOf(kind, src.Settings)
	var f *fault.Error
	switch {
	case errors.As(err, &f) && f.Code == "AuthorityNeeded": // it has one: no new one is asked for
		err = staysWhatItIs(old, "these settings alone do not say so: "+f.Text)
	case err == nil && next != old.Authority:
		err = staysWhatItIs(old, "these settings would make it "+next)
	}
	src.Authority = old.Authority
	return fault.At(err, "properties")
}

// staysWhatItIs refuses settings that say another authority than the source has, or none.
func staysWhatItIs(old model.Source, why string) error {
	return fault.At(fault.New(fault.Conflict, "AuthorityFixed", "the source %q is %s; %s", old.Name, old.Authority, why).
		Try("If it is the same source at a new address, say that it keeps its authority (--authority %q, or properties.%s); else register it under another name", old.Authority, SettingAuthority), SettingAuthority)
}

func takeAuthority(ctx context.Context, tx store.Tx, src model.Source) error {
	var holder string
	_, err := load(ctx, tx, DocAuthority, src.Authority, &holder)
	if fault.Is(err, fault.NotFound) {
		_, err = save(ctx, tx, DocAuthority, src.Authority, 0, src.Name)
		return err
	}
	if err != nil {
		return err
	}
	var other model.Source
	if _, err := load(ctx, tx, DocSource, holder, &other); err != nil {
		return fmt.Errorf("read the source that has %s: %w", src.Authority, err)
	}
	return fault.New(fault.Conflict, "AuthorityTaken", "another source of this account already is %s", src.Authority).
		Try("Use that source, or give this one a name of its own if it really is another (--authority, or properties.%s)", SettingAuthority).
		Because(&AuthorityTaken{Source: holder, Collection: other.Collection})
}

// Source is one source by name.
func (s *Service) Source(ctx context.Context, name string) (src model.Source, err error) {
	err = s.store.View(ctx, func(tx store.Tx) error {
		src, err = sourceOf(ctx, tx, name)
		return err
	})
	return src, err
}

func sourceOf(ctx context.Context, tx store.Tx, name string) (model.Source, error) {
	var src model.Source
	doc, err := load(ctx, tx, DocSource, name, &src)
	src.Created, src.Modified = doc.Created, doc.Modified
	return src, missing(err, "source", name)
}

// ListSources gives sources by name, after a name, and the cursor of the next page ("" at the end).
func (s *Service) ListSources(ctx context.Context, after string, limit int) (list []model.Source, next string, err error) {
	err = s.store.View(ctx, func(tx store.Tx) error {
		docs, cursor, err := page(ctx, tx, DocSource, "", after, limit)
		if err != nil {
			return err
		}
		list, next = make([]model.Source, len(docs)), cursor
		for i, doc := range docs {
			if err := json.Unmarshal(doc.Body, &list[i]); err != nil {
				return fmt.Errorf("read the stored source %q: %w", doc.Key, err)
			}
			list[i].Created, list[i].Modified = doc.Created, doc.Modified
		}
		return nil
	})
	return list, next, err
}

// DeleteSource forgets a source. Its assets stay in the map. It is a Conflict while the source has scans: their
// definitions are work that a slip should not take along.
func (s *Service) DeleteSource(ctx context.Context, name string) error {
	return s.store.Update(ctx, store.People, func(tx store.Tx) error {
		src, err := sourceOf(ctx, tx, name)
		if err != nil {
			return err
		}
		scans, _, err := page(ctx, tx, DocScan, name+"/", "", 1)
		if err != nil {
			return err
		}
		if len(scans) > 0 {
			return fault.New(fault.Conflict, "SourceHasScans", "the source %q still has scans", name).
				Try("Delete its scans first (purlieu scan list %s)", name)
		}
		if err := tx.Docs().Delete(ctx, DocAuthority, src.Authority, 0); err != nil && !fault.Is(err, fault.NotFound) {
			return fmt.Errorf("free the authority of %s: %w", name, err)
		}
		traits, _, err := traitsOf(ctx, tx, src)
		if err != nil {
			return err
		}
		if err := noteTraits(ctx, tx, name, traits, nil); err != nil {
			return fmt.Errorf("forget what %s has in common with others: %w", name, err)
		}
		if err := tx.Docs().Delete(ctx, docIdentity, name, 0); err != nil && !fault.Is(err, fault.NotFound) {
			return fmt.Errorf("forget the identity of %s: %w", name, err)
		}
		if err := windowsChanged(ctx, tx, name, src.Windows, nil); err != nil {
			return err
		}
		return tx.Docs().Delete(ctx, DocSource, name, 0)
	})
}
