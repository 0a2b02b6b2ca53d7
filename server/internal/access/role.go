package access

import (
	"context"
	"slices"
	"strings"

	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/server/internal/store"
)

// Role is a named set of actions, held on a collection and inherited by those below it.
type Role string

// The roles. Their names are the published ones; network-administrator is ours and is held on the root alone.
const (
	CollectionAdministrator Role = "collection-administrator"
	DataSourceAdministrator Role = "data-source-administrator"
	DataCurator             Role = "data-curator"
	DataReader              Role = "purview-reader"
	NetworkAdministrator    Role = "network-administrator"
)

// Roles gives all roles.
func Roles() []Role {
	return []Role{CollectionAdministrator, DataSourceAdministrator, DataCurator, DataReader, NetworkAdministrator}
}

// Actions are what the role allows, as the published role definitions say. Runtimes count on the root collection only,
// but whoever may set up a source anywhere may see them.
func (r Role) Actions() []Action {
	switch r {
	case CollectionAdministrator:
		return []Action{ReadCollection, WriteCollection}
	case DataSourceAdministrator:
		return []Action{ReadSource, WriteSource, ReadScan, WriteScan, ReadCollection, ReadRuntime, WriteRuntime}
	case DataCurator:
		return []Action{ReadData, WriteData, ReadCollection}
	case DataReader:
		return []Action{ReadData, ReadCollection}
	case NetworkAdministrator:
		return []Action{WriteNetwork}
	}
	return nil
}

// rolesDoc is the roles held on one collection: principals by role.
type rolesDoc struct {
	Holders map[Role][]string `json:"holders"`
	// Cut ends inheritance here: of the roles held above, only collection-administrator still counts here and below, so
	// that nobody is locked out for good.
	Cut bool `json:"cut,omitempty"`
}

func (d rolesDoc) allows(principal string, action Action) bool {
	for role := range d.Holders {
		if d.holds(role, principal, action) {
			return true
		}
	}
	return false
}

// allowsBelowCut is allows as seen from below a cut.
func (d rolesDoc) allowsBelowCut(principal string, action Action) bool {
	return d.holds(CollectionAdministrator, principal, action)
}

func (d rolesDoc) holds(role Role, principal string, action Action) bool {
	return slices.Contains(role.Actions(), action) && slices.Contains(d.Holders[role], principal)
}

func rolesOn(ctx context.Context, tx store.Tx, collection string) (rolesDoc, int64, error) {
	body, doc, err := get[rolesDoc](ctx, tx, docRole, collection)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return body, 0, err
	}
	if body.Holders == nil {
		body.Holders = map[Role][]string{}
	}
	return body, doc.Version, nil
}

// Allow judges whether p may act on the collection, by the roles as they are now. It fails with fault.Denied "Denied",
// naming a role that would allow it; a collection that does not exist looks the same, unless p may see all of them.
// Nodes hold no roles. Network and runtime actions are judged on the root whatever collection is given.
func (s *Service) Allow(ctx context.Context, p Principal, action Action, collection string) error {
	if p.ID == "" || p.Node != "" {
		return denied(action, collection)
	}
	if action == WriteNetwork || action == WriteRuntime {
		collection = RootCollection
	}
	if action == ReadRuntime {
		some, err := s.CollectionsFor(ctx, p, action)
		if err == nil && len(some) == 0 {
			err = denied(action, RootCollection)
		}
		return err
	}
	return s.store.View(ctx, func(tx store.Tx) error {
		up, err := ancestors(ctx, tx, collection)
		if fault.Is(err, fault.NotFound) {
			root, _, rerr := rolesOn(ctx, tx, RootCollection)
			if rerr != nil {
				return rerr
			}
			if root.allows(p.ID, ReadCollection) {
				return err
			}
			return denied(action, collection)
		}
		if err != nil {
			return err
		}
		cut := false
		for _, name := range up {
			roles, _, err := rolesOn(ctx, tx, name)
			if err != nil {
				return err
			}
			if roles.allowsBelowCut(p.ID, action) || (!cut && roles.allows(p.ID, action)) {
				return nil
			}
			cut = cut || roles.Cut
		}
		return denied(action, collection)
	})
}

