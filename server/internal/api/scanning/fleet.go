package scanning

import (
	"context"
	"slices"
	"strings"

	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/server/internal/fleet"
	"github.com/purlieu/purlieu/server/internal/scan"
	"github.com/purlieu/purlieu/server/internal/store"
)

// Fleet shows the fleet room's runtimes as this plane wants them. A runtime that a scan names can't be deleted: InUse
// says so, in the transaction that would delete it.
type Fleet struct {
	Room  *fleet.Service
	InUse func(ctx context.Context, tx store.Tx, runtime string) error
}

// PutRuntime makes a runtime, or changes its description.
func (f Fleet) PutRuntime(ctx context.Context, name string, kind model.RuntimeKind, description string) (Runtime, bool, error) {
	rt, created, err := f.Room.PutRuntime(ctx, name, kind, description)
	return runtimeFrom(rt), created, err
}

// Runtime is one with its nodes.
func (f Fleet) Runtime(ctx context.Context, name string) (Runtime, error) {
	status, err := f.Room.Status(ctx, name)
	if err != nil {
		return Runtime{}, err
	}
	out := runtimeFrom(status.Runtime)
	out.State = status.State
	for _, n := range status.Nodes {
		state := n.State
		if n.Pending {
			state = fleet.NeedRegistration // a person has to approve it first
		}
		out.Nodes = append(out.Nodes, Node{
			Name: n.Name, Machine: n.Machine, Version: n.Version, Status: state, Registered: n.Registered,
			LastSeen: n.LastConnect, Running: n.Attempts, Slots: n.Slots,
		})
	}
	return out, nil
}

func runtimeFrom(rt fleet.Runtime) Runtime {
	return Runtime{ID: rt.ID, Name: rt.Name, Description: rt.Description, Kind: rt.Kind, Created: rt.Created}
}

// ListRuntimes pages over all of them, which are few; they come without nodes.
func (f Fleet) ListRuntimes(ctx context.Context, after string, limit int) ([]Runtime, string, error) {
	all, err := f.Room.Runtimes(ctx)
	if err != nil {
		return nil, "", err
	}
	slices.SortFunc(all, func(a, b fleet.Runtime) int { return strings.Compare(a.Name, b.Name) })
	var out []Runtime
	for _, rt := range all {
		if rt.Name <= after {
			continue
		}
		if len(out) == limit {
			return out, out[limit-1].Name, nil
		}
		out = append(out, runtimeFrom(rt))
	}
	return out, "", nil
}

// DeleteRuntime removes a runtime that no scan names.
func (f Fleet) DeleteRuntime(ctx context.Context, name string) error {
	return f.Room.DeleteRuntime(ctx, name, func(ctx context.Context, tx store.Tx) error { return f.InUse(ctx, tx, name) })
}

// Keys shows both keys.
func (f Fleet) Keys(ctx context.Context, name string) (Keys, error) {
	k, err := f.Room.ListAuthKeys(ctx, name)
	return Keys{k.Key1, k.Key2}, err
}

// RegenerateKey makes key 1 or 2 anew.
func (f Fleet) RegenerateKey(ctx context.Context, name string, number int) (Keys, error) {
	which := fleet.AuthKey1
	if number == 2 {
		which = fleet.AuthKey2
	}
	k, err := f.Room.RegenerateAuthKey(ctx, name, which)
	return Keys{k.Key1, k.Key2}, err
}

// RemoveNode takes a node out of its runtime, and cuts it off.
func (f Fleet) RemoveNode(ctx context.Context, runtime, node string) error {
	status, err := f.Room.Status(ctx, runtime)
	if err != nil {
		return err
	}
	for _, n := range status.Nodes {
		if n.Name == node {
			return f.Room.Remove(ctx, n.ID)
		}
	}
	return scan.NotFound("node of the runtime "+runtime, node)
}
