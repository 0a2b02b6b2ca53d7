package model

import (
	"net"
	"slices"
	"strings"

	"github.com/purlieu/purlieu/fault"
)

// Template computes text from settings in a closed language that server and node run alike:
// text with {field} or {field|filter|filter} in it. Filters:
//
//	lower        lower-case
//	host         the host of "host", "host:port" or "[v6]:port"
//	port N       the port of it, or N
//	default X    X where the value is empty
//	unless X     empty where the value equals X
//	among X Y …  empty where the value equals none of them
//	prefix X     X before the value, where the value is not empty
//
// Nothing else exists: no loops, no code.
type Template string

// Expand fills the template in. A field that no setting has is empty.
func (t Template) Expand(get func(field string) string) (string, error) {
	var out strings.Builder
	rest := string(t)
	for {
		i := strings.IndexByte(rest, '{')
		if i < 0 {
			out.WriteString(rest)
			return out.String(), nil
		}
		out.WriteString(rest[:i])
		j := strings.IndexByte(rest[i:], '}')
		if j < 0 {
			return "", fault.New(fault.Invalid, "BadTemplate", "template %q: a '{' is never closed", t)
		}
		parts := strings.Split(rest[i+1:i+j], "|")
		v := get(parts[0])
		for _, f := range parts[1:] {
			name, arg, _ := strings.Cut(f, " ")
			next, ok := filter(name, v, arg)
			if !ok {
				return "", fault.New(fault.Invalid, "BadTemplate", "template %q: no filter is called %q", t, name)
			}
			v = next
		}
		out.WriteString(v)
		rest = rest[i+j+1:]
	}
}

// Bounds of a template. Expanding goes over it once: the time and the length of what it gives are bounded by them and by
// the lengths of the values.
const (
	maxTemplate = 1 << 10 // bytes
	maxHoles    = 16      // fields in one
	maxFilters  = 8       // behind one field
)

// Check tells before any value is there whether the template parses, keeps the bounds, and names only fields that are
// known.
func (t Template) Check(known func(field string) bool) error {
	if len(t) > maxTemplate || strings.Count(string(t), "{") > maxHoles {
		return fault.New(fault.Invalid, "BadTemplate", "a template has at most %d bytes and %d fields", maxTemplate, maxHoles)
	}
	unknown, long := false, false
	for rest := string(t); ; {
		_, hole, found := strings.Cut(rest, "{")
		if !found {
			break
		}
		hole, rest, _ = strings.Cut(hole, "}")
		parts := strings.Split(hole, "|")
		unknown = unknown || !known(parts[0])
		long = long || len(parts) > 1+maxFilters
	}
	switch {
	case unknown:
		return fault.New(fault.Invalid, "BadTemplate", "a template names a field that there is none of")
	case long:
		return fault.New(fault.Invalid, "BadTemplate", "a field of a template has at most %d filters", maxFilters)
	}
	_, err := t.Expand(func(string) string { return "" })
	return err
}

// filter applies one filter; false when none has the name.
func filter(name, v, arg string) (string, bool) {
	switch name {
	case "lower":
		return strings.ToLower(v), true
	case "host":
		if h, _, err := net.SplitHostPort(v); err == nil {
			return h, true
		}
		return strings.Trim(v, "[]"), true
	case "port":
		if _, p, err := net.SplitHostPort(v); err == nil {
			return p, true
		}
		return arg, true
	case "default":
		if v == "" {
			return arg, true
		}
		return v, true
	case "unless":
		if v == arg {
			return "", true
		}
		return v, true
	case "among":
		if !slices.Contains(strings.Fields(arg), v) {
			return "", true
		}
		return v, true
	case "prefix":
		if v == "" {
			return "", true
		}
		return arg + v, true
	}
	return "", false
}
