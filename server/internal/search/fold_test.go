package search

import (
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestNames_give_their_whole_pieces_and_parts(t *testing.T) {
	for name, want := range map[string]string{
		"orders":          "orders",
		"customer_000123": "customer000123 customer 000123",
		"FullName":        "fullname full name",
		"fullname":        "fullname",
		"HTTPServer2":     "httpserver2 http server 2",
		"v1.order-items":  "v1orderitems v1 v 1 order items",
		"Straße":          "strasse",
		"ÉTÉ":             "ete",
		"e\u0301te\u0301": "ete",
		"Łódź":            "lodz",
		"İstanbul":        "istanbul",
		"IRMAĞI_ırmağı":   "irmagiirmagi irmagi",
		"顧客_テーブル":         "顧客テーブル 顧客 テーブル",
		"ﬁle²":            "file2",
		"हिन्दी":          "हिन्दी",
		"a b":             "ab a b",
		"_":               "_",
		"---":             "---",
		" ":               "",
		"":                "",
	} {
		w := newWords(99)
		w.name(name)
		if got := w.String(); got != want {
			t.Errorf("%q gives %q, want %q", name, got, want)
		}
	}
}

func TestQuestions_match_the_names_that_people_mean(t *testing.T) {
	for _, c := range []struct{ typed, want string }{
		{"orders", "[orders]* orders"},
		{"Full_Name", "[fullname]* fullname"},
		{"full name", "[full name]* fullname"},
		{"public.orders", "[public orders]* publicorders"},
		{`"order items"`, "[order items] orderitems"},
		{"  cust* ", "[cust]* cust"},
		{"customer_000123", "[customer000123]* customer000123"},
		{"ÜBER", "[uber]* uber"},
		{"*", "[] "},
		{"", "[] "},
		{`"`, "[] "},
		{"a * b", "[a b]* ab"},
		{"_", "[_]* _"},
	} {
		q := ask(c.typed)
		star := ""
		if q.prefix {
			star = "*"
		}
		if got := fmt.Sprintf("%v%s %s", q.terms, star, q.exact); got != c.want {
			t.Errorf("%q asks %q, want %q", c.typed, got, c.want)
		}
	}
	if n := len(ask(strings.Repeat("x y ", 1000)).terms); n != mostTerms {
		t.Errorf("%d terms", n)
	}
}

func FuzzFolding_never_gives_blanks_or_broken_text(f *testing.F) {
	f.Add("FullName x_1 É", 3)
	f.Add(strings.Repeat("é", 300), 1)
	f.Add("\x00\x01 \u2028 \U0001f389", 2)
	f.Fuzz(func(t *testing.T, s string, n int) {
		if !utf8.ValidString(s) {
			return
		}
		w := newWords(50)
		w.name(s)
		w.text(s)
		for _, word := range append(w.list, ask(s).terms...) {
			if word == "" || len(word) > longest || !utf8.ValidString(word) || strings.ContainsFunc(word, blank) {
				t.Fatalf("%q gives the word %q", s, word)
			}
		}
		if again := fold(fold(s)); plain(s) && again != fold(s) {
			t.Fatalf("%q folds to %q, then %q", s, fold(s), again)
		}
	})
}

func TestAbove_gives_the_names_on_the_way(t *testing.T) {
	for qn, want := range map[string]string{
		"postgresql://host:5432/shop/public/order%2Fitems": "[host:5432 shop public]",
		"postgresql://host:5432":                           "[]",
		"mssql://h/a%2Fb/dbo/t#lineage":                    "[h a/b dbo t]",
		"":                                                 "[]",
	} {
		if got := fmt.Sprint(above(qn)); got != want {
			t.Errorf("%q: %s, want %s", qn, got, want)
		}
	}
}
