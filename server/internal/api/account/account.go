// Package account is the published account plane: the account itself, and the tree of collections in which sources and
// assets stand and roles are held.
//
// The *root* collection is called as the account is on the wire, since compatible clients find it by that name. A
// collection is shown to whoever may read it; of what stands above it and may not be read only the name is told, which is
// part of where it stands.
package account

import (
	"context"
	"net/http"

	"github.com/purlieu/purlieu/server/internal/access"
	"github.com/purlieu/purlieu/server/internal/api"
	"github.com/purlieu/purlieu/server/internal/api/published"
)

// Prefix is where the plane is served.
const Prefix = "/account"

// Collections are the tree, and the account that it belongs to; access.Service is one but for deleting.
type Collections interface {
	Describe(ctx context.Context) (access.Account, error)
	Rename(ctx context.Context, friendly string) (access.Account, error)
	Collection(ctx context.Context, name string) (access.Collection, error)
	Collections(ctx context.Context) ([]access.Collection, error)
	PutCollection(ctx context.Context, c access.Collection) (created bool, err error)
	// DeleteCollection is a Conflict while a collection, a source, a scan or an asset is in it.
	DeleteCollection(ctx context.Context, name string) error
}

// Plane is what the operations stand on.
type Plane struct {
	Collections Collections
	Decider     api.Decider
	// PublicAccess tells whether the account's door is open to public networks; nil says that it is.
	PublicAccess func(ctx context.Context) (bool, error)
}

// Planes are all that this package serves, ready to mount.
func (p *Plane) Planes() []api.Plane {
	return []api.Plane{{Prefixes: []string{Prefix}, Handler: api.Routes(published.With(Prefix, p.Routes())...)}}
}

// Routes are the operations, below Prefix.
func (p *Plane) Routes() []api.Route {
	const one = "/collections/{collection}"
	return []api.Route{
		{Method: "GET", Pattern: "/", Handler: p.get},
		{Method: "PATCH", Pattern: "/", Handler: p.rename},
		{Method: "GET", Pattern: "/collections", Handler: p.list},
		{Method: "GET", Pattern: one, Handler: p.getCollection},
		{Method: "PUT", Pattern: one, Handler: p.putCollection},
		{Method: "DELETE", Pattern: one, Handler: p.deleteCollection},
		{Method: "GET", Pattern: one + "/getChildCollectionNames", Handler: p.children},
		{Method: "GET", Pattern: one + "/getCollectionPath", Handler: p.path},
	}
}

func (p *Plane) get(w http.ResponseWriter, r *http.Request) error {
	a, err := p.Collections.Describe(r.Context())
	if err != nil {
		return err
	}
	return p.answer(w, r, a)
}

func (p *Plane) answer(w http.ResponseWriter, r *http.Request, a access.Account) error {
	public := true
	if p.PublicAccess != nil {
		var err error
		if public, err = p.PublicAccess(r.Context()); err != nil {
			return err
		}
	}
	word := map[bool]string{true: "Enabled", false: "Disabled"}[public]
	friendly, base := a.FriendlyName, api.Base(r)
	if friendly == "" {
		friendly = access.RootCollection
	}
	api.Answer(w, http.StatusOK, map[string]any{
		"id": "/accounts/" + a.ID, "name": access.RootCollection, "type": "Microsoft.Purview/accounts", "location": "", "tags": map[string]any{},
		"sku": map[string]any{"name": "Standard", "capacity": 1},
		"properties": map[string]any{
			"friendlyName": friendly, "createdAt": api.Time(a.Created), "provisioningState": "Succeeded", "publicNetworkAccess": word,
			"endpoints":                  map[string]any{"catalog": base + "/catalog", "guardian": base + "/guardian", "scan": base + "/scan"},
			"privateEndpointConnections": []any{},
		},
		"systemData": map[string]any{"createdAt": api.Time(a.Created), "lastModifiedAt": api.Time(a.Modified)},
	})
	return nil
}

func (p *Plane) rename(w http.ResponseWriter, r *http.Request) error {
	if err := p.Decider.Allow(r.Context(), api.PrincipalOf(r), access.WriteCollection, access.RootCollection); err != nil {
		return err
	}
	var body struct {
		FriendlyName *string `json:"friendlyName"`
	}
	if err := api.Read(r, &body); err != nil {
		return err
	}
	a, err := p.Collections.Describe(r.Context())
	if err == nil && body.FriendlyName != nil {
		a, err = p.Collections.Rename(r.Context(), *body.FriendlyName)
	}
	if err != nil {
		return err
	}
	return p.answer(w, r, a)
}
