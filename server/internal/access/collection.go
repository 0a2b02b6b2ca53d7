package access

import (
	"context"
	"time"

	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/server/internal/store"
)

// Collection is a node of the tree that sources and assets are kept in.
type Collection struct {
	Name         string `json:"name"`
	FriendlyName string `json:"friendlyName"`
	Description  string `json:"description,omitempty"`
	Parent       string `json:"parent,omitempty"` // "" of the root alone
	CreatedBy    string `json:"createdBy,omitempty"`
	ModifiedBy   string `json:"modifiedBy,omitempty"` // who writes it; set by the caller
	// Created and Modified are the store's; set on what is read, ignored in what is written.
	Created  time.Time `json:"-"`
	Modified time.Time `json:"-"`
}

// maxDepth bounds the tree; it also ends every walk up.
const maxDepth = 32

func noCollection(name string) error {
	return fault.New(fault.NotFound, "CollectionNotFound", "there is no collection %.80s", name)
}

// Collection gives one; NotFound.
func (s *Service) Collection(ctx context.Context, name string) (Collection, error) {
	var c Collection
	err := s.store.View(ctx, func(tx store.Tx) (err error) {
		var doc store.Doc
		c, doc, err = get[Collection](ctx, tx, docCollection, name)
		c.Created, c.Modified = doc.Created, doc.Modified
		return orElse(err, noCollection(name))
	})
	return c, err
}

// Collections gives all, by name.
func (s *Service) Collections(ctx context.Context) ([]Collection, error) {
	var list []Collection
	err := s.store.View(ctx, func(tx store.Tx) error {
		list = nil
		return each(ctx, tx, docCollection, func(doc store.Doc, c Collection) error {
			c.Created, c.Modified = doc.Created, doc.Modified
			list = append(list, c)
			return nil
		})
	})
	return list, err
}

// PutCollection makes a collection or changes it; a changed parent moves it with all below. Invalid when the parent is
// not there, or is the collection itself or below it.
func (s *Service) PutCollection(ctx context.Context, c Collection) (created bool, err error) {
	if !model.FitName(c.Name) {
		return false, fault.New(fault.Invalid, "InvalidCollectionName", "%.80q can't be the name of a collection", c.Name).Try("Use %s", model.NameRule)
	}
	if c.FriendlyName == "" {
		c.FriendlyName = c.Name
	}
	if (c.Name == RootCollection) != (c.Parent == "") {
		return false, fault.New(fault.Invalid, "InvalidParent", "every collection but the root has a parent, and the root has none")
	}
	err = s.store.Update(ctx, store.People, func(tx store.Tx) error {
		if c.Parent != "" {
			up, err := ancestors(ctx, tx, c.Parent)
			if err != nil {
				if fault.Is(err, fault.NotFound) {
					return fault.New(fault.Invalid, "InvalidParent", "the parent collection %.80s does not exist", c.Parent)
				}
				return err
			}
			if len(up) >= maxDepth {
				return fault.New(fault.Invalid, "TooDeep", "collections are nested at most %d deep", maxDepth)
			}
			for _, name := range up {
				if name == c.Name {
					return fault.New(fault.Invalid, "InvalidParent", "the collection %s can't stand below itself", c.Name)
				}
			}
		}
		old, doc, err := get[Collection](ctx, tx, docCollection, c.Name)
		if err != nil && !fault.Is(err, fault.NotFound) {
			return err
		}
		c.CreatedBy = old.CreatedBy
		if created = doc.Version == 0; created {
			c.CreatedBy = c.ModifiedBy
		}
		return put(ctx, tx, docCollection, c.Name, doc.Version, c)
	})
	return created, err
}

// DeleteCollection removes a collection and the roles held on it. Conflict while others stand below it, or inUse says
// so: inUse runs in the same transaction and tells whether sources or assets are in it.
func (s *Service) DeleteCollection(ctx context.Context, name string, inUse func(ctx context.Context, tx store.Tx) error) error {
	if name == RootCollection {
		return fault.New(fault.Conflict, "RootCollection", "the root collection can't be deleted")
	}
	return s.store.Update(ctx, store.People, func(tx store.Tx) error {
		_, doc, err := get[Collection](ctx, tx, docCollection, name)
		if err != nil {
			return orElse(err, noCollection(name))
		}
		err = each(ctx, tx, docCollection, func(_ store.Doc, c Collection) error {
			if c.Parent == name {
				return fault.New(fault.Conflict, "CollectionNotEmpty", "the collection %s has others below it, such as %s", name, c.Name).
					Try("Move or delete them first")
			}
			return nil
		})
		if err == nil && inUse != nil {
			err = inUse(ctx, tx)
		}
		if err != nil {
			return err
		}
		if err := tx.Docs().Delete(ctx, docRole, name, 0); err != nil && !fault.Is(err, fault.NotFound) {
			return err
		}
		return tx.Docs().Delete(ctx, docCollection, name, doc.Version)
	})
}

// ancestors gives the names from the collection up to the root, itself first; NotFound.
func ancestors(ctx context.Context, tx store.Tx, name string) ([]string, error) {
	var up []string
	for name != "" && len(up) <= maxDepth {
		c, _, err := get[Collection](ctx, tx, docCollection, name)
		if err != nil {
			return nil, orElse(err, noCollection(name))
		}
		up = append(up, name)
		name = c.Parent
	}
	return up, nil
}
