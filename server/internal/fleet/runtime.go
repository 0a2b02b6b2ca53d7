package fleet

import (
	"context"
	"time"

	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/server/internal/store"
)

// Runtime is an integration runtime.
type Runtime struct {
	Name         string
	Kind         model.RuntimeKind
	Description  string
	ID           string // guid
	Created      time.Time
	Modified     time.Time
	ApproveNodes bool // every new node waits for a person
}

type runtimeDoc struct {
	ID           string            `json:"id"`
	Kind         model.RuntimeKind `json:"kind"`
	Description  string            `json:"description,omitempty"`
	ApproveNodes bool              `json:"approveNodes,omitempty"`
	Keys         [2]keyDoc         `json:"keys"`
}

func (d runtimeDoc) view(doc store.Doc) Runtime {
	return Runtime{
		Name: doc.Key, Kind: d.Kind, Description: d.Description, ID: d.ID,
		Created: doc.Created, Modified: doc.Modified, ApproveNodes: d.ApproveNodes,
	}
}

type runtimeIDDoc struct {
	Name string `json:"name"`
}

func noRuntime(name string) error {
	return fault.New(fault.NotFound, "IntegrationRuntimeNotFound", "there is no integration runtime %.80s", name).Try("See purlieu runtime list")
}

func getRuntime(ctx context.Context, tx store.Tx, name string) (runtimeDoc, store.Doc, error) {
	body, doc, err := get[runtimeDoc](ctx, tx, docRuntime, name)
	return body, doc, orElse(err, noRuntime(name))
}

func (s *Service) addRuntime(ctx context.Context, tx store.Tx, name string, kind model.RuntimeKind, description string) error {
	body := runtimeDoc{ID: newGUID(), Kind: kind, Description: description}
	for i := range body.Keys {
		body.Keys[i] = s.newKey(body.ID, i)
	}
	if err := put(ctx, tx, docRuntimeID, body.ID, 0, runtimeIDDoc{name}); err != nil {
		return err
	}
	return put(ctx, tx, docRuntime, name, 0, body)
}

// PutRuntime makes a runtime with two keys, or changes the description of one. Its kind can't change.
func (s *Service) PutRuntime(ctx context.Context, name string, kind model.RuntimeKind, description string) (r Runtime, created bool, err error) {
	if !model.FitName(name) {
		return r, false, fault.New(fault.Invalid, "InvalidName", "%.80q can't be the name of a runtime", name).Try("Use %s", model.NameRule)
	}
	if kind != model.RuntimeSelfHosted && kind != model.RuntimeManaged {
		return r, false, fault.New(fault.Invalid, "InvalidKind", "a runtime's kind is %s or %s", model.RuntimeSelfHosted, model.RuntimeManaged)
	}
	err = s.store.Update(ctx, store.People, func(tx store.Tx) error {
		body, doc, err := get[runtimeDoc](ctx, tx, docRuntime, name)
		created = fault.Is(err, fault.NotFound)
		switch {
		case created:
			if err := s.addRuntime(ctx, tx, name, kind, description); err != nil {
				return err
			}
		case err != nil:
			return err
		case body.Kind != kind:
			return fault.New(fault.Conflict, "KindFixed", "the runtime %s is %s, and that can't change", name, body.Kind)
		default:
			body.Description = description
			if err := put(ctx, tx, docRuntime, name, doc.Version, body); err != nil {
				return err
			}
		}
		body, doc, err = getRuntime(ctx, tx, name)
		r = body.view(doc)
		return err
	})
	return r, created, err
}

// SetApproval says whether new nodes of the runtime wait for a person.
func (s *Service) SetApproval(ctx context.Context, name string, approve bool) error {
	return s.changeRuntime(ctx, name, func(_ store.Tx, body *runtimeDoc) error {
		body.ApproveNodes = approve
		return nil
	})
}

func (s *Service) changeRuntime(ctx context.Context, name string, change func(tx store.Tx, body *runtimeDoc) error) error {
	return s.store.Update(ctx, store.People, func(tx store.Tx) error {
		body, doc, err := getRuntime(ctx, tx, name)
		if err != nil {
			return err
		}
		if err := change(tx, &body); err != nil {
			return err
		}
		return put(ctx, tx, docRuntime, name, doc.Version, body)
	})
}

// DeleteRuntime removes a runtime with its keys and nodes; the nodes are cut at once. The built-in one stays. inUse
// runs in the same transaction and refuses while something needs the runtime; it may be nil.
func (s *Service) DeleteRuntime(ctx context.Context, name string, inUse func(ctx context.Context, tx store.Tx) error) error {
	if name == model.BuiltInRuntime {
		return fault.New(fault.Conflict, "BuiltIn", "the built-in runtime can't be deleted")
	}
	var nodes []string
	err := s.store.Update(ctx, store.People, func(tx store.Tx) error {
		nodes = nil
		body, doc, err := getRuntime(ctx, tx, name)
		if err != nil {
			return err
		}
		if inUse != nil {
			if err := inUse(ctx, tx); err != nil {
				return err
			}
		}
		docs, err := list(ctx, tx, docNode, name+"--")
		if err != nil {
			return err
		}
		for _, node := range docs {
			if err := tx.Docs().Delete(ctx, docNode, node.Key, node.Version); err != nil {
				return err
			}
			if err := s.cfg.OnRemove(ctx, tx, node.Key); err != nil {
				return err
			}
			nodes = append(nodes, node.Key)
		}
		if err := tx.Docs().Delete(ctx, docRuntimeID, body.ID, 0); err != nil {
			return err
		}
		return tx.Docs().Delete(ctx, docRuntime, name, doc.Version)
	})
	if err != nil {
		return err
	}
	for _, node := range nodes {
		s.cut(node)
	}
	return nil
}

// Runtime gives one; NotFound.
func (s *Service) Runtime(ctx context.Context, name string) (Runtime, error) {
	var r Runtime
	err := s.store.View(ctx, func(tx store.Tx) error {
		body, doc, err := getRuntime(ctx, tx, name)
		r = body.view(doc)
		return err
	})
	return r, err
}
