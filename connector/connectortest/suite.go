package connectortest

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/purlieu/purlieu/connector"
	"github.com/purlieu/purlieu/model"
)

// Suite is one connector with a filled source.
type Suite struct {
	Connector connector.Connector
	Env       *Env // signs in and finds at least five assets in at least one unit
	// Scope takes a part of the source; Inside is the path of an asset in it, Outside of one that is not.
	Scope           model.Scope
	Inside, Outside string
	// Sampled is the path of an asset with values that the login may read; "" where the kind has no level 3.
	Sampled string
	// Host and Port name the settings that say where to dial; "" for a source that is not dialled.
	Host, Port string
	// Password names the secret to get wrong; "" for a source without logins.
	Password string
	// Wrong is a world in which the source is not there or not what it should be, for one that is not dialled.
	Wrong *Env
	// Slow is a world in which reading takes a while: cancel must end it soon all the same. Env where nil.
	Slow *Env
	// Poor is a world whose login has the least grants. Revoke takes a grant from it, so that less can be read; Drop
	// removes one asset from the source, by a login that may, and gives its path.
	Poor   *Env
	Revoke func(t *testing.T)
	Drop   func(t *testing.T) (path string)
}

// Run holds the laws of reading.
func Run(t *testing.T, s Suite) {
	t.Run("planning twice gives the same units", s.planTwice)
	t.Run("facts keep their place and form", s.facts)
	t.Run("what is kept open reads the same with fewer connections", s.kept)
	t.Run("it has one connection at a time", s.single)
	t.Run("scope narrows", s.scope)
	t.Run("less is read at level 1", s.levelOne)
	t.Run("values are handed over at level 3", s.sampled)
	t.Run("an error of emit stops the scan", s.stop)
	t.Run("cancelling returns soon", s.cancel)
	if s.Host != "" {
		t.Run("an unreachable server is unreachable", s.unreachable)
		t.Run("a peer that is something else is reported as such", s.stranger)
	} else {
		t.Run("it does not dial", s.undialled)
		t.Run("a source that is not there is a fault", s.absent)
	}
	if s.Password != "" {
		t.Run("a wrong password is denied and not quoted", s.wrongPassword)
	}
	t.Run("a foreign unit is refused", s.foreignUnit)
	t.Run("the connection test tells steps and remedies", s.steps)
	t.Run("browsing goes level by level", s.browse)
	t.Run("it says whose source it reads", s.identify)
	t.Run("what is dropped is proven gone, and a revoked grant proves nothing", s.revoke)
}

func (s Suite) planTwice(t *testing.T) {
	one, err := Units(t.Context(), s.Connector, s.Env)
	if err != nil || len(one) == 0 {
		t.Fatal(len(one), err)
	}
	two, err := Units(t.Context(), s.Connector, s.Env)
	if err != nil || !reflect.DeepEqual(one, two) {
		t.Errorf("planned %v and then %v, %v", one, two, err)
	}
	stop := errors.New("stop")
	if err := s.Connector.Plan(t.Context(), s.Env, func(model.Unit) error { return stop }); !errors.Is(err, stop) {
		t.Errorf("an error of emit became %v", err)
	}
	for _, u := range one {
		if u.Step == "" || u.Title == "" {
			t.Errorf("a unit has no step or title: %+v", u)
		}
	}
}

func (s Suite) facts(t *testing.T) {
	kind := s.Connector.Describe()
	units, err := Units(t.Context(), s.Connector, s.Env)
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, u := range units {
		h := &Haul{}
		if err := s.Connector.Scan(t.Context(), s.Env, u, h); err != nil {
			t.Fatal(err)
		}
		for _, a := range h.Assets {
			if key := a.Type + " " + a.Path; seen[key] {
				t.Errorf("%s was reported twice", key)
			} else {
				seen[key] = true
			}
			if !model.Below(a.Path, u.Below) {
				t.Errorf("%s is not below %q", a.Path, u.Below)
			}
			for _, wrong := range Check(&kind, a) {
				t.Errorf("%s: %s", a.Path, wrong)
			}
		}
		for _, g := range h.Gaps {
			if !model.Below(g.Path, u.Below) || g.Code == "" {
				t.Errorf("gap %+v has no code or is not below %q", g, u.Below)
			}
		}
		for _, l := range h.Lists {
			if !model.Below(l.Container, u.Below) {
				t.Errorf("listing of %q is not below %q", l.Container, u.Below)
			}
		}
		if len(h.Lists) == 0 {
			t.Errorf("unit %q listed nothing", u.Title)
		}
	}
	if len(seen) < 5 {
		t.Errorf("only %d assets", len(seen))
	}
}

