package postgres

import (
	"strings"
	"testing"

	"github.com/purlieu/purlieu/fault"
)

func TestRedactTakesEveryLiteralOut(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"plain string", `select 'canary' as a`, `select ? as a`},
		{"doubled quote", `select 'ca''na''ry'`, `select ?`},
		{"backslash is nothing special", `select 'C:\', x`, `select ?, x`},
		{"escape string", `select E'it\'s canary', e'\\'`, `select ?, ?`},
		{"string that goes on", "select 'can'\n  'ary', b", "select ?, b"},
		{"escape string that goes on", "select E'a'\n'\\'canary', b", "select ?, b"},
		{"string that goes on behind a comment", "select E'a' -- x\n'\\'canary', b", "select ?, b"},
		{"two strings on one line", `select 'a' 'b'`, `select ? ?`},
		{"unicode string", `select U&'\0441canary' uescape '!'`, `select ? uescape ?`},
		{"unicode name", `select U&"d\0061ta"`, `select U&"d\0061ta"`},
		{"dollar quotes", `select $$canary 'x$$, $q$a $$ b$q$`, `select ?, ?`},
		{"dollar in a name", `select a$b$c from t`, `select a$b$c from t`},
		{"bits and bytes", `select B'101', x'CAFE', N'canary'`, `select ?, ?, ?`},
		{"numbers", `select 1, 1.5e-3, .5, 2., 0xFF, 1_000, 12abc from t1`, `select ?, ?, ?, ?, ?, ?, ? from t1`},
		{"signs are operators", `a = -1`, `a = -?`},
		{"parameter", `a = $1 and b = $2`, `a = $1 and b = $2`},
		{"a parameter is a small number", `a = $99999 and b = $4111111111111111`, `a = $99999 and b = ?`},
		{"string that goes on behind two comments", "select E'a' -- x\n -- '\n '\\'canary', b", "select ?, b"},
		{"bits that go on", "select B'1'\n'canary', b", "select ?, b"},
		{"unicode string that goes on", "select U&'a'\n'\\canary', b", "select ?, b"},
		{"escape at the end of a plain string", `select 'canary\', 'canary'`, `select ?, ?`},
		{"a dollar quote holds another", `$a$ canary $b$ canary $b$ $a$, x`, `?, x`},
		{"a dollar quote of no tag holds one with", `$$ canary $b$ canary $$, x`, `?, x`},
		{"a tag of other letters", `$größe$canary$größe$, x`, `?, x`},
		{"numbers in every form", `1_500.000_1, 0o17, 0b1010, 0XBEEF, 1e+5, 1E-5, 1.e3, 42::int8`, `?, ?, ?, ?, ?, ?, ?, ?::int8`},
		{"a range of numbers", `for i in 1..4711`, `for i in ?..?`},
		{"operators of many characters", `a @-@ 4711 <-> b !~~* 'canary' ~= -4711`, `a @-@ ? <-> b !~~* ? ~= -?`},
		{"a prefix that is a word", `xcanary, e 'canary', u & 'canary'`, `xcanary, e ?, u & ?`},
		{"line comment", "a -- canary 'x\n+ b", "a \n+ b"},
		{"block comment", `a/* canary /* deep */ ' */b`, `a b`},
		{"comment inside an operator", "a*--canary\nb", "a*\nb"},
		{"quoted names stay", `select "It's ""1""" from "T 2"`, `select "It's ""1""" from "T 2"`},
		{"casts keep modifiers", `x::numeric(12,2), y::character varying(120), cast(z as varchar(5)), b::bit(3)`, `x::numeric(12,2), y::character varying(120), cast(z as varchar(5)), b::bit(3)`},
		{"time modifiers", `now()::timestamp(3) with time zone`, `now()::timestamp(3) with time zone`},
		{"a function is no type", `f(12, 2), pg_catalog.numeric(4711, 2), "numeric"(4711)`, `f(?, ?), pg_catalog.numeric(?, ?), "numeric"(?)`},
		{"an expression is no modifier", `interval(3) '1 day', numeric(1+4711)`, `interval(3) ?, numeric(1+?)`},
		{"what is no modifier ends them", `numeric(0A0, 12), numeric(1 2), numeric(1, , 2), varchar(1)2`, `numeric(?, ?), numeric(1 ?), numeric(1, , ?), varchar(1)?`},
		{"long number is no modifier", `varchar(123456)`, `varchar(?)`},
		{"default", `nextval('people_id_seq'::regclass)`, `nextval(?::regclass)`},
		{"json operators", `a -> 'k' ->> 2 @> '{"x":1}'`, `a -> ? ->> ? @> ?`},
		{"array", `ARRAY['a','b'][1:2]`, `ARRAY[?,?][?:?]`},
		{"empty", ``, ``},
		{"unicode words", `select größe from übung`, `select größe from übung`},
		{"operator glued to a value", `a ?'k'`, `a ? ?`},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := Redact(c.in)
			if err != nil || got != c.want {
				t.Errorf("got %q, %v; want %q", got, err, c.want)
			}
		})
	}
}

