package policy

import (
	"strings"
	"testing"
)

func TestATextTellsWhatItMayGiveAway(t *testing.T) {
	for _, c := range []struct {
		pattern, text string
		want          bool
	}{
		{"shop/public/salaries", "mirrors salaries nightly", true},
		{"shop/public/salaries", "of shop.public.Salaries", true},
		{"shop/public/salaries", "audit_salaries_idx", true},
		{"shop/public/salaries", "presalariespost", true},
		{"shop/public/salaries", "shop.public.people", false},
		{"shop/public/salaries", "", false},
		{"shop/internal", "for internal use", true},
		{"credit card", `select "Credit Card" from x`, true},
		{"credit card", "credit of a card", false},
		{"Größe", "die GRÖSSE", false}, // other letters
		{"größe", "die GRÖßE", true},
		{"a%2Fb", "x a/b y", true},
		{"a%2Fb", "x/A%2fb", true},
		{`5" disk`, `select "5"" disk"`, true},
		{"o'brien", "comment 'o''brien'", true},
		{"*salary*", "x.salary_eur", true},
		{"*salary*", "salami", false},
		{"pay*2020", "payroll of 2020", true},
		{"pay*2020", "in 2020 we pay", false},
		{"ab*defgh", "the defgh", true},
		{"secret?", "secret", true}, // in doubt
		{"hr", "index_hr_1", true},
		{"hr", "three", false},
		{"hr*", "hrx = 1", true},
		{"hr*", "the hr", true},
		{"hr*", "three", false},
		{"a-b", "(a-b)", true},
		{"a*", "x a_b", true},
		{"shop/hr/*", "hr.people", true},
		{"shop/hr/*", "three shops", false},
		{"shop/payroll/*", "payroll.people", true},
		{"*", "anything", true},
		{"*", "", false},
	} {
		p, err := Parse("policy", []byte("hide: ['"+strings.ReplaceAll(c.pattern, "'", "''")+"']"))
		if err != nil {
			t.Fatal(err)
		}
		if got := p.Tells(c.text); got != c.want {
			t.Errorf("%q tells of %q: %v", c.text, c.pattern, got)
		}
	}
	if Default().Tells("anything") {
		t.Error("a policy that hides nothing is told of")
	}
}
