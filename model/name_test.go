package model

import (
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/purlieu/purlieu/fault"
)

func TestEscapeName(t *testing.T) {
	for name, want := range map[string]string{
		"orders": "orders", "a/b": "a%2Fb", "50%": "50%25", "q?#": "q%3F%23", "tab\t": "tab%09",
		"\xff\xfe": "%FF%FE", "é": "é", "日本": "日本", "a.b c": "a.b c", "": "",
	} {
		got := EscapeName(name)
		if got != want {
			t.Errorf("EscapeName(%q) = %q, want %q", name, got, want)
		}
		if back := UnescapeName(got); back != name {
			t.Errorf("UnescapeName(%q) = %q, want %q", got, back, name)
		}
	}
}

func FuzzEscapeName(f *testing.F) {
	f.Add("a/b%2F\x00é\xff")
	f.Fuzz(func(t *testing.T, name string) {
		e := EscapeName(name)
		if !utf8.ValidString(e) {
			t.Fatalf("not valid: %q", e)
		}
		if UnescapeName(e) != name {
			t.Fatalf("%q became %q and then %q", name, e, UnescapeName(e))
		}
	})
}

func TestCleanText(t *testing.T) {
	for text, want := range map[string]string{
		"": "", "plain é": "plain é", "\xff.csv": `\xFF.csv`, "a\x00b": `a\x00b`, `a\x00b`: `a\\x00b`, "\\\x00": `\\\x00`, `\\x`: `\\\\x`,
		`a\b\\`: `a\b\\`, "\xc3\xa9": "é", "\xed\xa0\x80": `\xED\xA0\x80`,
	} {
		if got := CleanText(text); got != want {
			t.Errorf("CleanText(%q) = %q, want %q", text, got, want)
		}
	}
}

// uncleaned is the text that was cleaned: before an x an odd number of backslashes ends with that of an escape.
func uncleaned(t *testing.T, s string) string {
	t.Helper()
	var out []byte
	for i := 0; i < len(s); {
		n := 0
		for i+n < len(s) && s[i+n] == '\\' {
			n++
		}
		i += n
		if n > 0 && i < len(s) && s[i] == 'x' {
			out = append(out, s[i-n:i-n+n/2]...)
			if n%2 == 1 {
				v, err := strconv.ParseUint(s[i+1:i+3], 16, 8)
				if err != nil {
					t.Fatal(err)
				}
				out = append(out, byte(v))
				i += 3
				continue
			}
		} else {
			out = append(out, s[i-n:i]...)
		}
		if i < len(s) {
			out = append(out, s[i])
			i++
		}
	}
	return string(out)
}

func FuzzCleanText(f *testing.F) {
	for _, s := range []string{"a\x00\\x00\xff", `\\x\\\x`, "\\\\\x00x", "\\\xff\\"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		clean := CleanText(text)
		if !Storable(clean) {
			t.Fatalf("%q became %q, which no store holds", text, clean)
		}
		if back := uncleaned(t, clean); back != text {
			t.Fatalf("%q became %q and then %q", text, clean, back)
		}
	})
}

func TestGUID(t *testing.T) {
	seen := map[string]bool{}
	for _, row := range []uint64{0, 1, 2, 255, 65535, 1 << 31, 1 << 47, 1 << 52, 1<<63 + 5, ^uint64(0)} {
		for _, col := range []uint32{0, 1, 1600, 1<<24 - 1} {
			g := GUID(row, col)
			if seen[g] {
				t.Fatalf("%s twice", g)
			}
			seen[g] = true
			r, c, err := ParseGUID(g)
			if err != nil || r != row || c != col {
				t.Errorf("%s: got %d %d %v, want %d %d", g, r, c, err, row, col)
			}
			if g[14] != '8' {
				t.Errorf("%s is not version 8", g)
			}
		}
	}
	if _, _, err := ParseGUID("00000000-0000-0000-0000-000000000000"); !fault.Is(err, fault.NotFound) {
		t.Errorf("foreign guid: %v", err)
	}
	if _, _, err := ParseGUID("x"); !fault.Is(err, fault.Invalid) {
		t.Errorf("no guid: %v", err)
	}
}

func TestBelow(t *testing.T) {
	for _, c := range []struct {
		path, root string
		want       bool
	}{
		{"a/b", "a", true}, {"a", "a", true}, {"ab", "a", false}, {"", "a", false}, {"x", "", true}, {"", "", true},
	} {
		if got := Below(c.path, c.root); got != c.want {
			t.Errorf("Below(%q, %q) = %v", c.path, c.root, got)
		}
	}
}

func TestStorableTextHasNoNULAndNoBrokenCharacter(t *testing.T) {
	for s, want := range map[string]bool{"": true, "é": true, `a\xb`: true, "a\x00": false, "\xff": false} {
		if Storable(s) != want {
			t.Errorf("Storable(%q) = %v", s, !want)
		}
	}
}

func TestNamesThatPeopleGive(t *testing.T) {
	for name, fit := range map[string]bool{
		"abc": true, "A-1": true, strings.Repeat("x", 63): true,
		"": false, "db": false, "a_b": false, "a--b": false, "-ab": false, "ab-": false, "äbc": false, "a b": false, strings.Repeat("x", 64): false,
	} {
		if FitName(name) != fit {
			t.Errorf("%q: want %v", name, fit)
		}
	}
}

func TestOfANameThatNothingCanHaveThatIsSaid(t *testing.T) {
	for _, sort := range []string{"source", "scan", "credential", "vault", "vault connection", "runtime", "integration runtime", "collection"} {
		if said := NeverNamed(sort, "db"); said != "None can be: names have "+NameRule+"." {
			t.Errorf("of the %s db: %q", sort, said)
		}
		if said := NeverNamed(sort, "shop"); said != "" {
			t.Errorf("of the %s shop: %q", sort, said)
		}
	}
	for _, sort := range []string{"node", "run", "proposal", "kind of source", ""} { // they have names of other forms
		if said := NeverNamed(sort, "a_b"); said != "" {
			t.Errorf("of the %s a_b: %q", sort, said)
		}
	}
}
