package signin

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"

	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/server/internal/access"
)

// asked is a request for an authorization code that may be granted once a person has signed in.
type asked struct {
	access.CodeRequest
	state string
}

// challenge is the unpadded base64url of a SHA-256.
var challenge = regexp.MustCompile(`^[A-Za-z0-9_-]{43}$`)

// ask reads the request for a code, or answers why there is none. Nobody is sent on to an address that is not a portal's
// (RFC 6749 §4.1.2.1), so all refusals are answered here.
func (p *plane) ask(w http.ResponseWriter, r *http.Request) (asked, bool) {
	q := r.URL.Query()
	a := asked{access.CodeRequest{Client: q.Get("client_id"), Redirect: q.Get("redirect_uri"), Challenge: q.Get("code_challenge")}, q.Get("state")}
	at, isPortal := strings.CutSuffix(a.Redirect, PortalPath)
	switch {
	case q.Get("response_type") != "code":
		refuse(w, http.StatusBadRequest, "unsupported_response_type", "this account gives authorization codes to its portal; scripts use client_credentials")
	case a.Client != portalClient || !isPortal || !p.serves(r, at):
		refuse(w, http.StatusBadRequest, "unauthorized_client", "this is not the address of a portal that this door serves")
	case q.Get("code_challenge_method") != "S256" || !challenge.MatchString(a.Challenge):
		refuse(w, http.StatusBadRequest, "invalid_request", "a code needs a code_challenge with the method S256")
	case a.state == "" || len(a.state) > 200:
		refuse(w, http.StatusBadRequest, "invalid_request", "a code needs a state of at most 200 bytes")
	default:
		return a, true
	}
	return asked{}, false
}

// authorize shows the page that takes name and password.
func (p *plane) authorize(w http.ResponseWriter, r *http.Request) {
	if a, ok := p.ask(w, r); ok {
		p.show(w, r, http.StatusOK, a.page(r))
	}
}

// authorized takes the page's form and sends the browser back to the portal with a code.
func (p *plane) authorized(w http.ResponseWriter, r *http.Request) {
	a, ok := p.ask(w, r)
	if !ok {
		return
	}
	state := a.page(r)
	if !p.form(w, r, &state) {
		return
	}
	form, code, err := r.PostForm, "", error(nil)
	if state.First {
		code, err = p.access.CodeForLink(r.Context(), form.Get("token"), state.Name, form.Get("password"), peer(r), a.CodeRequest)
	} else {
		code, err = p.access.CodeForPassword(r.Context(), state.Name, form.Get("password"), peer(r), a.CodeRequest)
	}
	if err != nil {
		p.again(w, r, state, err)
		return
	}
	http.Redirect(w, r, a.Redirect+"?"+url.Values{"code": {code}, "state": {a.state}}.Encode(), http.StatusSeeOther)
}

func (a asked) page(r *http.Request) pageState {
	state := pageState{Action: r.URL.EscapedPath() + "?" + r.URL.Query().Encode(), Known: true}
	if at := strings.TrimSuffix(a.Redirect, PortalPath); at != origin(r) {
		state.Redirect = at
	}
	return state
}

// form reads the form of the page, or shows it again with what is wrong.
func (p *plane) form(w http.ResponseWriter, r *http.Request, state *pageState) bool {
	if site := r.Header.Get("Sec-Fetch-Site"); site != "" && site != "same-origin" {
		state.Problem = "This form was sent from another site."
		p.show(w, r, http.StatusForbidden, *state)
		return false
	}
	r.Body = http.MaxBytesReader(w, r.Body, maxBody)
	if err := r.ParseForm(); err != nil {
		state.Problem = "The form can't be read."
		p.show(w, r, http.StatusBadRequest, *state)
		return false
	}
	state.Name, state.First = r.PostForm.Get("name"), r.PostForm.Has("token")
	if state.First && r.PostForm.Get("password") != r.PostForm.Get("again") {
		state.Problem = "The two passwords differ."
		p.show(w, r, http.StatusBadRequest, *state)
		return false
	}
	return true
}

// again shows the page with why it was refused.
func (p *plane) again(w http.ResponseWriter, r *http.Request, state pageState, err error) {
	switch fault.KindOf(err) {
	case fault.Invalid, fault.Denied, fault.Conflict, fault.Throttled:
		state.Problem = strings.ToUpper(err.Error()[:1]) + err.Error()[1:] + "."
		p.show(w, r, http.StatusBadRequest, state)
	default:
		p.Fail(w, r, err)
	}
}
