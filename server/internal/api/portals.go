package api

import (
	"net/http"
	"slices"
)

// Portals are the portals on other hosts that a door serves: their pages may ask it from the browser (the Fetch standard
// calls it CORS). No other page may, and none gets anything with a cookie but where one is signed in.
type Portals struct {
	Origins []string
	// Cookies says of which paths the answers may be read by requests with cookies; nil: none.
	Cookies func(path string) bool
}

// cross tells the browser what a page of another host may do. True means that this was all that it asked.
func (p Portals) cross(w http.ResponseWriter, r *http.Request) bool {
	if len(p.Origins) == 0 {
		return false
	}
	h := w.Header()
	h.Add("Vary", "Origin")
	from := r.Header.Values("Origin")
	if len(from) != 1 || !slices.Contains(p.Origins, from[0]) {
		return false
	}
	h.Set("Access-Control-Allow-Origin", from[0])
	h.Set("Access-Control-Expose-Headers", "x-ms-request-id, x-ms-error-code, Operation-Location, Retry-After")
	if p.Cookies != nil && p.Cookies(r.URL.Path) {
		h.Set("Access-Control-Allow-Credentials", "true")
	}
	if r.Method != http.MethodOptions || r.Header.Get("Access-Control-Request-Method") == "" {
		return false
	}
	h.Set("Access-Control-Allow-Methods", "GET, POST, PUT, PATCH, DELETE")
	h.Set("Access-Control-Allow-Headers", "Authorization, Content-Type")
	h.Set("Access-Control-Max-Age", "600")
	w.WriteHeader(http.StatusNoContent)
	return true
}
