package api

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/model"
)

// Handler serves one operation. What it returns is answered by Fail; it writes its answer last.
type Handler func(w http.ResponseWriter, r *http.Request) error

// Route is one operation. A pattern is literals, compared without case, and {names}, one segment each and read with
// r.PathValue; a last segment may end with a verb after a colon ("{scan}:run"), "{name+}" as the last segment takes it
// whole, colons too, and "*" as the last segment takes all that follows.
type Route struct {
	Method  string // "" any
	Pattern string
	Handler Handler
}

// Routes serves the operations of a plane; the first that fits wins. A path that fits with another method is 405,
// any other 404.
func Routes(routes ...Route) http.Handler {
	table := make([]compiled, len(routes))
	for i, route := range routes {
		table[i] = compile(route)
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := serve(table, w, r); err != nil {
			Fail(w, r, err)
		}
	})
}

// NotYet answers that an operation is published and not served by this build.
func NotYet(http.ResponseWriter, *http.Request) error {
	return fault.New(fault.Unsupported, "NotImplemented", "this build does not serve this operation yet")
}

type compiled struct {
	method string
	parts  []part
	verb   string
	rest   bool
	whole  bool // the last segment has no verb, whatever it holds
	serve  Handler
}

type part struct {
	text  string
	param bool
}

func compile(route Route) compiled {
	c := compiled{method: route.Method, serve: route.Handler}
	segments := strings.Split(strings.Trim(route.Pattern, "/"), "/")
	if n := len(segments) - 1; segments[n] == "*" {
		c.rest, segments = true, segments[:n]
	} else if name, verb, ok := strings.Cut(segments[n], ":"); ok {
		c.verb, segments[n] = verb, name
	} else if name, ok := strings.CutSuffix(segments[n], "+}"); ok {
		c.whole, segments[n] = true, name+"}"
	}
	for _, s := range segments {
		if strings.HasPrefix(s, "{") && strings.HasSuffix(s, "}") {
			c.parts = append(c.parts, part{s[1 : len(s)-1], true})
			continue
		}
		c.parts = append(c.parts, part{s, false})
	}
	return c
}

func serve(table []compiled, w http.ResponseWriter, r *http.Request) error {
	var segments []string
	for _, s := range strings.Split(strings.Trim(stateOf(r).rest, "/"), "/") {
		u, err := url.PathUnescape(s)
		if err != nil || !model.Storable(u) {
			return fault.New(fault.Invalid, "BadPath", "the path is not escaped as it must be, or holds what is no text")
		}
		segments = append(segments, u)
	}
	var allowed []string
	for _, c := range table {
		values, ok := c.match(segments)
		if !ok {
			continue
		}
		if c.method != "" && c.method != r.Method {
			allowed = append(allowed, c.method)
			continue
		}
		for name, value := range values {
			r.SetPathValue(name, value)
		}
		return c.serve(w, r)
	}
	if len(allowed) > 0 {
		slices.Sort(allowed)
		w.Header().Set("Allow", strings.Join(slices.Compact(allowed), ", "))
		failWith(w, r, http.StatusMethodNotAllowed, fault.New(fault.Unsupported, "MethodNotAllowed", "%s is not served at this address", clip(r.Method)))
		return nil
	}
	return fault.New(fault.NotFound, "NotFound", "nothing is served at %s", clip(r.URL.Path))
}

func (c compiled) match(segments []string) (map[string]string, bool) {
	if len(segments) < len(c.parts) || (len(segments) > len(c.parts) && !c.rest) {
		return nil, false
	}
	values := map[string]string{}
	for i, p := range c.parts {
		s := segments[i]
		if i == len(c.parts)-1 && !c.rest && !c.whole {
			name, verb := s, ""
			if j := strings.LastIndexByte(s, ':'); j >= 0 {
				name, verb = s[:j], s[j+1:]
			}
			if !strings.EqualFold(verb, c.verb) {
				return nil, false
			}
			s = name
		}
		switch {
		case p.param && s == "":
			return nil, false
		case p.param:
			values[p.text] = s
		case !strings.EqualFold(p.text, s):
			return nil, false
		}
	}
	return values, true
}
