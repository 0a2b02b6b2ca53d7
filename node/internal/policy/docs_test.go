package policy

import (
	"os"
	"regexp"
	"testing"
)

// What docs/policy.md shows is what a node takes.
func TestThePoliciesOfTheDocumentAreOnes(t *testing.T) {
	text, err := os.ReadFile("../../../docs/policy.md")
	if err != nil {
		t.Fatal(err)
	}
	found := regexp.MustCompile("(?s)```yaml\n(.*?)```").FindAllSubmatch(text, -1)
	if len(found) < 4 {
		t.Fatalf("only %d policies were found", len(found))
	}
	for _, m := range found {
		if _, err := Parse("policy.yaml", m[1]); err != nil {
			t.Errorf("%v\n%s", err, m[1])
		}
	}
}
