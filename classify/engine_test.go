package classify_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/purlieu/purlieu/classify"
	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/sample"
)

// code is a rule for "x" and three digits: weak without the x, its checksum is an even last digit.
func code() classify.Rule {
	return classify.Rule{
		ID: "code", Class: "PURLIEU.TEST.CODE", Title: "Code", Says: "x and three digits.", Version: 3,
		Shape: classify.Shape{Allow: classify.Digit | classify.Low, Need: classify.Digit, Least: 3, Most: 4, Digits: 3, MostDigits: 3},
		Match: func(cell string) classify.Grade {
			if len(cell) == 3 {
				return classify.Weak
			}
			if cell[0] == 'x' {
				return classify.Strong
			}
			return classify.No
		},
		Hints: []string{"shop code"}, Against: []string{"area"},
	}
}

func checked() classify.Rule {
	r := code()
	r.Check = func(cell string) bool { return (cell[len(cell)-1]-'0')%2 == 0 }
	return r
}

func columnOf(name string, cells ...string) *sample.Column {
	var table sample.Table
	c := table.Column(name)
	for _, cell := range cells {
		c.Add(cell)
	}
	return c
}

// series gives n cells made by a format from 100 on.
func series(format string, n int) []string {
	out := make([]string, n)
	for i := range out {
		out[i] = fmt.Sprintf(format, 100+i)
	}
	return out
}

func repeat(cell string, n int) []string { return slices.Repeat([]string{cell}, n) }

func TestAColumnGetsAClassByShareAndDistinctValues(t *testing.T) {
	for name, c := range map[string]struct {
		rule   classify.Rule
		column *sample.Column
		want   *model.Evidence // nil for no class
		judged bool
	}{
		"sixty per cent are enough": {
			code(), columnOf("c", append(series("x%d", 12), series("word%d", 8)...)...),
			&model.Evidence{Rule: "code", Version: 3, Tried: 20, Matches: 12, Distinct: 12}, true,
		},
		"less is not": {code(), columnOf("c", append(series("x%d", 11), series("word%d", 8)...)...), nil, true},
		"empty and blank cells don't count": {
			code(), columnOf("c", append(series("x%d", 8), "", " ", "\t", "  ", "", "", "")...),
			&model.Evidence{Rule: "code", Version: 3, Tried: 8, Matches: 8, Distinct: 8}, true,
		},
		"eight different values are needed":         {code(), columnOf("c", append(series("x%d", 7), repeat("x100", 90)...)...), nil, true},
		"seven values are too few to judge":         {code(), columnOf("c", series("x%d", 7)...), nil, false},
		"a column of nulls is not judged":           {code(), columnOf("c"), nil, false},
		"weak matches don't count without a hint":   {code(), columnOf("c", series("%d", 20)...), nil, true},
		"weak matches count with one":               {code(), columnOf("ShopCode2", series("%d", 20)...), &model.Evidence{Rule: "code", Version: 3, Tried: 20, Matches: 20, Distinct: 20, Hint: true}, true},
		"a name that speaks against rules it out":   {code(), columnOf("area_shop_code", series("x%d", 20)...), nil, true},
		"values that come twice are distinct once":  {code(), columnOf("c", append(series("x%d", 8), series("x%d", 8)...)...), &model.Evidence{Rule: "code", Version: 3, Tried: 16, Matches: 16, Distinct: 8}, true},
		"half of the checksums right is not enough": {checked(), columnOf("c", series("x%d", 20)...), nil, true},
		"only what passes the checksum counts": {
			checked(), columnOf("c", append(series("x%d", 8), "x200", "x202", "x204", "x206", "x208")...),
			&model.Evidence{Rule: "code", Version: 3, Tried: 13, Matches: 13, Distinct: 9, Checks: 9, Checked: true}, true,
		},
	} {
		t.Run(name, func(t *testing.T) {
			e, err := classify.New([]classify.Rule{c.rule})
			if err != nil {
				t.Fatal(err)
			}
			for range 2 { // an engine remembers nothing of a column
				got, judged := e.Column(c.column)
				if judged != c.judged || (c.want == nil) != (len(got) == 0) {
					t.Fatalf("judged %v: %+v", judged, got)
				}
				if c.want != nil && (len(got) != 1 || got[0].Name != "PURLIEU.TEST.CODE" || got[0].Evidence != *c.want) {
					t.Errorf("got %+v, want %+v", got, c.want)
				}
			}
		})
	}
}

func TestClassesAreSortedAndGivenOnce(t *testing.T) {
	loose, other := code(), code()
	loose.ID, loose.Match = "loose", func(string) classify.Grade { return classify.Strong }
	other.ID, other.Class = "other", "PURLIEU.TEST.ANOTHER"
	e, err := classify.New([]classify.Rule{code(), other, loose})
	if err != nil {
		t.Fatal(err)
	}
	got, _ := e.Column(columnOf("c", append(series("x%d", 20), series("y%d", 5)...)...))
	if len(got) != 2 || got[0].Name != "PURLIEU.TEST.ANOTHER" || got[1].Evidence.Rule != "loose" || got[1].Evidence.Matches != 25 {
		t.Errorf("got %+v", got)
	}
}

