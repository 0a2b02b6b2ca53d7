// Package policystore is the published plane of metadata policies: who holds which role on which collection, as one
// *policy* for each collection, and what each role allows.
//
// A policy names people and apps by their bare guids. Its *attribute rules* say who holds a role there; one more, the
// *permission* of the collection, says which of these roles count, and includes the permission of the collection above:
// that line is the inheritance, and leaving it out cuts it. Who administers the collection above administers this one all
// the same. The account keeps roles and the cut, and makes the published form of them: what says anything else is refused.
package policystore

import (
	"context"
	"net/http"
	"strings"

	"github.com/google/uuid"

	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/server/internal/access"
	"github.com/purlieu/purlieu/server/internal/api"
	"github.com/purlieu/purlieu/server/internal/api/published"
)

// Prefix is where the plane is served, in any case.
const Prefix = "/policyStore"

// Policies are the roles on collections; access.Service is one.
type Policies interface {
	Account() string
	Collections(ctx context.Context) ([]access.Collection, error)
	Policy(ctx context.Context, collection string) (access.Policy, error)
	PutPolicy(ctx context.Context, p access.Policy) (access.Policy, error)
	HolderOf(ctx context.Context, guid string) (principal string, err error)
}

// Plane is what the operations stand on.
type Plane struct {
	Policies Policies
	Decider  api.Decider
}

// Planes are all that this package serves, ready to mount.
func (p *Plane) Planes() []api.Plane {
	return []api.Plane{{Prefixes: []string{Prefix}, Handler: api.Routes(published.With(Prefix, p.Routes())...)}}
}

// Routes are the operations, below Prefix.
func (p *Plane) Routes() []api.Route {
	return []api.Route{
		{Method: "GET", Pattern: "/metadataRoles", Handler: p.roles},
		{Method: "GET", Pattern: "/metadataPolicies", Handler: p.list},
		{Method: "GET", Pattern: "/metadataPolicies/{policy}", Handler: p.get},
		{Method: "PUT", Pattern: "/metadataPolicies/{policy}", Handler: p.put},
	}
}

type roleName struct {
	role  access.Role
	title string
}

// roleNames are the published roles with their published titles. The network administrator is ours, and is given in the
// manage plane.
func roleNames() []roleName {
	return []roleName{
		{access.CollectionAdministrator, "Collection Administrator"},
		{access.DataSourceAdministrator, "Data Source Administrator"},
		{access.DataCurator, "Data Curator"},
		{access.DataReader, "Purview Reader"},
	}
}

const builtIn = "purviewmetadatarole_builtin_"

func (p *Plane) roles(w http.ResponseWriter, _ *http.Request) error {
	values := []any{}
	for _, r := range roleNames() {
		var actions []string
		for _, a := range r.role.Actions() {
			actions = append(actions, "Microsoft.Purview/accounts/"+string(a))
		}
		values = append(values, map[string]any{
			"id": builtIn + string(r.role), "name": r.role, "type": "Microsoft.Purview/role",
			"properties": map[string]any{
				"provisioningState": "Provisioned", "roleType": "BuiltIn", "friendlyName": r.title, "version": 1,
				"cnfCondition": [][]condition{{{Name: "request.azure.dataAction", In: actions}}},
			},
		})
	}
	api.Answer(w, http.StatusOK, map[string]any{"values": values, "nextLink": nil})
	return nil
}

// idOf is the guid of a collection's policy: the same for ever, and another in each account.
func (p *Plane) idOf(collection string) string {
	account, err := uuid.Parse(p.Policies.Account())
	if err != nil {
		account = uuid.Nil
	}
	return uuid.NewSHA1(account, []byte("policy of "+collection)).String()
}

// may asks for the right to give roles on a collection.
func (p *Plane) may(r *http.Request, collection string, hidden error) error {
	return api.Visible(r, p.Decider, access.WriteCollection, collection, hidden)
}

func (p *Plane) list(w http.ResponseWriter, r *http.Request) error {
	names, err := p.Decider.CollectionsFor(r.Context(), api.PrincipalOf(r), access.WriteCollection)
	if err != nil {
		return err
	}
	only := r.URL.Query().Get("collectionName")
	values := []any{}
	for _, name := range names {
		if only != "" && !strings.EqualFold(only, name) {
			continue
		}
		policy, err := p.Policies.Policy(r.Context(), name)
		if fault.Is(err, fault.NotFound) { // deleted meanwhile
			continue
		}
		if err != nil {
			return err
		}
		values = append(values, p.answer(policy))
	}
	api.Answer(w, http.StatusOK, map[string]any{"values": values, "nextLink": nil})
	return nil
}

// policyOf is the policy that the path names, by its guid, when the caller may see it.
func (p *Plane) policyOf(r *http.Request) (access.Policy, error) {
	id := r.PathValue("policy")
	hidden := fault.New(fault.NotFound, "PolicyNotFound", "there is no policy %s", id[:min(len(id), 80)])
	all, err := p.Policies.Collections(r.Context())
	if err != nil {
		return access.Policy{}, err
	}
	for _, c := range all {
		if !strings.EqualFold(p.idOf(c.Name), id) {
			continue
		}
		if err := p.may(r, c.Name, hidden); err != nil {
			return access.Policy{}, err
		}
		return p.Policies.Policy(r.Context(), c.Name)
	}
	return access.Policy{}, hidden
}

func (p *Plane) get(w http.ResponseWriter, r *http.Request) error {
	policy, err := p.policyOf(r)
	if err != nil {
		return err
	}
	api.Answer(w, http.StatusOK, p.answer(policy))
	return nil
}

func (p *Plane) put(w http.ResponseWriter, r *http.Request) error {
	old, err := p.policyOf(r)
	if err != nil {
		return err
	}
	var body policyBody
	if err := api.Read(r, &body); err != nil {
		return err
	}
	next, err := p.read(r.Context(), old, body)
	if err != nil {
		return err
	}
	next, err = p.Policies.PutPolicy(r.Context(), next)
	if err != nil {
		return err
	}
	api.Answer(w, http.StatusOK, p.answer(next))
	return nil
}
