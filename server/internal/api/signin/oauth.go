package signin

import (
	"encoding/base64"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/purlieu/purlieu/fault"
)

// token is the OAuth 2 token end point (RFC 6749 §4.4, §6), in the two shapes of Azure identity clients: version 2
// answers numbers, version 1 text and the resource. Failures have OAuth's own shape (§5.2).
func (p *plane) token(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Pragma", "no-cache")
	if t, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || t != "application/x-www-form-urlencoded" {
		refuse(w, http.StatusBadRequest, "invalid_request", "the body must be a form")
		return
	}
	r.Body = http.MaxBytesReader(w, r.Body, maxBody)
	if err := r.ParseForm(); err != nil || len(r.URL.Query()["client_secret"]) > 0 {
		refuse(w, http.StatusBadRequest, "invalid_request", "the body can't be read, or the secret stands in the address")
		return
	}
	form := r.PostForm
	switch form.Get("grant_type") {
	case "client_credentials":
		p.clientCredentials(w, r, form)
	case "authorization_code":
		p.tradeCode(w, r, form)
	case "refresh_token":
		if form.Get("client_id") == portalClient {
			p.refreshPortal(w, r)
			return
		}
		in, err := p.access.Refresh(r.Context(), form.Get("refresh_token"))
		if err != nil {
			p.refuseBy(w, r, err, "invalid_grant", http.StatusBadRequest)
			return
		}
		body := map[string]any{"token_type": "Bearer", "access_token": in.Access.Text, "expires_in": int(in.Access.Life.Seconds())}
		if in.Refresh != "" {
			body["refresh_token"] = in.Refresh
		}
		answer(w, http.StatusOK, body)
	case "":
		refuse(w, http.StatusBadRequest, "invalid_request", "grant_type is missing")
	default:
		refuse(w, http.StatusBadRequest, "unsupported_grant_type", "this account gives tokens for authorization_code, client_credentials and refresh_token")
	}
}

func (p *plane) clientCredentials(w http.ResponseWriter, r *http.Request, form url.Values) {
	client, secret := form.Get("client_id"), form.Get("client_secret")
	if id, pass, ok := r.BasicAuth(); ok {
		id, err1 := url.QueryUnescape(id)
		pass, err2 := url.QueryUnescape(pass)
		if err1 != nil || err2 != nil || secret != "" || (client != "" && client != id) {
			refuse(w, http.StatusBadRequest, "invalid_request", "the client signs in twice, or not readably")
			return
		}
		client, secret = id, pass
	}
	token, err := p.access.ClientCredentials(r.Context(), client, secret, peer(r))
	if err != nil {
		if fault.Is(err, fault.Denied) && r.Header.Get("Authorization") != "" {
			w.Header().Set("WWW-Authenticate", `Basic realm="token"`)
		}
		p.refuseBy(w, r, err, "invalid_client", http.StatusUnauthorized)
		return
	}
	seconds := int(token.Life.Seconds())
	if strings.HasSuffix(r.URL.Path, "/v2.0/token") {
		answer(w, http.StatusOK, map[string]any{
			"token_type": "Bearer", "expires_in": seconds, "ext_expires_in": seconds, "access_token": token.Text,
		})
		return
	}
	answer(w, http.StatusOK, map[string]any{
		"token_type": "Bearer", "expires_in": strconv.Itoa(seconds), "ext_expires_in": strconv.Itoa(seconds),
		"expires_on": strconv.FormatInt(token.Expires.Unix(), 10), "not_before": strconv.FormatInt(token.Expires.Unix()-int64(seconds), 10),
		"resource": form.Get("resource"), "access_token": token.Text,
	})
}

// refuseBy answers a fault in OAuth's shape; what is no refusal goes the way of all failures.
func (p *plane) refuseBy(w http.ResponseWriter, r *http.Request, err error, word string, status int) {
	switch fault.KindOf(err) {
	case fault.Denied, fault.Invalid, fault.NotFound:
		refuse(w, status, word, err.Error())
	case fault.Throttled:
		refuse(w, http.StatusTooManyRequests, "temporarily_unavailable", err.Error())
	default:
		p.Fail(w, r, err)
	}
}

func refuse(w http.ResponseWriter, status int, word, text string) {
	answer(w, status, map[string]any{"error": word, "error_description": text})
}

// discovery tells identity clients where things are, under the host that they asked. It says what is served and no
// more. The issuer is the address, since clients compare it with the one that they asked; tokens are opaque to them,
// and the account's own name in tokens is for the account alone.
func (p *plane) discovery(w http.ResponseWriter, r *http.Request) {
	scheme := "https"
	if r.TLS == nil {
		scheme = "http"
	}
	base := scheme + "://" + r.Host + "/" + url.PathEscape(r.PathValue("tenant"))
	issuer, at := base, base+"/oauth2"
	if strings.Contains(r.URL.Path, "/v2.0/") {
		issuer, at = base+"/v2.0", base+"/oauth2/v2.0"
	}
	answer(w, http.StatusOK, map[string]any{
		"issuer": issuer, "token_endpoint": at + "/token", "authorization_endpoint": at + "/authorize",
		"token_endpoint_auth_methods_supported": []string{"client_secret_post", "client_secret_basic", "none"},
		"grant_types_supported":                 []string{"authorization_code", "client_credentials", "refresh_token"},
		"response_types_supported":              []string{"code"},
		"code_challenge_methods_supported":      []string{"S256"},
	})
}

// keys is the account's token keys as a JWK set (RFC 7517, RFC 8037).
func (p *plane) keys(w http.ResponseWriter, r *http.Request) {
	keys, err := p.access.Keys(r.Context())
	if err != nil {
		p.Fail(w, r, err)
		return
	}
	set := []map[string]string{}
	for _, k := range keys {
		set = append(set, map[string]string{
			"kty": "OKP", "crv": "Ed25519", "use": "sig", "alg": "EdDSA", "kid": k.ID, "x": base64.RawURLEncoding.EncodeToString(k.Key),
		})
	}
	answer(w, http.StatusOK, map[string]any{"keys": set})
}
