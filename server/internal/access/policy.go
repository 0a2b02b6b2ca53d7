package access

import (
	"context"
	"slices"
	"strings"

	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/server/internal/store"
)

// Policy is the roles of one collection, whole.
type Policy struct {
	Collection Collection
	Holders    map[Role][]string
	Inherits   bool  // roles held above count here; collection-administrator always does
	Version    int64 // counts the writes, from 0
}

// Policy gives the roles held on a collection; NotFound.
func (s *Service) Policy(ctx context.Context, collection string) (out Policy, err error) {
	err = s.store.View(ctx, func(tx store.Tx) error {
		out, err = policyOf(ctx, tx, collection)
		return err
	})
	return out, err
}

func policyOf(ctx context.Context, tx store.Tx, collection string) (Policy, error) {
	c, doc, err := get[Collection](ctx, tx, docCollection, collection)
	if err != nil {
		return Policy{}, orElse(err, noCollection(collection))
	}
	c.Created, c.Modified = doc.Created, doc.Modified
	roles, version, err := rolesOn(ctx, tx, collection)
	return Policy{Collection: c, Holders: roles.Holders, Inherits: !roles.Cut, Version: version}, err
}

// PutPolicy writes the roles of a collection whole. Version is the one that was read: Conflict when another was written
// since; -1 takes any. A role without an entry in Holders stays as it is.
func (s *Service) PutPolicy(ctx context.Context, p Policy) (out Policy, err error) {
	err = s.store.Update(ctx, store.People, func(tx store.Tx) error {
		out, err = s.putPolicy(ctx, tx, p)
		return err
	})
	return out, err
}

func (s *Service) putPolicy(ctx context.Context, tx store.Tx, p Policy) (Policy, error) {
	name := p.Collection.Name
	if _, _, err := get[Collection](ctx, tx, docCollection, name); err != nil {
		return Policy{}, orElse(err, noCollection(name))
	}
	roles, version, err := rolesOn(ctx, tx, name)
	if err != nil {
		return Policy{}, err
	}
	if p.Version >= 0 && p.Version != version {
		return Policy{}, fault.New(fault.Conflict, "PolicyChanged", "the roles on %s were changed since version %d was read", name, p.Version).
			Try("Read them again, and make your change to what is there")
	}
	if name == RootCollection && !p.Inherits {
		return Policy{}, fault.New(fault.Invalid, "RootInherits", "the root collection has nothing above it to inherit from")
	}
	for role, holders := range p.Holders {
		if role.Actions() == nil {
			return Policy{}, fault.New(fault.Invalid, "UnknownRole", "there is no role %.80q", string(role))
		}
		if role == NetworkAdministrator && name != RootCollection {
			return Policy{}, fault.New(fault.Invalid, "RootRole", "the role %s is held on the root collection only", role)
		}
		for _, holder := range holders {
			if err := knownPrincipal(ctx, tx, holder); err != nil {
				return Policy{}, err
			}
		}
		holders = slices.Clone(holders)
		slices.Sort(holders)
		roles.Holders[role] = slices.Compact(holders)
	}
	roles.Cut = !p.Inherits
	if err := put(ctx, tx, docRole, name, version, roles); err != nil {
		return Policy{}, err
	}
	if err := s.keepAdministrator(ctx, tx); err != nil {
		return Policy{}, err
	}
	return policyOf(ctx, tx, name)
}

// SetInherits says whether roles held above a collection count on it and below.
func (s *Service) SetInherits(ctx context.Context, collection string, inherits bool) error {
	_, err := s.PutPolicy(ctx, Policy{Collection: Collection{Name: collection}, Inherits: inherits, Version: -1})
	return err
}

// Holder is who may hold roles: a person or an app.
type Holder struct{ ID, Name string }

// FindHolders gives people and apps whose name or id begins so, without regard to case; at most limit.
func (s *Service) FindHolders(ctx context.Context, begins string, limit int) (list []Holder, err error) {
	begins = strings.ToLower(begins)
	add := func(id, name string) {
		_, bare, _ := strings.Cut(id, ":")
		if len(list) < limit && (strings.HasPrefix(strings.ToLower(name), begins) || strings.HasPrefix(bare, begins) || id == begins) {
			list = append(list, Holder{id, name})
		}
	}
	users, err := s.Users(ctx)
	if err != nil {
		return nil, err
	}
	for _, u := range users {
		add(u.ID, u.Name)
	}
	apps, err := s.Apps(ctx)
	for _, a := range apps {
		add(a.ID, a.Name)
	}
	return list, err
}

// NamesOf gives the people and apps that are called by these ids; what is not there any more is left out.
func (s *Service) NamesOf(ctx context.Context, ids []string) (list []Holder, err error) {
	err = s.store.View(ctx, func(tx store.Tx) error {
		list = nil
		for _, id := range ids {
			name, err := nameOf(ctx, tx, id)
			if fault.Is(err, fault.NotFound) {
				continue
			}
			if err != nil {
				return err
			}
			list = append(list, Holder{id, name})
		}
		return nil
	})
	return list, err
}

// nameOf is the name of a user or an app; NotFound.
func nameOf(ctx context.Context, tx store.Tx, principal string) (string, error) {
	if id, ok := strings.CutPrefix(principal, userPrefix); ok {
		body, _, err := get[userDoc](ctx, tx, docUser, id)
		return body.Name, err
	}
	body, _, err := get[appDoc](ctx, tx, docApp, strings.TrimPrefix(principal, appPrefix))
	return body.Name, err
}

// HolderOf gives the principal of a bare guid, as published policies name people and apps; NotFound.
func (s *Service) HolderOf(ctx context.Context, guid string) (principal string, err error) {
	err = s.store.View(ctx, func(tx store.Tx) error {
		for _, prefix := range []string{userPrefix, appPrefix} {
			if err = knownPrincipal(ctx, tx, prefix+guid); !fault.Is(err, fault.NotFound) {
				principal = prefix + guid
				return err
			}
		}
		return fault.New(fault.NotFound, "PrincipalNotFound", "there is no user or app %.80s", guid)
	})
	return principal, err
}
