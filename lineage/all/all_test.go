package all

import (
	"strings"
	"testing"

	"github.com/purlieu/purlieu/fault"
)

// Whatever the dialect: these hold for every member.
func TestDialects(t *testing.T) {
	last := ""
	for _, d := range All() {
		t.Run(d.Name(), func(t *testing.T) {
			if d.Name() <= last {
				t.Errorf("%q stands behind %q", d.Name(), last)
			}
			last = d.Name()
			for _, redact := range []func(string) (string, error){d.Redact, d.RedactType} {
				got, err := redact("a 'canary' b /* canary */ c -- canary")
				if err != nil || strings.Contains(got, "canary") || !strings.HasPrefix(got, "a ?") {
					t.Errorf("got %q, %v", got, err)
				}
				again, err := redact(got)
				if err != nil || again != got {
					t.Errorf("%q became %q, %v", got, again, err)
				}
				if got, err := redact("a 'canary"); !fault.Is(err, fault.Unsupported) || got != "" || strings.Contains(err.Error(), "canary") {
					t.Errorf("a literal that is never closed: %q, %v", got, err)
				}
			}
			if got, err := d.RedactType("varchar(120)"); err != nil || got != "varchar(120)" {
				t.Errorf("a modifier: %q, %v", got, err)
			}
		})
	}
}
