package connectortest

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/purlieu/purlieu/connector"
	"github.com/purlieu/purlieu/model"
)

// Sight is what a run saw, as the account judges it.
type Sight struct {
	Haul
	Failed   []string       // roots of units that failed
	Identity model.Identity // asked before and behind the reading; no grants where the two differ
}

// See plans and scans everything; a unit that fails is a part of what was seen.
func See(ctx context.Context, c connector.Connector, env connector.Env) (*Sight, error) {
	out := &Sight{}
	asker, asked := c.(connector.Identifier)
	if asked {
		id, err := asker.Identify(ctx, env)
		if err != nil {
			return nil, err
		}
		out.Identity = id
	}
	units, err := Units(ctx, c, env)
	if err != nil {
		return nil, err
	}
	for len(units) > 0 {
		out.Children = nil
		if err := c.Scan(ctx, env, units[0], &out.Haul); err != nil {
			out.Failed = append(out.Failed, units[0].Below)
		}
		units = append(units[1:], out.Children...)
	}
	if asked {
		again, err := asker.Identify(ctx, env)
		if err != nil {
			return nil, err
		}
		if again != out.Identity {
			out.Identity.Grants = 0
		}
	}
	return out, nil
}

// Gone are the paths that the account would delete behind a run that saw after, when an earlier one saw before: what is
// missing from a container that was listed to its end by every unit, and what stood below such; proven by a catalogue
// that shows everything, or by grants that are known and the same.
func Gone(kind model.Kind, before, after *Sight) []string {
	if !kind.ShowsAll && (before.Identity.Grants == 0 || before.Identity != after.Identity) {
		return nil
	}
	whole := map[string]bool{}
	for _, l := range after.Lists {
		told, known := whole[l.Container]
		whole[l.Container] = l.Whole && (told || !known)
	}
	for _, root := range after.Failed {
		for container := range whole {
			if model.Below(container, root) || model.Below(root, container) {
				whole[container] = false
			}
		}
	}
	here := map[string]bool{}
	for _, a := range after.Assets {
		here[a.Type+" "+a.Path] = true
	}
	var gone []string
	missing := slices.Clone(before.Assets)
	slices.SortFunc(missing, func(a, b *model.Asset) int { return strings.Compare(a.Path, b.Path) })
	for _, a := range missing {
		if here[a.Type+" "+a.Path] {
			continue
		}
		parent, _ := model.ParentPath(a.Path)
		if whole[a.Container] || slices.Contains(gone, parent) {
			gone = append(gone, a.Path)
		}
	}
	return gone
}

func (s Suite) identify(t *testing.T) {
	asker, ok := s.Connector.(connector.Identifier)
	if !ok {
		t.Skip("skipped: this connector can't tell whose source it reads")
	}
	one, err := asker.Identify(t.Context(), s.Env)
	logins := len(s.Connector.Describe().Credentials) > 0
	if err != nil || one.System == "" || (one.Grants == 0) == logins || !one.Sound() {
		t.Fatalf("got %+v, %v", one, err)
	}
	two, err := asker.Identify(t.Context(), s.Env)
	if err != nil || one != two {
		t.Errorf("asked again: %+v, %v; at first %+v", two, err, one)
	}
	if !logins {
		return // who reads is the node
	}
	poor, err := asker.Identify(t.Context(), s.Poor)
	if err != nil || (poor.System != "" && poor.System != one.System) || poor.Grants == one.Grants {
		t.Errorf("another login: %+v, %v; at first %+v", poor, err, one)
	}
}

// revoke is the law of deletions: what a login can see no more is not gone.
func (s Suite) revoke(t *testing.T) {
	kind := s.Connector.Describe()
	see := func() *Sight {
		t.Helper()
		out, err := See(t.Context(), s.Connector, s.Poor)
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	first := see()
	if gone := Gone(kind, first, see()); len(gone) > 0 {
		t.Fatalf("nothing happened, and these are gone: %v", gone)
	}
	dropped := s.Drop(t)
	second := see()
	if gone := Gone(kind, first, second); !slices.Contains(gone, dropped) {
		t.Errorf("%s was dropped, and these are gone: %v", dropped, gone)
	}
	s.Revoke(t)
	third := see()
	if gone := Gone(kind, second, third); len(gone) > 0 {
		t.Errorf("a grant was revoked, and these are gone: %v", gone)
	}
	if len(third.Gaps)+len(third.Failed) <= len(second.Gaps)+len(second.Failed) && len(third.Assets) == len(second.Assets) {
		t.Error("the revoked grant made no difference: this proves nothing")
	}
}
