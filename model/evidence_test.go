package model

import (
	"strings"
	"testing"
)

func TestClassesAreInClosedForm(t *testing.T) {
	good := Class{Name: "MICROSOFT.PERSONAL.EMAIL", Evidence: Evidence{Rule: "us-phone", Version: 1, Tried: 100, Matches: 90, Distinct: 80, Checks: 70, Checked: true}}
	if !good.Sound() || !SoundClasses([]Class{good}) || !SoundClasses(nil) {
		t.Fatal("a good class is not sound")
	}
	for name, spoil := range map[string]func(*Class){
		"a blank in the name":       func(c *Class) { c.Name = "ada lovelace" },
		"an address for a name":     func(c *Class) { c.Name = "ada@example.com" },
		"a number for a name":       func(c *Class) { c.Name = "4111111111111111" },
		"a control character":       func(c *Class) { c.Name = "A\x1b" },
		"no name":                   func(c *Class) { c.Name = "" },
		"a name without end":        func(c *Class) { c.Name = strings.Repeat("A", MaxClassName+1) },
		"no rule":                   func(c *Class) { c.Evidence.Rule = "" },
		"a sentence for a rule":     func(c *Class) { c.Evidence.Rule = "x y" },
		"no version":                func(c *Class) { c.Evidence.Version = 0 },
		"more matches than tries":   func(c *Class) { c.Evidence.Matches = 101 },
		"more distinct than match":  func(c *Class) { c.Evidence.Distinct = 91 },
		"nothing distinct":          func(c *Class) { c.Evidence.Distinct = 0 },
		"less than no checks":       func(c *Class) { c.Evidence.Checks = -1 },
		"more checks than matches":  func(c *Class) { c.Evidence.Checks = 91 },
		"checks without a checksum": func(c *Class) { c.Evidence.Checked = false },
	} {
		c := good
		spoil(&c)
		if c.Sound() {
			t.Errorf("%s: %+v is sound", name, c)
		}
	}
	other := good
	other.Name = "A"
	if SoundClasses([]Class{good, good}) || SoundClasses([]Class{good, other}) || !SoundClasses([]Class{other, good}) {
		t.Error("lists that are doubled or not sorted are sound, or those that are sorted not")
	}
}
