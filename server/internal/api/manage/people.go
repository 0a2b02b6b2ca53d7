package manage

import (
	"net/http"
	"time"

	"github.com/purlieu/purlieu/server/internal/access"
)

func (p *plane) whoami(w http.ResponseWriter, r *http.Request, who access.Principal) error {
	roles, err := p.Access.RolesOf(r.Context(), who.ID)
	if err != nil {
		return err
	}
	return answer(w, http.StatusOK, map[string]any{
		"id": who.ID, "name": who.Name, "node": who.Node, "account": p.Access.Account(), "roles": roles,
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

func (p *plane) users(w http.ResponseWriter, r *http.Request, _ access.Principal) error {
	list, err := p.Access.Users(r.Context())
	if err != nil {
		return err
	}
	value := []user{}
	for _, u := range list {
		value = append(value, userOf(u))
	}
	return answer(w, http.StatusOK, map[string]any{"value": value})
}

func (p *plane) addUser(w http.ResponseWriter, r *http.Request, _ access.Principal) error {
	var body struct {
		Name string `json:"name"`
	}
	if err := decode(w, r, &body); err != nil {
		return err
	}
	u, err := p.Access.AddUser(r.Context(), body.Name)
	if err != nil {
		return err
	}
	return answer(w, http.StatusCreated, userOf(u))
}

func (p *plane) deleteUser(w http.ResponseWriter, r *http.Request, _ access.Principal) error {
	return nothing(w, p.Access.DeleteUser(r.Context(), r.PathValue("id")))
}

func (p *plane) disableUser(w http.ResponseWriter, r *http.Request, _ access.Principal) error {
	var body struct {
		Disabled bool `json:"disabled"`
	}
	if err := decode(w, r, &body); err != nil {
		return err
	}
	return nothing(w, p.Access.DisableUser(r.Context(), r.PathValue("id"), body.Disabled))
}

// addLink makes a one-time link that sets a user's password and gives no roles; the link that makes an administrator is
// made where the server runs. That is no wall: whoever may ask here administers the root collection, and can give its
// roles to a user and make that user's link too. A token of an administrator is worth as much as the administrator.
func (p *plane) addLink(w http.ResponseWriter, r *http.Request, _ access.Principal) error {
	var body struct {
		User string `json:"user"` // id or name
	}
	if err := decode(w, r, &body); err != nil {
		return err
	}
	token, err := p.Access.SignInLink(r.Context(), body.User)
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

func (p *plane) apps(w http.ResponseWriter, r *http.Request, _ access.Principal) error {
	list, err := p.Access.Apps(r.Context())
	if err != nil {
		return err
	}
	value := []app{}
	for _, a := range list {
		value = append(value, appOf(a, ""))
	}
	return answer(w, http.StatusOK, map[string]any{"value": value})
}

func (p *plane) addApp(w http.ResponseWriter, r *http.Request, _ access.Principal) error {
	var body struct {
		Name string `json:"name"`
	}
	if err := decode(w, r, &body); err != nil {
		return err
	}
	a, secret, err := p.Access.AddApp(r.Context(), body.Name)
	if err != nil {
		return err
	}
	return answer(w, http.StatusCreated, appOf(a, secret))
}

func (p *plane) renewSecret(w http.ResponseWriter, r *http.Request, _ access.Principal) error {
	secret, err := p.Access.RenewSecret(r.Context(), r.PathValue("id"))
	if err != nil {
		return err
	}
	return answer(w, http.StatusOK, map[string]any{"clientSecret": secret})
}

func (p *plane) deleteApp(w http.ResponseWriter, r *http.Request, _ access.Principal) error {
	return nothing(w, p.Access.DeleteApp(r.Context(), r.PathValue("id")))
}

func (p *plane) roles(w http.ResponseWriter, r *http.Request, who access.Principal) error {
	collection := r.PathValue("collection")
	if err := p.Access.Allow(r.Context(), who, access.WriteCollection, collection); err != nil {
		return err
	}
	roles, err := p.Access.RolesOn(r.Context(), collection)
	if err != nil {
		return err
	}
	return answer(w, http.StatusOK, roles)
}

func (p *plane) assign(w http.ResponseWriter, r *http.Request, who access.Principal) error {
	collection := r.PathValue("collection")
	if err := p.Access.Allow(r.Context(), who, access.WriteCollection, collection); err != nil {
		return err
	}
	return nothing(w, p.Access.Assign(r.Context(), collection, access.Role(r.PathValue("role")), r.PathValue("principal")))
}

func (p *plane) unassign(w http.ResponseWriter, r *http.Request, who access.Principal) error {
	collection := r.PathValue("collection")
	if err := p.Access.Allow(r.Context(), who, access.WriteCollection, collection); err != nil {
		return err
	}
	return nothing(w, p.Access.Unassign(r.Context(), collection, access.Role(r.PathValue("role")), r.PathValue("principal")))
}
