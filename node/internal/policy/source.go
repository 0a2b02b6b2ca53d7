package policy

import (
	"net"
	"net/netip"
	"strconv"
	"strings"
	"unicode"

	"github.com/purlieu/purlieu/fault"
)

// Source names a source as a policy does: what kind it is of, and where it is dialled.
type Source struct {
	Kind string
	Host string // a name in lower case, or an address
	Port int
}

// String is the source as people write it: "PostgreSql://db.internal:5432".
func (s Source) String() string {
	return s.Kind + "://" + net.JoinHostPort(s.Host, strconv.Itoa(s.Port))
}

// ParseSource reverses String. It fails with fault.Invalid.
func ParseSource(text string) (Source, error) {
	bad := func(why string) (Source, error) {
		return Source{}, fault.New(fault.Invalid, "BadSource", "%q does not name a source: %s", text, why).
			Try("Write it as kind://host:port, such as PostgreSql://db.internal:5432")
	}
	kind, rest, ok := strings.Cut(text, "://")
	if !ok || !word(kind) {
		return bad("the kind is missing")
	}
	host, port, err := net.SplitHostPort(rest)
	if err != nil {
		return bad("host or port is missing")
	}
	n, err := strconv.Atoi(port)
	if err != nil || n < 1 || n > 65535 {
		return bad("the port is not a number from 1 to 65535")
	}
	host = canonical(host)
	if !hostLike(host) {
		return bad("the host is neither a name nor an address")
	}
	return Source{kind, host, n}, nil
}

// canonical writes a host in the one way that hosts are compared in.
func canonical(host string) string {
	host = strings.TrimSuffix(strings.TrimPrefix(strings.TrimSpace(host), "["), "]")
	if addr, err := netip.ParseAddr(host); err == nil {
		return addr.Unmap().WithZone("").String()
	}
	return strings.TrimSuffix(strings.ToLower(host), ".")
}

func word(s string) bool {
	for i := 0; i < len(s); i++ {
		c := s[i]
		if (c < '0' || c > '9') && (c < 'A' || c > 'Z') && (c < 'a' || c > 'z') {
			return false
		}
	}
	return s != ""
}

// hostLike reports whether a canonical host is an address, or a name without anything that a name can't have.
func hostLike(host string) bool {
	if _, err := netip.ParseAddr(host); err == nil {
		return true
	}
	return host != "" && len(host) <= 253 && !strings.ContainsAny(host, " */\\:'\"$`;&|<>(){}[]#?!%@,=~^") &&
		!strings.ContainsFunc(host, func(r rune) bool { return unicode.IsControl(r) || unicode.IsSpace(r) })
}

// quote makes text of the account one word of a shell: the command that holds it is meant to be copied.
func quote(text string) string {
	text = printable(text)
	plain := text != ""
	for _, r := range text {
		if r > unicode.MaxASCII || !word(string(r)) && !strings.ContainsRune("-_./:@", r) {
			plain = false
		}
	}
	if plain && !strings.HasPrefix(text, "-") {
		return text
	}
	return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'"
}

// printable takes out of text of the account what a terminal would obey.
func printable(text string) string {
	return strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return '?'
		}
		return r
	}, text)
}