func denied(action Action, collection string) error {
	var names []string
	for _, role := range Roles() {
		if slices.Contains(role.Actions(), action) {
			names = append(names, string(role))
		}
	}
	return fault.New(fault.Denied, "Denied", "%s on the collection %.80s is not allowed", action, collection).
		Try("Ask a collection administrator for the role %s", strings.Join(names, " or "))
}

// CollectionsFor gives the names of all collections on which p may do the action, sorted; none is no error.
func (s *Service) CollectionsFor(ctx context.Context, p Principal, action Action) ([]string, error) {
	if p.ID == "" || p.Node != "" {
		return nil, nil
	}
	if action == WriteNetwork || action == WriteRuntime {
		if err := s.Allow(ctx, p, action, RootCollection); err != nil {
			if fault.Is(err, fault.Denied) {
				err = nil
			}
			return nil, err
		}
		return []string{RootCollection}, nil
	}
	parents := map[string]string{}
	granted := map[string]grant{}
	err := s.store.View(ctx, func(tx store.Tx) error {
		clear(parents)
		clear(granted)
		err := each(ctx, tx, docCollection, func(_ store.Doc, c Collection) error {
			parents[c.Name] = c.Parent
			return nil
		})
		if err != nil {
			return err
		}
		return each(ctx, tx, docRole, func(doc store.Doc, roles rolesDoc) error {
			granted[doc.Key] = grant{roles.allows(p.ID, action), roles.allowsBelowCut(p.ID, action), roles.Cut}
			return nil
		})
	})
	if err != nil {
		return nil, err
	}
	var names []string
	for name := range parents {
		cut := false
		for at, depth := name, 0; at != "" && depth <= maxDepth; at, depth = parents[at], depth+1 {
			if g := granted[at]; g.belowCut || (!cut && g.here) {
				names = append(names, name)
				break
			}
			cut = cut || granted[at].cut
		}
	}
	slices.Sort(names)
	return names, nil
}

// grant is what the roles held on one collection give a principal.
type grant struct{ here, belowCut, cut bool }

// RolesOn gives who holds which role on the collection itself, not what is inherited.
func (s *Service) RolesOn(ctx context.Context, collection string) (map[Role][]string, error) {
	var roles rolesDoc
	err := s.store.View(ctx, func(tx store.Tx) (err error) {
		if _, _, err = get[Collection](ctx, tx, docCollection, collection); err != nil {
			return orElse(err, noCollection(collection))
		}
		roles, _, err = rolesOn(ctx, tx, collection)
		return err
	})
	return roles.Holders, err
}

// Held is a role that counts on a collection.
type Held struct {
	Role Role
	ID   string // of who holds it
	From string // the collection that it is held on: this one, or one above
}

// RolesCounting gives the roles that count on the collection, with where they are held: its own first, then upwards, in
// the order of Roles. A role that counts for the whole account (network-administrator) stands at the root alone.
func (s *Service) RolesCounting(ctx context.Context, collection string) (list []Held, err error) {
	err = s.store.View(ctx, func(tx store.Tx) error {
		list = nil
		up, err := ancestors(ctx, tx, collection)
		if err != nil {
			return err
		}
		cut := false
		for _, at := range up {
			roles, _, err := rolesOn(ctx, tx, at)
			if err != nil {
				return err
			}
			for _, role := range Roles() {
				if (cut && role != CollectionAdministrator) || (role == NetworkAdministrator && collection != RootCollection) {
					continue
				}
				for _, id := range roles.Holders[role] {
					list = append(list, Held{role, id, at})
				}
			}
			cut = cut || roles.Cut
		}
		return nil
	})
	return list, err
}

// Assign gives a person or app a role on a collection. One that is held already is no error.
func (s *Service) Assign(ctx context.Context, collection string, role Role, principal string) error {
	return s.store.Update(ctx, store.People, func(tx store.Tx) error {
		return assign(ctx, tx, collection, role, principal)
	})
}

