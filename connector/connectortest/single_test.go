package connectortest

import (
	"strings"
	"testing"

	"github.com/purlieu/purlieu/model"
)

func TestConnectionsThatNobodyCountsAreNoProof(t *testing.T) {
	dials, local := model.Kind{Dials: []model.Template{"{host}:1"}}, model.Kind{}
	for _, c := range []struct {
		most int64
		kind *model.Kind
		want string
	}{
		{0, &local, ""}, {1, &dials, ""}, {2, &dials, "2 connections"}, {2, &local, "2 connections"}, {0, &dials, "no connection was seen"},
	} {
		var env Env
		env.Most.Store(c.most)
		if got := env.crowded(c.kind); !strings.HasPrefix(got, c.want) || c.want == "" && got != "" {
			t.Errorf("%d at most of a kind that dials at %v: %q, want %q", c.most, c.kind.Dials, got, c.want)
		}
	}
}
