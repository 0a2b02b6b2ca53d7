package search

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestMarksStandAroundWhatMatched(t *testing.T) {
	for _, c := range []struct{ keywords, text, want string }{
		{"orders", "orders", "<em>orders</em>"},
		{"ord", "order_items", "<em>order</em>_items"},
		{`"ord"`, "order_items", ""},
		{"items", "order_items", "order_<em>items</em>"},
		{"name full", "FullName", "<em>FullName</em>"}, // by a part
		{"fullname", "full_name", "<em>full_name</em>"},
		{"uber", "Gehaltsübersicht Übersicht", "Gehaltsübersicht <em>Übersicht</em>"},
		{"STRASSE", "Straße", "<em>Straße</em>"},
		{"x", "<b>x</b>", "<b><em>x</em></b>"}, // no markup: shown as text
		{"orders", "customers", ""},
		{"*", "orders", ""},
		{"", "orders", ""},
		{"顧客", "顧客_テーブル", "<em>顧客</em>_テーブル"},
	} {
		got, ok := NewMarker(c.keywords).Name(c.text)
		if (c.want != "") != ok || ok && got != c.want {
			t.Errorf("%q in %q: %q, %v, want %q", c.keywords, c.text, got, ok, c.want)
		}
	}
}

func TestALongTextIsCutToWhatMatched(t *testing.T) {
	text := strings.Repeat("é schön ", 100) + "the customers who pay " + strings.Repeat("später ö ", 100)
	got, ok := NewMarker("customers").Text(text)
	if !ok || !strings.Contains(got, "the <em>customers</em> who pay") || len(got) > 4*around || !utf8.ValidString(got) ||
		!strings.HasPrefix(got, "…") || !strings.HasSuffix(got, "…") {
		t.Errorf("%v %q", ok, got)
	}
	if got, ok := NewMarker("people").Text("for people"); !ok || got != "for <em>people</em>" {
		t.Errorf("%v %q", ok, got)
	}
}

func FuzzMarks_leave_the_text_as_it_is(f *testing.F) {
	f.Add("full name", "FullName full_name É")
	f.Add("x*", "<em>x</em>")
	f.Fuzz(func(t *testing.T, keywords, text string) {
		if !utf8.ValidString(text) || !utf8.ValidString(keywords) || strings.Contains(text, "<") {
			return
		}
		got, _ := NewMarker(keywords).Name(text)
		if plain := strings.NewReplacer(emphasisBegins, "", emphasisEnds, "").Replace(got); plain != text {
			t.Fatalf("%q in %q became %q", keywords, text, got)
		}
		if cut, ok := NewMarker(keywords).Text(text); ok && !utf8.ValidString(cut) {
			t.Fatalf("%q in %q became %q", keywords, text, cut)
		}
	})
}