func assign(ctx context.Context, tx store.Tx, collection string, role Role, principal string) error {
	if role.Actions() == nil {
		return fault.New(fault.Invalid, "UnknownRole", "there is no role %.80q", string(role))
	}
	if role == NetworkAdministrator && collection != RootCollection {
		return fault.New(fault.Invalid, "RootRole", "the role %s is held on the root collection only", role)
	}
	if _, _, err := get[Collection](ctx, tx, docCollection, collection); err != nil {
		return orElse(err, noCollection(collection))
	}
	if err := knownPrincipal(ctx, tx, principal); err != nil {
		return err
	}
	roles, version, err := rolesOn(ctx, tx, collection)
	if err != nil || slices.Contains(roles.Holders[role], principal) {
		return err
	}
	roles.Holders[role] = append(roles.Holders[role], principal)
	slices.Sort(roles.Holders[role])
	return put(ctx, tx, docRole, collection, version, roles)
}

func knownPrincipal(ctx context.Context, tx store.Tx, principal string) error {
	kind := docApp
	id, ok := strings.CutPrefix(principal, appPrefix)
	if !ok {
		kind = docUser
		id, ok = strings.CutPrefix(principal, userPrefix)
	}
	unknown := fault.New(fault.NotFound, "PrincipalNotFound", "there is no user or app %.80s", principal)
	if !ok {
		return unknown
	}
	_, err := tx.Docs().Get(ctx, kind, id)
	return orElse(err, unknown)
}

// Unassign takes a role away; one that is not held is no error. Conflict when nobody would be left who can give roles
// on the root.
func (s *Service) Unassign(ctx context.Context, collection string, role Role, principal string) error {
	return s.store.Update(ctx, store.People, func(tx store.Tx) error {
		roles, version, err := rolesOn(ctx, tx, collection)
		if err != nil {
			return err
		}
		i := slices.Index(roles.Holders[role], principal)
		if i < 0 {
			return nil
		}
		roles.Holders[role] = slices.Delete(roles.Holders[role], i, i+1)
		if err := put(ctx, tx, docRole, collection, version, roles); err != nil {
			return err
		}
		return s.keepAdministrator(ctx, tx)
	})
}

// keepAdministrator refuses a change after which no enabled user could give roles on the root.
func (s *Service) keepAdministrator(ctx context.Context, tx store.Tx) error {
	roles, _, err := rolesOn(ctx, tx, RootCollection)
	if err != nil {
		return err
	}
	for _, principal := range roles.Holders[CollectionAdministrator] {
		id, ok := strings.CutPrefix(principal, userPrefix)
		if !ok {
			continue
		}
		user, _, err := get[userDoc](ctx, tx, docUser, id)
		if err == nil && !user.Disabled && user.Hash != "" {
			return nil
		}
		if err != nil && !fault.Is(err, fault.NotFound) {
			return err
		}
	}
	return fault.New(fault.Conflict, "LastAdministrator", "nobody would be left who administers the root collection").
		Try("Give another user the role %s on the root first", CollectionAdministrator)
}

// dropPrincipal takes all roles of a principal away.
func dropPrincipal(ctx context.Context, tx store.Tx, principal string) error {
	type change struct {
		doc  store.Doc
		body rolesDoc
	}
	var changes []change
	err := each(ctx, tx, docRole, func(doc store.Doc, body rolesDoc) error {
		held := false
		for role, holders := range body.Holders {
			if i := slices.Index(holders, principal); i >= 0 {
				body.Holders[role], held = slices.Delete(holders, i, i+1), true
			}
		}
		if held {
			changes = append(changes, change{doc, body})
		}
		return nil
	})
	for _, c := range changes {
		if err == nil {
			err = put(ctx, tx, docRole, c.doc.Key, c.doc.Version, c.body)
		}
	}
	return err
}

// RolesOf gives the roles that a principal holds itself, by collection.
func (s *Service) RolesOf(ctx context.Context, principal string) (map[string][]Role, error) {
	out := map[string][]Role{}
	err := s.store.View(ctx, func(tx store.Tx) error {
		clear(out)
		return each(ctx, tx, docRole, func(doc store.Doc, body rolesDoc) error {
			for _, role := range Roles() {
				if slices.Contains(body.Holders[role], principal) {
					out[doc.Key] = append(out[doc.Key], role)
				}
			}
			return nil
		})
	})
	return out, err
}