// kept holds the law of connectors that keep what they have opened; others have nothing to show.
func (s Suite) kept(t *testing.T) {
	keeper, ok := s.Connector.(connector.Keeper)
	if !ok {
		return
	}
	plain, env := s.Env.copy(), s.Env.copy()
	want, err := Read(t.Context(), s.Connector, plain)
	if err != nil {
		t.Fatal(err)
	}
	kept, release := keeper.Keep(env)
	got, err := Read(t.Context(), kept, env)
	if release(); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(got.Assets, want.Assets) || !reflect.DeepEqual(got.Lists, want.Lists) {
		t.Errorf("%d assets and %d lists, not the %d and %d that are read otherwise", len(got.Assets), len(got.Lists), len(want.Assets), len(want.Lists))
	}
	if env.Dialed.Load() >= plain.Dialed.Load() {
		t.Errorf("%d connections, and %d otherwise", env.Dialed.Load(), plain.Dialed.Load())
	}
	if n := env.Standing.Load(); n != 0 {
		t.Errorf("%d connections were left open", n)
	}
}

// single holds the law by which nodes bound connections, over all that a connector is asked in a worker.
func (s Suite) single(t *testing.T) {
	env := s.Env.copy()
	if s.Sampled != "" {
		env.Depth = model.L3
	}
	calls := s.Connector
	if keeper, ok := s.Connector.(connector.Keeper); ok {
		kept, release := keeper.Keep(env)
		defer release()
		calls = kept
	}
	if asker, ok := calls.(connector.Identifier); ok {
		if _, err := asker.Identify(t.Context(), env); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := ReadInto(t.Context(), calls, env, &Haul{Sampling: env.Depth == model.L3}); err != nil {
		t.Fatal(err)
	}
	kind := s.Connector.Describe()
	if wrong := env.crowded(&kind); wrong != "" {
		t.Errorf("while it was read, %s", wrong)
	}
	env = s.Env.copy()
	tester, tests := s.Connector.(connector.Tester)
	if tests {
		if err := tester.Test(t.Context(), env, func(connector.Step) {}); err != nil {
			t.Fatal(err)
		}
	}
	browser, browses := s.Connector.(connector.Browser)
	if browses {
		if err := browser.Browse(t.Context(), env, "", func(model.Ref) error { return nil }); err != nil {
			t.Fatal(err)
		}
	}
	if !tests && !browses {
		return
	}
	if wrong := env.crowded(&kind); wrong != "" {
		t.Errorf("while it was asked, %s", wrong)
	}
	if left := env.Standing.Load(); left != 0 {
		t.Errorf("%d connections are left behind the questions", left)
	}
}

// crowded says what is wrong with the connections of a world; "" where nothing is. Of a kind that dials there must have been
// one: else it was reached by a way that nothing counts.
func (e *Env) crowded(kind *model.Kind) string {
	switch most := e.Most.Load(); {
	case most > 1:
		return fmt.Sprintf("%d connections stood at once", most)
	case most == 0 && len(kind.Dials) > 0:
		return "no connection was seen, of a kind that dials"
	}
	return ""
}

// Check tells what is wrong with the form of one asset.
func Check(kind *model.Kind, a *model.Asset) []string {
	var wrong []string
	say := func(format string, args ...any) { wrong = append(wrong, fmt.Sprintf(format, args...)) }
	def := kind.TypeNamed(a.Type)
	if def == nil {
		say("type %q is not declared", a.Type)
		return wrong
	}
	if a.Facets&model.FacetExistence == 0 {
		say("no existence facet")
	}
	if a.Name == "" || !utf8.ValidString(a.Path+a.Name+a.Comment+a.Text+a.Owner) {
		say("no name, or text that is not UTF-8")
	}
	if parent, ok := model.ParentPath(a.Path); ok && !model.Below(parent, a.Container) {
		say("container %q is not above", a.Container)
	}
	if len(a.Columns) > 0 && def.Column == "" {
		say("type %q has no columns", a.Type)
	}
	last, names := 0, map[string]bool{}
	for _, c := range a.Columns {
		if c.Ordinal <= last {
			say("ordinal %d of %q comes after %d", c.Ordinal, c.Name, last)
		}
		if c.Name == "" || c.Type == "" || names[c.Name] || c.Number != 0 {
			say("column %q is doubled, has no type, or a number of its own", c.Name)
		}
		last, names[c.Name] = c.Ordinal, true
	}
	for _, k := range a.Keys {
		for _, c := range k.Columns {
			if !names[c] {
				say("key %q has an unknown column %q", k.Name, c)
			}
		}
		if k.Kind == model.ForeignKey && (k.RefPath == "" || len(k.RefColumns) != len(k.Columns)) {
			say("foreign key %q leads nowhere", k.Name)
		}
	}
	if !slices.IsSortedFunc(a.Attrs, func(x, y model.Attr) int { return strings.Compare(x.Name, y.Name) }) {
		say("attributes are not sorted")
	}
	for _, attr := range a.Attrs {
		if !slices.ContainsFunc(def.Attributes, func(f model.Field) bool { return f.Name == attr.Name }) {
			say("attribute %q is not declared", attr.Name)
		}
	}
	if a.Lineage != nil {
		if def.Process == "" || a.Facets&model.FacetLineage == 0 {
			say("lineage without a process or facet")
		}
		for _, e := range a.Lineage.Columns {
			if e.Input < 0 || e.Input >= len(a.Lineage.Inputs) || !names[e.To] || e.From == "" {
				say("edge %+v leads nowhere", e)
			}
		}
	}
	return wrong
}

func (s Suite) scope(t *testing.T) {
	h, err := Read(t.Context(), s.Connector, s.Env.WithScope(s.Scope))
	if err != nil {
		t.Fatal(err)
	}
	if h.Named(s.Inside) == nil || h.Named(s.Outside) != nil {
		t.Errorf("inside found: %v, outside found: %v", h.Named(s.Inside) != nil, h.Named(s.Outside) != nil)
	}
	for _, a := range h.Assets {
		if !s.Scope.Match(a.Path) {
			t.Errorf("%s is out of scope", a.Path)
		}
	}
	if all, err := Read(t.Context(), s.Connector, s.Env); err != nil || all.Named(s.Outside) == nil {
		t.Errorf("without a scope %s is missing: %v", s.Outside, err)
	}
}

func (s Suite) levelOne(t *testing.T) {
	env := s.Env.copy()
	env.Depth = model.L1
	shallow, err := Read(t.Context(), s.Connector, env)
	if err != nil {
		t.Fatal(err)
	}
	deep, err := Read(t.Context(), s.Connector, s.Env)
	if err != nil || len(deep.Assets) != len(shallow.Assets) {
		t.Fatalf("%d assets at level 1, %d at level 2, %v", len(shallow.Assets), len(deep.Assets), err)
	}
	for _, a := range shallow.Assets {
		if a.Facets != model.FacetExistence || len(a.Columns)+len(a.Keys) > 0 || a.Text != "" {
			t.Errorf("%s has more than its existence", a.Path)
		}
	}
}

func (s Suite) steps(t *testing.T) {
	tester, ok := s.Connector.(connector.Tester)
	if !ok {
		t.Skip("skipped: this connector has no connection test")
	}
	var good []connector.Step
	if err := tester.Test(t.Context(), s.Env, func(st connector.Step) { good = append(good, st) }); err != nil {
		t.Error(err)
	}
	for _, st := range good {
		if !st.OK || st.Name == "" || st.Detail == "" {
			t.Errorf("step %+v", st)
		}
	}
	var bad []connector.Step
	wrong := s.Wrong
	if s.Password != "" {
		wrong = s.Env.WithSecret(s.Password, "wrong")
	}
	err := tester.Test(t.Context(), wrong, func(st connector.Step) { bad = append(bad, st) })
	if err == nil || len(bad) == 0 || bad[len(bad)-1].OK || bad[len(bad)-1].Remedy == "" {
		t.Errorf("with a wrong password or source: %v, %+v", err, bad)
	}
}

func (s Suite) browse(t *testing.T) {
	browser, ok := s.Connector.(connector.Browser)
	if !ok {
		t.Skip("skipped: this connector can't browse")
	}
	kind := s.Connector.Describe()
	parent, _ := model.ParentPath(s.Outside)
	found := false
	err := browser.Browse(t.Context(), s.Env, parent, func(r model.Ref) error {
		found = found || r.Path == s.Outside
		if kind.TypeNamed(r.Type) == nil {
			t.Errorf("type %q is not declared", r.Type)
		}
		if up, _ := model.ParentPath(r.Path); up != parent {
			t.Errorf("%q is not one name below %q", r.Path, parent)
		}
		return nil
	})
	if err != nil || !found {
		t.Errorf("%s found: %v, %v", s.Outside, found, err)
	}
	if err := browser.Browse(t.Context(), s.Env, "", func(model.Ref) error { return ErrEnough }); !errors.Is(err, ErrEnough) {
		t.Errorf("the error of emit became %v", err)
	}
}
