package manage

import (
	"net/http"
	"time"

	"github.com/purlieu/purlieu/server/internal/access"
	"github.com/purlieu/purlieu/server/internal/api"
)

func (p *Plane) peopleRoutes() []api.Route {
	const role = "/collections/{collection}/roles/{role}/{principal+}"
	return []api.Route{
		{Method: "GET", Pattern: "/whoami", Handler: p.as(p.whoami)},
		{Method: "GET", Pattern: "/users", Handler: p.may(access.WriteCollection, p.users)},
		{Method: "POST", Pattern: "/users", Handler: p.may(access.WriteCollection, p.addUser)},
		{Method: "DELETE", Pattern: "/users/{id+}", Handler: p.may(access.WriteCollection, p.deleteUser)},
		{Method: "PUT", Pattern: "/users/{id}/disabled", Handler: p.may(access.WriteCollection, p.disableUser)},
		{Method: "POST", Pattern: "/signin-links", Handler: p.may(access.WriteCollection, p.addLink)},
		{Method: "GET", Pattern: "/apps", Handler: p.may(access.WriteCollection, p.apps)},
		{Method: "POST", Pattern: "/apps", Handler: p.may(access.WriteCollection, p.addApp)},
		{Method: "DELETE", Pattern: "/apps/{id+}", Handler: p.may(access.WriteCollection, p.deleteApp)},
		{Method: "POST", Pattern: "/apps/{id}/secret", Handler: p.may(access.WriteCollection, p.renewSecret)},
		{Method: "GET", Pattern: "/collections/{collection}/roles", Handler: p.as(p.roles)},
		{Method: "GET", Pattern: "/collections/{collection}/access", Handler: p.as(p.access)},
		{Method: "GET", Pattern: "/collections/{collection}/inheritance", Handler: p.as(p.inheritance)},
		{Method: "PUT", Pattern: "/collections/{collection}/inheritance", Handler: p.as(p.setInheritance)},
		{Method: "GET", Pattern: "/principals", Handler: p.as(p.principals)},
		{Method: "PUT", Pattern: role, Handler: p.as(p.assign)},
		{Method: "DELETE", Pattern: role, Handler: p.as(p.unassign)},
	}
}

// whoami says who asks, and what that may do: the actions on each collection where there are any, inherited ones too.
// Actions on runtimes and networks are those of the whole account and stand at the root.
func (p *Plane) whoami(w http.ResponseWriter, r *http.Request, who access.Principal) error {
	roles, err := p.People.RolesOf(r.Context(), who.ID)
	if err != nil {
		return err
	}
	actions := map[string][]access.Action{}
	for _, action := range access.Actions() {
		where, err := p.Decider.CollectionsFor(r.Context(), who, action)
		if err != nil {
			return err
		}
		if action == access.ReadRuntime && len(where) > 0 {
			where = []string{access.RootCollection}
		}
		for _, collection := range where {
			actions[collection] = append(actions[collection], action)
		}
	}
	return answer(w, http.StatusOK, map[string]any{
		"id": who.ID, "name": who.Name, "node": who.Node, "account": p.People.Account(), "build": p.Build, "roles": roles, "actions": actions,
	})
}

type user struct {
	ID       string    `json:"id"`
	Name     string    `json:"name"`
	Disabled bool      `json:"disabled"`
	Password bool      `json:"hasPassword"`
	Created  time.Time `json:"created"`
}

func userOf(u access.User) user {
	return user{ID: u.ID, Name: u.Name, Disabled: u.Disabled, Password: u.Password, Created: u.Created}
}

func (p *Plane) users(w http.ResponseWriter, r *http.Request, _ access.Principal) error {
	list, err := p.People.Users(r.Context())
	if err != nil {
		return err
	}
	value := []user{}
	for _, u := range list {
		value = append(value, userOf(u))
	}
	return answer(w, http.StatusOK, map[string]any{"value": value})
}

