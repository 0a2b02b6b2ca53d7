package model

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"strconv"
	"strings"
	"unicode/utf8"
)

// EscapeName makes a name of the source safe as one segment of a path: NUL, control characters, invalid UTF-8 bytes
// and the characters that mean something in a qualified name ('/', '#', '%', '?') become %XX. It is reversible.
func EscapeName(name string) string {
	if !needsEscape(name) {
		return name
	}
	var b strings.Builder
	b.Grow(len(name) + 8)
	for i := 0; i < len(name); {
		r, size := utf8.DecodeRuneInString(name[i:])
		if (r == utf8.RuneError && size == 1) || escaped(r) {
			for _, c := range []byte(name[i : i+size]) {
				b.WriteByte('%')
				b.WriteByte(upperHex[c>>4])
				b.WriteByte(upperHex[c&15])
			}
		} else {
			b.WriteString(name[i : i+size])
		}
		i += size
	}
	return b.String()
}

const upperHex = "0123456789ABCDEF"

func escaped(r rune) bool {
	return r < 0x20 || r == 0x7f || r == '/' || r == '#' || r == '%' || r == '?'
}

func needsEscape(name string) bool {
	for i := 0; i < len(name); i++ {
		c := name[i]
		if c >= utf8.RuneSelf {
			if !utf8.ValidString(name[i:]) {
				return true
			}
			continue
		}
		if escaped(rune(c)) {
			return true
		}
	}
	return false
}

// UnescapeName reverses EscapeName. A '%' that no two hex digits follow stands for itself.
func UnescapeName(segment string) string {
	if !strings.Contains(segment, "%") {
		return segment
	}
	out := make([]byte, 0, len(segment))
	for i := 0; i < len(segment); i++ {
		if segment[i] == '%' && i+2 < len(segment) {
			if v, err := strconv.ParseUint(segment[i+1:i+3], 16, 8); err == nil {
				out = append(out, byte(v))
				i += 2
				continue
			}
		}
		out = append(out, segment[i])
	}
	return string(out)
}

// CleanText makes text of a source storable anywhere: NUL and invalid UTF-8 bytes become \xXX, and backslashes that stand
// before such a byte or an x are doubled so that the form is reversible. Everything else is kept byte for byte. It is
// for whoever reads the source, once: text that was cleaned twice is another.
func CleanText(s string) string {
	if Storable(s) && !strings.Contains(s, `\x`) {
		return s
	}
	var b strings.Builder
	slashes := 0 // that stand right before
	for i := 0; i < len(s); {
		r, size := utf8.DecodeRuneInString(s[i:])
		broken := r == 0 || r == utf8.RuneError && size == 1
		if broken || r == 'x' {
			b.WriteString(s[i-slashes : i])
		}
		if broken {
			b.WriteString(`\x`)
			b.WriteByte(upperHex[s[i]>>4])
			b.WriteByte(upperHex[s[i]&15])
		} else {
			b.WriteString(s[i : i+size])
		}
		if slashes++; r != '\\' {
			slashes = 0
		}
		i += size
	}
	return b.String()
}

// Storable reports whether every store can hold the text as it is: valid UTF-8 without NUL.
func Storable(s string) bool { return utf8.ValidString(s) && strings.IndexByte(s, 0) < 0 }

// Stored is the text as every store can hold it: cleaned only where it must be, since what is clean would change.
func Stored(s string) string {
	if Storable(s) {
		return s
	}
	return CleanText(s)
}

// JoinPath escapes names and joins them to a path.
func JoinPath(names ...string) string {
	escaped := make([]string, len(names))
	for i, n := range names {
		escaped[i] = EscapeName(n)
	}
	return strings.Join(escaped, "/")
}

// Below reports whether path stands at or below root. Everything stands below "".
func Below(path, root string) bool {
	return root == "" || path == root || (len(path) > len(root) && path[len(root)] == '/' && path[:len(root)] == root)
}

// ParentPath is the path one name up, and false at the root.
func ParentPath(path string) (string, bool) {
	if path == "" {
		return "", false
	}
	i := strings.LastIndexByte(path, '/')
	if i < 0 {
		return "", true
	}
	return path[:i], true
}

// LastName is the last name of a path, unescaped; "" at the root.
func LastName(path string) string {
	return UnescapeName(path[strings.LastIndexByte(path, '/')+1:])
}

// QualifiedName joins an authority and a path.
func QualifiedName(authority, path string) string {
	if path == "" {
		return authority
	}
	return strings.TrimSuffix(authority, "/") + "/" + path
}

// Hash is the first 16 bytes of SHA-256 over (type, qualified name): the unique key of an entity in every store,
// and the key of a row in a base. Qualified names may be too long for an index; hashes never are.
type Hash [16]byte

// HashOf is the unique key of an entity.
func HashOf(typeName, qualifiedName string) Hash { return HashAt(typeName, qualifiedName, "") }

// HashAt is HashOf of the qualified name that an authority and a path make.
func HashAt(typeName, authority, path string) Hash {
	var usual [256]byte // most fit in, and need no memory of their own
	text := append(append(usual[:0], typeName...), 0)
	if path == "" {
		text = append(text, authority...)
	} else {
		text = append(append(append(text, strings.TrimSuffix(authority, "/")...), '/'), path...)
	}
	sum := sha256.Sum256(text)
	return Hash(sum[:16])
}

// String is the hash in hex.
func (h Hash) String() string { return hex.EncodeToString(h[:]) }

// PartOfHash is the first half of a hash as a number, for samples and shards that must not depend on order.
func (h Hash) PartOfHash() uint64 { return binary.BigEndian.Uint64(h[:8]) }

// NameRule says which names FitName takes.
const NameRule = "3 to 63 letters, digits and single dashes between them"

// FitName reports whether something that people name can be called so, in the published form: a source, a scan, a
// credential, a vault connection, a runtime, a collection. The name becomes part of addresses.
func FitName(name string) bool { return len(name) >= 3 && ValidNodeName(name) }

// NeverNamed says that no thing of a sort can have a name which was looked for: it was refused when it was to be given. "" where
// one can, and for sorts that people don't name. The sort is in the words of a command (vault, runtime) or of a sentence (vault
// connection, integration runtime).
func NeverNamed(sort, name string) string {
	switch sort {
	case "source", "scan", "credential", "vault", "vault connection", "runtime", "integration runtime", "collection":
		if !FitName(name) {
			return "None can be: names have " + NameRule + "."
		}
	}
	return ""
}
