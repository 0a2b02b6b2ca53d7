package signin

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/server/internal/access"
)

// portalClient is the client id of the portal: a public client, known by its address and not by a secret.
const portalClient = "portal"

// PortalPath is where the portal takes its code, below each origin that is served.
const PortalPath = "/signed-in"

// origin is that of the address that was asked.
func origin(r *http.Request) string {
	if r.TLS == nil {
		return "http://" + r.Host
	}
	return "https://" + r.Host
}

// serves reports whether this door serves a portal at an origin. A page that points a name of its own at this door has
// that name's cookies, which are none.
func (p *plane) serves(r *http.Request, from string) bool {
	return from == origin(r) || slices.Contains(p.Origins, from)
}

// fromPortal reports whether a request was sent by a portal that this door serves. Browsers send Origin with every POST.
func (p *plane) fromPortal(w http.ResponseWriter, r *http.Request) bool {
	if from := r.Header.Values("Origin"); len(from) == 1 && p.serves(r, from[0]) {
		return true
	}
	refuse(w, http.StatusForbidden, "invalid_request", "this was not sent by a portal that this door serves")
	return false
}

func (p *plane) tradeCode(w http.ResponseWriter, r *http.Request, form url.Values) {
	if form.Get("client_id") != portalClient {
		refuse(w, http.StatusBadRequest, "unauthorized_client", "authorization codes are for the portal")
		return
	}
	if !p.fromPortal(w, r) {
		return
	}
	in, err := p.access.TradeCode(r.Context(), form.Get("code"), form.Get("code_verifier"), portalClient, form.Get("redirect_uri"))
	p.givePortal(w, r, in, err)
}

func (p *plane) refreshPortal(w http.ResponseWriter, r *http.Request) {
	if !p.fromPortal(w, r) {
		return
	}
	held, err := r.Cookie(p.cookie(r).Name)
	if err != nil {
		refuse(w, http.StatusBadRequest, "invalid_grant", "nobody is signed in in this browser")
		return
	}
	in, err := p.access.Refresh(r.Context(), held.Value)
	if fault.Is(err, fault.Denied) {
		p.dropCookie(w, r)
	}
	p.givePortal(w, r, in, err)
}

// givePortal answers an access token; the refresh token goes into the cookie. Where another tab has been faster there is
// no new one, and the cookie stays.
func (p *plane) givePortal(w http.ResponseWriter, r *http.Request, in access.SignedIn, err error) {
	if err != nil {
		p.refuseBy(w, r, err, "invalid_grant", http.StatusBadRequest)
		return
	}
	if in.Refresh != "" {
		c := p.cookie(r)
		c.Value = in.Refresh
		http.SetCookie(w, &c)
	}
	answer(w, http.StatusOK, map[string]any{"token_type": "Bearer", "access_token": in.Access.Text, "expires_in": int(in.Access.Life.Seconds())})
}

func (p *plane) signOutPortal(w http.ResponseWriter, r *http.Request) {
	if !p.fromPortal(w, r) {
		return
	}
	if held, err := r.Cookie(p.cookie(r).Name); err == nil {
		if err := p.access.SignOut(r.Context(), held.Value); err != nil && !fault.Is(err, fault.Denied) {
			p.Fail(w, r, err)
			return
		}
		p.dropCookie(w, r)
	}
	w.WriteHeader(http.StatusNoContent)
}

// cookie is the portal's cookie without its value. Its name has a part of the account's, so that two accounts on one host
// (cookies know no ports) don't end each other's sessions. Over TLS the prefix makes the browser hold it to this host and
// to TLS. On this machine's plain door there is no TLS to hold it to, and not every browser takes a Secure cookie there.
// It has no expiry: it ends with the browser, and the session by itself after 30 days.
func (p *plane) cookie(r *http.Request) http.Cookie {
	name, _, _ := strings.Cut(p.access.Account(), "-")
	secure := r.TLS != nil || strings.HasPrefix(r.Header.Get("Origin"), "https://")
	c := http.Cookie{Name: "purlieu-" + name, Path: "/", Secure: secure, HttpOnly: true, SameSite: http.SameSiteStrictMode}
	if secure {
		c.Name = "__Host-" + c.Name
	}
	return c
}

func (p *plane) dropCookie(w http.ResponseWriter, r *http.Request) {
	c := p.cookie(r)
	c.MaxAge = -1
	http.SetCookie(w, &c)
}