func TestRedactRefusesWhatItCannotCut(t *testing.T) {
	for _, bad := range []string{
		`select 'canary`, `select "canary`, `select /* canary`, `select /* /* canary */`, `select $a$canary$b$`, `select $canary`,
		`\d canary`, "canary\x00", "canary \x01", `select E'canary\'`, "select can\xffary", "select \"can\xffary\"", `{`,
	} {
		got, err := Redact(bad)
		if !fault.Is(err, fault.Unsupported) || got != "" {
			t.Errorf("%q: got %q, %v", bad, got, err)
			continue
		}
		if strings.Contains(err.Error(), "canary") {
			t.Errorf("%q: the error quotes it: %v", bad, err)
		}
	}
}

// FuzzRedact holds the laws: the tokens joined are the text, no literal is left, nothing changes the second time nor in a
// piece that ends with a token, and a canary inside any form of literal never survives whatever stands around it.
func FuzzRedact(f *testing.F) {
	f.Add("select 'a', E'\\'b' from \"t\" -- c", uint8(0))
	f.Add("x::numeric(1,2) /* a /* b */ */ + 1e5", uint8(3))
	f.Add("$a$ b $a$ $1 U&'x'\n'y'", uint8(5))
	f.Add("a*--b\n*/ c", uint8(7))
	forms := []string{
		`'canary'`, `E'\'canary'`, `U&'canary'`, `$$canary$$`, `$t$canary$t$`, `N'canary'`, "'a'\n'canary'", `/*canary*/`,
		"--canary\n", `'''canary'`, "E'x'\n'\\'canary'", `B'canary'`, `77canary`,
	}
	f.Fuzz(func(t *testing.T, s string, form uint8) {
		got, err := Redact(s)
		if err != nil {
			return
		}
		var joined strings.Builder
		for l := (lexer{text: s}); ; {
			tok, ok, err := l.next()
			if err != nil {
				t.Fatalf("%q can be redacted and not be cut: %v", s, err)
			}
			if !ok {
				break
			}
			joined.WriteString(tok.text)
		}
		if joined.String() != s {
			t.Fatalf("the tokens of %q joined are %q", s, joined.String())
		}
		l := lexer{text: got}
		for {
			tok, ok, err := l.next()
			if err != nil {
				t.Fatalf("%q became %q, which can't be cut", s, got)
			}
			if !ok {
				break
			}
			if piece := got[:l.pos]; tok.class != space {
				if again, err := Redact(piece); err != nil || again != piece {
					t.Fatalf("%q became %q, whose piece %q becomes %q, %v", s, got, piece, again, err)
				}
			}
			if tok.class == literal || tok.class == comment {
				t.Fatalf("%q became %q with %q left", s, got, tok.text)
			}
		}
		if again, err := Redact(got); err != nil || again != got {
			t.Fatalf("%q became %q and then %q, %v", s, got, again, err)
		}
		if strings.Contains(s, "canary") {
			return
		}
		whole := s + "\n;" + forms[int(form)%len(forms)] + "\n;" + s
		if got, err := Redact(whole); err == nil && strings.Contains(got, "canary") {
			t.Fatalf("%q let a value through: %q", whole, got)
		}
	})
}

func BenchmarkRedact(b *testing.B) {
	text := strings.Repeat(` SELECT c.id, (c.name)::text AS name, 'x'::character varying(20), sum(o.total) FROM (shop.customer c JOIN shop.orders o ON ((o.id = 12)))`, 10)
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		if _, err := Redact(text); err != nil {
			b.Fatal(err)
		}
	}
}

// FuzzRedactType holds the laws for names of types: no literal is left, nothing changes the second time.
func FuzzRedactType(f *testing.F) {
	for _, s := range []string{"character varying(20)", `"My ""type"""[]`, "geometry(Point,4326)", "enum('a','b')", "a$b", "-- x"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got, err := New().RedactType(s)
		if err != nil {
			return
		}
		for l := (lexer{text: got}); ; {
			tok, ok, err := l.next()
			if err != nil || tok.class == literal || tok.class == comment {
				t.Fatalf("%q became %q: %v, %q", s, got, err, tok.text)
			}
			if !ok {
				break
			}
		}
		if again, err := New().RedactType(got); err != nil || again != got {
			t.Fatalf("%q became %q and then %q, %v", s, got, again, err)
		}
	})
}
