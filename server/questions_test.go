package server

import (
	"testing"
	"time"

	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/server/internal/scan"
)

func TestAQuestionNeedsASourceAndANodeThatIsThere(t *testing.T) {
	r := start(t, nil)
	ask := questions{r.core.Scans, r.Server}.Ask
	if _, err := ask(t.Context(), scan.Question{Source: "none"}); !fault.Is(err, fault.NotFound) {
		t.Errorf("of no source: %v", err)
	}
	if _, _, err := r.core.Scans.PutSource(t.Context(), model.Source{Name: "garden", Kind: "Garden", Settings: model.Settings{"host": "a.example"}}); err != nil {
		t.Fatal(err)
	}
	if _, err := ask(t.Context(), scan.Question{Source: "garden", Runtime: "nowhere"}); !fault.Is(err, fault.NotFound) {
		t.Errorf("through no runtime: %v", err)
	}
	if _, _, err := r.fleet.PutRuntime(t.Context(), "edge", model.RuntimeSelfHosted, ""); err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	for _, runtime := range []string{"edge", ""} {
		if _, err := ask(t.Context(), scan.Question{Source: "garden", Runtime: runtime}); fault.CodeOf(err) != "RuntimeOffline" || !fault.Is(err, fault.Unreachable) {
			t.Errorf("through %q without a node: %v", runtime, err)
		}
	}
	if took := time.Since(began); took > 5*time.Second {
		t.Errorf("it took %s to find that nobody is there", took)
	}
}
