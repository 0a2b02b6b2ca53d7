// Package signin is where tokens are got: by people, with a one-time link or a password, and by scripts, with OAuth 2
// client credentials on the paths that Azure identity clients expect.
//
// The *portal* signs people in with an authorization code and PKCE (RFC 6749 §4.1, RFC 7636): it sends the browser to the
// authorization end point, whose page takes name and password, and trades the code that comes back. It gets an access
// token, which it keeps in memory; its refresh token is a *cookie* that no script can read, that changes with each use,
// and that counts only in requests whose Origin is a portal that this door serves.
//
// A *one-time link* is /signin#<token>: the token stands behind '#', so that it reaches neither a log nor a proxy. It
// leads into the portal, and by it to the same end point. In a build without the portal a page here takes it. Both ask first
// whether it can still be used, so that nobody fills in a form for nothing. The command
// line posts the same as JSON to /signin/v1. A *tenant* is the first part of the OAuth paths; this account takes any.
//
// Nothing here needs a bearer token. What people choose, and who guesses at links and client secrets, is throttled by the
// access room; codes and refresh tokens have 256 random bits and are not.
package signin

import (
	"context"
	"encoding/json"
	"net"
	"net/http"
	"strings"

	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/server/internal/access"
	"github.com/purlieu/purlieu/server/internal/api"
)

// Access is what this plane needs of the access room.
type Access interface {
	CheckLink(ctx context.Context, token, address string) error
	Redeem(ctx context.Context, token, name, password, address string) (access.SignedIn, error)
	SignIn(ctx context.Context, name, password, address string) (access.SignedIn, error)
	Refresh(ctx context.Context, refresh string) (access.SignedIn, error)
	SignOut(ctx context.Context, refresh string) error
	CodeForPassword(ctx context.Context, name, password, address string, req access.CodeRequest) (string, error)
	CodeForLink(ctx context.Context, token, name, password, address string, req access.CodeRequest) (string, error)
	TradeCode(ctx context.Context, code, verifier, client, redirect string) (access.SignedIn, error)
	ClientCredentials(ctx context.Context, client, secret, address string) (access.Token, error)
	Keys(ctx context.Context) ([]access.PublicKey, error)
	Account() string
}

// ErrorWriter answers a request with a failure.
type ErrorWriter func(w http.ResponseWriter, r *http.Request, err error)

// Options are what the plane can be told.
type Options struct {
	Fail ErrorWriter
	// Origins are the portals on other hosts that this door serves; the one under its own address is always served.
	Origins []string
	// Portal says that the portal is in this build: one-time links lead into it.
	Portal bool
}

type plane struct {
	Options
	access Access
}

// New makes the handler. It serves the whole paths that Serves names.
func New(a Access, o Options) http.Handler {
	p := &plane{o, a}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /signin", p.page)
	mux.HandleFunc("POST /signin", p.redeemForm)
	mux.HandleFunc("GET /signin/page.js", p.script)
	mux.HandleFunc("GET /signin/page.css", p.style)
	mux.HandleFunc("POST /signin/v1/link", p.link)
	mux.HandleFunc("POST /signin/v1/redeem", p.redeem)
	mux.HandleFunc("POST /signin/v1/password", p.password)
	mux.HandleFunc("POST /signin/v1/refresh", p.refresh)
	mux.HandleFunc("POST /signin/v1/signout", p.signOut)
	for _, path := range []string{"/{tenant}/oauth2/v2.0/token", "/{tenant}/oauth2/token"} {
		mux.HandleFunc("POST "+path, p.token)
	}
	for _, path := range []string{"/{tenant}/oauth2/v2.0/authorize", "/{tenant}/oauth2/authorize"} {
		mux.HandleFunc("GET "+path, p.authorize)
		mux.HandleFunc("POST "+path, p.authorized)
	}
	mux.HandleFunc("GET /{tenant}/v2.0/.well-known/openid-configuration", p.discovery)
	mux.HandleFunc("GET /{tenant}/.well-known/openid-configuration", p.discovery)
	mux.HandleFunc("GET /{tenant}/discovery/v2.0/keys", p.keys)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "no-store")
		w.Header().Set("X-Content-Type-Options", "nosniff")
		if _, pattern := mux.Handler(r); pattern == "" && !Serves(r.URL.Path) {
			o.Fail(w, r, fault.New(fault.NotFound, "NotFound", "there is nothing at this address"))
			return
		}
		mux.ServeHTTP(w, r)
	})
}

// Serves reports whether a path is one of this plane's: the OAuth paths begin with a tenant, so no prefix tells.
func Serves(path string) bool {
	if path == "/signin" || strings.HasPrefix(path, "/signin/") {
		return true
	}
	_, rest, ok := strings.Cut(strings.TrimPrefix(path, "/"), "/")
	if !ok {
		return false
	}
	switch rest {
	case "oauth2/v2.0/token", "oauth2/token", "oauth2/v2.0/authorize", "oauth2/authorize", "discovery/v2.0/keys", "v2.0/.well-known/openid-configuration", ".well-known/openid-configuration":
		return true
	}
	return false
}

const maxBody = 64 << 10

func decode(w http.ResponseWriter, r *http.Request, into any) error {
	return api.ReadStrict(w, r, maxBody, into)
}

func answer(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body) // the caller has gone when this fails
}

// peer is the caller's address, for throttling.
func peer(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	return host
}
