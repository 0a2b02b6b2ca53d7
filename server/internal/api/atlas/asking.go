package atlas

import (
	"context"

	"github.com/purlieu/purlieu/server/internal/access"
	"github.com/purlieu/purlieu/server/internal/api"
)

// asking is the plane for one call that is about many entities: what the caller may do is asked once for each collection.
func (p *Plane) asking() *Plane {
	one := *p
	one.Decider = &answers{Decider: p.Decider, allowed: map[question]error{}, collections: map[access.Action][]string{}}
	return &one
}

// answers are the decider's, to one caller in one call.
type answers struct {
	api.Decider
	allowed     map[question]error
	collections map[access.Action][]string
}

type question struct {
	action     access.Action
	collection string
}

// Allow implements api.Decider.
func (a *answers) Allow(ctx context.Context, p access.Principal, action access.Action, collection string) error {
	q := question{action, collection}
	err, asked := a.allowed[q]
	if !asked {
		err = a.Decider.Allow(ctx, p, action, collection)
		a.allowed[q] = err
	}
	return err
}

// CollectionsFor implements api.Decider.
func (a *answers) CollectionsFor(ctx context.Context, p access.Principal, action access.Action) ([]string, error) {
	list, asked := a.collections[action]
	if asked {
		return list, nil
	}
	list, err := a.Decider.CollectionsFor(ctx, p, action)
	if err == nil {
		a.collections[action] = list
	}
	return list, err
}