func (p *Plane) addUser(w http.ResponseWriter, r *http.Request, _ access.Principal) error {
	var body struct {
		Name string `json:"name"`
	}
	if err := decode(w, r, &body); err != nil {
		return err
	}
	u, err := p.People.AddUser(r.Context(), body.Name)
	if err != nil {
		return err
	}
	return answer(w, http.StatusCreated, userOf(u))
}

func (p *Plane) deleteUser(w http.ResponseWriter, r *http.Request, _ access.Principal) error {
	return nothing(w, p.People.DeleteUser(r.Context(), r.PathValue("id")))
}

func (p *Plane) disableUser(w http.ResponseWriter, r *http.Request, _ access.Principal) error {
	var body struct {
		Disabled bool `json:"disabled"`
	}
	if err := decode(w, r, &body); err != nil {
		return err
	}
	return nothing(w, p.People.DisableUser(r.Context(), r.PathValue("id"), body.Disabled))
}

// addLink makes a one-time link that sets a user's password and gives no roles; the link that makes an administrator is
// made where the server runs. That is no wall: whoever may ask here administers the root collection, and can give its
// roles to a user and make that user's link too. A token of an administrator is worth as much as the administrator.
func (p *Plane) addLink(w http.ResponseWriter, r *http.Request, _ access.Principal) error {
	var body struct {
		User string `json:"user"` // id or name
	}
	if err := decode(w, r, &body); err != nil {
		return err
	}
	token, err := p.People.SignInLink(r.Context(), body.User)
	if err != nil {
		return err
	}
	return answer(w, http.StatusCreated, map[string]any{"link": p.SignInURL() + "#" + token, "token": token})
}

type app struct {
	ID      string    `json:"id"`
	Client  string    `json:"clientId"`
	Name    string    `json:"name"`
	Created time.Time `json:"created"`
	Secret  string    `json:"clientSecret,omitempty"` // shown once
}

func appOf(a access.App, secret string) app {
	return app{ID: a.ID, Client: a.Client, Name: a.Name, Created: a.Created, Secret: secret}
}

func (p *Plane) apps(w http.ResponseWriter, r *http.Request, _ access.Principal) error {
	list, err := p.People.Apps(r.Context())
	if err != nil {
		return err
	}
	value := []app{}
	for _, a := range list {
		value = append(value, appOf(a, ""))
	}
	return answer(w, http.StatusOK, map[string]any{"value": value})
}

func (p *Plane) addApp(w http.ResponseWriter, r *http.Request, _ access.Principal) error {
	var body struct {
		Name string `json:"name"`
	}
	if err := decode(w, r, &body); err != nil {
		return err
	}
	a, secret, err := p.People.AddApp(r.Context(), body.Name)
	if err != nil {
		return err
	}
	return answer(w, http.StatusCreated, appOf(a, secret))
}

func (p *Plane) renewSecret(w http.ResponseWriter, r *http.Request, _ access.Principal) error {
	secret, err := p.People.RenewSecret(r.Context(), r.PathValue("id"))
	if err != nil {
		return err
	}
	return answer(w, http.StatusOK, map[string]any{"clientSecret": secret})
}

func (p *Plane) deleteApp(w http.ResponseWriter, r *http.Request, _ access.Principal) error {
	return nothing(w, p.People.DeleteApp(r.Context(), r.PathValue("id")))
}

func (p *Plane) roles(w http.ResponseWriter, r *http.Request, who access.Principal) error {
	collection, err := p.governed(r, who)
	if err != nil {
		return err
	}
	roles, err := p.People.RolesOn(r.Context(), collection)
	if err != nil {
		return err
	}
	return answer(w, http.StatusOK, roles)
}

// governed is the collection of the request, whose roles and inheritance the caller may see to.
func (p *Plane) governed(r *http.Request, who access.Principal) (string, error) {
	collection := r.PathValue("collection")
	return collection, p.Decider.Allow(r.Context(), who, access.WriteCollection, collection)
}

// held is a role that counts on a collection, and where it is held.
type held struct {
	Role access.Role `json:"role"`
	ID   string      `json:"id"`
	Name string      `json:"name"`
	From string      `json:"from"`
}

