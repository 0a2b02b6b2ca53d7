package access

import (
	"slices"
	"testing"
)

// What is listed as counting is what Allow goes by, on every collection, with and without cuts.
func TestRolesThatCountAreThoseThatAllow(t *testing.T) {
	s := open(t, newMemory(t), testConfig(t))
	first(t, s, "root-admin")
	ctx := t.Context()
	for _, c := range []Collection{{Name: "sales", Parent: RootCollection}, {Name: "europe", Parent: "sales"}, {Name: "france", Parent: "europe"}} {
		if _, err := s.PutCollection(ctx, c); err != nil {
			t.Fatal(err)
		}
	}
	var ids []string
	for i, on := range []string{RootCollection, "sales", "europe", "france"} {
		for j, role := range Roles() {
			if role == NetworkAdministrator && on != RootCollection {
				continue
			}
			app, _, err := s.AddApp(ctx, string(rune('a'+i))+string(rune('a'+j))+"-script")
			if err != nil {
				t.Fatal(err)
			}
			if err := s.Assign(ctx, on, role, app.ID); err != nil {
				t.Fatal(err)
			}
			ids = append(ids, app.ID)
		}
	}
	judge := func() {
		t.Helper()
		for _, on := range []string{RootCollection, "sales", "europe", "france"} {
			counting, err := s.RolesCounting(ctx, on)
			if err != nil {
				t.Fatal(err)
			}
			for _, id := range ids {
				for _, action := range Actions() {
					if action == WriteNetwork || action == WriteRuntime || action == ReadRuntime {
						continue // judged on the root, whatever the collection
					}
					listed := slices.ContainsFunc(counting, func(h Held) bool { return h.ID == id && slices.Contains(h.Role.Actions(), action) })
					if allowed := s.Allow(ctx, Principal{ID: id}, action, on) == nil; allowed != listed {
						t.Errorf("%s on %s by %s: allowed %v, listed %v", action, on, id, allowed, listed)
					}
				}
			}
		}
	}
	judge()
	if err := s.SetInherits(ctx, "europe", false); err != nil {
		t.Fatal(err)
	}
	judge()
	if _, err := s.RolesCounting(ctx, "nowhere"); err == nil {
		t.Error("a collection that is not there has roles")
	}
}