func TestColumnNamesSpeakForRules(t *testing.T) {
	for _, c := range []struct {
		hint, column string
		want         bool
	}{
		{"email", "email", true},
		{"email", "EMAIL", true},
		{"email", "customerEmail", true},
		{"email", "customer_emails", true},
		{"email", "email2", true},
		{"email", "emailed_at", false},
		{"card number", "CARD_NUMBER", true},
		{"card number", "cardNumber", true},
		{"card number", "creditcardnumber", true},
		{"card number", "number_card", false},
		{"pan", "pan", true},
		{"pan", "company", false},
		{"pan", "panel", false},
		{"cvv", "ACADEMIC_YEAR_CODE", false},
		{"card", "scenario_code", false},
		{"ip", "ip", true},
		{"ip", "zip", false},
		{"ip", "clientIP", true},
		{"ip", "IPAddress", true},
		{"ssn", "SSN", true},
		{"tel", "hotel", false},
	} {
		r := code()
		r.Hints = []string{c.hint}
		e, err := classify.New([]classify.Rule{r})
		if err != nil {
			t.Fatal(err)
		}
		got, _ := e.Column(columnOf(c.column, series("%d", 20)...))
		if (len(got) == 1) != c.want {
			t.Errorf("%q in %q: %v", c.hint, c.column, !c.want)
		}
	}
}

func TestTheVersionFollowsTheRules(t *testing.T) {
	version := func(change func(*classify.Rule)) uint64 {
		r := code()
		change(&r)
		e, err := classify.New([]classify.Rule{r})
		if err != nil {
			t.Fatal(err)
		}
		return e.Version()
	}
	same := version(func(*classify.Rule) {})
	if same != version(func(*classify.Rule) {}) || same == 0 {
		t.Error("the same rules have two versions, or none")
	}
	for name, change := range map[string]func(*classify.Rule){
		"version":  func(r *classify.Rule) { r.Version++ },
		"class":    func(r *classify.Rule) { r.Class = "PURLIEU.TEST.OTHER" },
		"hints":    func(r *classify.Rule) { r.Hints = nil },
		"moved":    func(r *classify.Rule) { r.Hints, r.Against = nil, append(r.Hints, r.Against...) },
		"share":    func(r *classify.Rule) { r.Share = 61 },
		"distinct": func(r *classify.Rule) { r.Distinct = 9 },
	} {
		if version(change) == same {
			t.Errorf("%s changes nothing", name)
		}
	}
}

func TestRulesOfBadFormAreRefused(t *testing.T) {
	for name, change := range map[string]func(*classify.Rule){
		"no match":        func(r *classify.Rule) { r.Match = nil },
		"bad identifier":  func(r *classify.Rule) { r.ID = "A b" },
		"bad name":        func(r *classify.Rule) { r.Class = "PURLIEU/X" },
		"no version":      func(r *classify.Rule) { r.Version = 0 },
		"impossible":      func(r *classify.Rule) { r.Shape.Need |= classify.At },
		"empty hint":      func(r *classify.Rule) { r.Hints = []string{"-"} },
		"too large share": func(r *classify.Rule) { r.Share = 101 },
	} {
		r := code()
		change(&r)
		if _, err := classify.New([]classify.Rule{r}); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := classify.New([]classify.Rule{code(), code()}); !fault.Is(err, fault.Invalid) {
		t.Error("two rules with one identifier are taken")
	}
}

func TestAPatternFromDataIsAnchored(t *testing.T) {
	match, err := classify.Pattern(`[A-Z]{2}|\d+`)
	if err != nil {
		t.Fatal(err)
	}
	for cell, want := range map[string]classify.Grade{"AB": classify.Strong, "12": classify.Strong, "AB1": classify.No, "x12": classify.No, "12\n": classify.No} {
		if match(cell) != want {
			t.Errorf("%q: %v", cell, match(cell))
		}
	}
	if _, err := classify.Pattern(`(`); !fault.Is(err, fault.Invalid) {
		t.Errorf("got %v", err)
	}
}

func TestAColumnCostsNoAllocationPerCell(t *testing.T) {
	e, err := classify.New([]classify.Rule{code()})
	if err != nil {
		t.Fatal(err)
	}
	c := columnOf("c", append(series("x%d", 50), series(strings.Repeat("w", 20)+"%d", 70)...)...)
	e.Column(c)
	if n := testing.AllocsPerRun(20, func() { e.Column(c) }); n > 6 {
		t.Errorf("a column of 120 cells costs %v allocations", n)
	}
}