// access tells who may do something on a collection: by which role, held where, and whether those above count.
func (p *Plane) access(w http.ResponseWriter, r *http.Request, who access.Principal) error {
	collection, err := p.governed(r, who)
	if err != nil {
		return err
	}
	policy, err := p.People.Policy(r.Context(), collection)
	if err != nil {
		return err
	}
	counting, err := p.People.RolesCounting(r.Context(), collection)
	if err != nil {
		return err
	}
	ids := make([]string, len(counting))
	for i, h := range counting {
		ids[i] = h.ID
	}
	named, err := p.People.NamesOf(r.Context(), ids)
	if err != nil {
		return err
	}
	names := map[string]string{}
	for _, n := range named {
		names[n.ID] = n.Name
	}
	value := []held{}
	for _, h := range counting {
		value = append(value, held{h.Role, h.ID, names[h.ID], h.From})
	}
	return answer(w, http.StatusOK, map[string]any{"inherits": policy.Inherits, "value": value})
}

func (p *Plane) assign(w http.ResponseWriter, r *http.Request, who access.Principal) error {
	collection, err := p.governed(r, who)
	if err != nil {
		return err
	}
	return nothing(w, p.People.Assign(r.Context(), collection, access.Role(r.PathValue("role")), r.PathValue("principal")))
}

func (p *Plane) unassign(w http.ResponseWriter, r *http.Request, who access.Principal) error {
	collection, err := p.governed(r, who)
	if err != nil {
		return err
	}
	return nothing(w, p.People.Unassign(r.Context(), collection, access.Role(r.PathValue("role")), r.PathValue("principal")))
}

// inheritance is whether roles held above a collection count on it and below.
type inheritance struct {
	Inherits bool `json:"inherits"`
}

func (p *Plane) inheritance(w http.ResponseWriter, r *http.Request, who access.Principal) error {
	collection, err := p.governed(r, who)
	if err != nil {
		return err
	}
	policy, err := p.People.Policy(r.Context(), collection)
	if err != nil {
		return err
	}
	return answer(w, http.StatusOK, inheritance{policy.Inherits})
}

// setInheritance cuts it or restores it. A collection administrator's role is inherited always.
func (p *Plane) setInheritance(w http.ResponseWriter, r *http.Request, who access.Principal) error {
	collection, err := p.governed(r, who)
	if err != nil {
		return err
	}
	var body inheritance
	if err := decode(w, r, &body); err != nil {
		return err
	}
	return nothing(w, p.People.SetInherits(r.Context(), collection, body.Inherits))
}

// principal is who may hold roles.
type principal struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// principals finds people and apps by the beginning of their name, for whoever may give a role, or name contacts,
// anywhere. With ?id= it gives the names of those ids alone, to whoever holds a role: ids stand in histories and contacts.
func (p *Plane) principals(w http.ResponseWriter, r *http.Request, who access.Principal) error {
	ids := r.URL.Query()["id"]
	asked := []access.Action{access.WriteCollection, access.WriteData}
	if len(ids) > 0 {
		asked = []access.Action{access.ReadCollection, access.WriteNetwork}
	}
	if err := p.mayAnywhere(r, who, asked); err != nil {
		return err
	}
	at, err := api.PageOf(r, maxPage)
	if err != nil {
		return err
	}
	var found []access.Holder
	if len(ids) > 0 {
		found, err = p.People.NamesOf(r.Context(), ids)
	} else {
		found, err = p.People.FindHolders(r.Context(), r.URL.Query().Get("begins"), at.Limit)
	}
	if err != nil {
		return err
	}
	value := []principal{}
	for _, h := range found {
		value = append(value, principal(h))
	}
	return answer(w, http.StatusOK, page{Value: value})
}

// mayAnywhere asks whether one of the actions is allowed on any collection; the refusal names the first.
func (p *Plane) mayAnywhere(r *http.Request, who access.Principal, actions []access.Action) error {
	for _, action := range actions {
		where, err := p.Decider.CollectionsFor(r.Context(), who, action)
		if err != nil || len(where) > 0 {
			return err
		}
	}
	return p.Decider.Allow(r.Context(), who, actions[0], access.RootCollection)
}
