package signin

import (
	"net/http"

	"github.com/purlieu/purlieu/server/internal/access"
)

// tokens is what a person gets, in the words of OAuth 2.
type tokens struct {
	Type    string `json:"token_type"`
	Access  string `json:"access_token"`
	Expires int    `json:"expires_in"` // seconds
	Refresh string `json:"refresh_token,omitempty"`
	User    struct {
		ID   string `json:"id"`
		Name string `json:"name"`
	} `json:"user"`
}

func (p *plane) give(w http.ResponseWriter, r *http.Request, in access.SignedIn, err error) {
	if err != nil {
		p.Fail(w, r, err)
		return
	}
	t := tokens{Type: "Bearer", Access: in.Access.Text, Expires: int(in.Access.Life.Seconds()), Refresh: in.Refresh}
	t.User.ID, t.User.Name = in.User.ID, in.User.Name
	answer(w, http.StatusOK, t)
}

// link answers whether a one-time link can still be used. Its token is in the body: an address would be in logs.
func (p *plane) link(w http.ResponseWriter, r *http.Request) {
	var body struct{ Token string }
	err := decode(w, r, &body)
	if err == nil {
		err = p.access.CheckLink(r.Context(), body.Token, peer(r))
	}
	if err != nil {
		p.Fail(w, r, err)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

func (p *plane) redeem(w http.ResponseWriter, r *http.Request) {
	var body struct{ Token, Name, Password string }
	if err := decode(w, r, &body); err != nil {
		p.Fail(w, r, err)
		return
	}
	in, err := p.access.Redeem(r.Context(), body.Token, body.Name, body.Password, peer(r))
	p.give(w, r, in, err)
}

func (p *plane) password(w http.ResponseWriter, r *http.Request) {
	var body struct{ Name, Password string }
	if err := decode(w, r, &body); err != nil {
		p.Fail(w, r, err)
		return
	}
	in, err := p.access.SignIn(r.Context(), body.Name, body.Password, peer(r))
	p.give(w, r, in, err)
}

type refreshBody struct {
	Refresh string `json:"refresh_token"`
}

func (p *plane) refresh(w http.ResponseWriter, r *http.Request) {
	var body refreshBody
	if err := decode(w, r, &body); err != nil {
		p.Fail(w, r, err)
		return
	}
	in, err := p.access.Refresh(r.Context(), body.Refresh)
	p.give(w, r, in, err)
}

// signOut ends the session of the refresh token that is sent or, when none is, that of the portal's cookie.
func (p *plane) signOut(w http.ResponseWriter, r *http.Request) {
	var body refreshBody
	err := decode(w, r, &body)
	if err == nil && body.Refresh == "" {
		p.signOutPortal(w, r)
		return
	}
	if err == nil {
		err = p.access.SignOut(r.Context(), body.Refresh)
	}
	if err != nil {
		p.Fail(w, r, err)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}
