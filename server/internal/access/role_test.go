package access

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/server/internal/store"
)

func TestRoles(t *testing.T) {
	m := newMemory(t)
	s := open(t, m, testConfig(t))
	first(t, s, "ada")
	ctx := t.Context()
	for _, c := range []Collection{{Name: "sales", Parent: RootCollection}, {Name: "eu", Parent: "sales"}, {Name: "eu1", Parent: "sales"}, {Name: "hr1", Parent: RootCollection}} {
		_, err := s.PutCollection(ctx, c)
		if len(c.Name) < 3 {
			want(t, err, "InvalidCollectionName")
		} else if err != nil {
			t.Fatal(err)
		}
	}
	bob, err := s.AddUser(ctx, "bob")
	if err != nil {
		t.Fatal(err)
	}
	p := Principal{ID: bob.ID, Name: "bob"}
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	t.Run("nobody may anything before a role is given", func(t *testing.T) {
		for _, a := range []Action{ReadData, ReadCollection, ReadRuntime, WriteNetwork} {
			want(t, s.Allow(ctx, p, a, "sales"), "Denied")
		}
		want(t, s.Allow(ctx, Principal{}, ReadData, "sales"), "Denied")
	})
	must(s.Assign(ctx, "sales", DataSourceAdministrator, bob.ID))
	t.Run("a role is inherited downwards and nowhere else", func(t *testing.T) {
		must(s.Allow(ctx, p, WriteScan, "sales"))
		must(s.Allow(ctx, p, WriteScan, "eu1"))
		want(t, s.Allow(ctx, p, WriteScan, "hr1"), "Denied")
		want(t, s.Allow(ctx, p, WriteScan, RootCollection), "Denied")
		want(t, s.Allow(ctx, p, ReadData, "eu1"), "Denied")
		got, err := s.CollectionsFor(ctx, p, WriteScan)
		if err != nil || strings.Join(got, " ") != "eu1 sales" {
			t.Fatal(got, err)
		}
	})
	t.Run("the refusal names the role", func(t *testing.T) {
		err := s.Allow(ctx, p, WriteData, "sales")
		if !strings.Contains(err.Error(), "data-curator") {
			t.Fatal(err)
		}
	})
	t.Run("a collection that does not exist looks as one that is forbidden", func(t *testing.T) {
		want(t, s.Allow(ctx, p, ReadData, "secret"), "Denied")
	})
	t.Run("runtimes are governed on the root, and seen by who sets up sources", func(t *testing.T) {
		must(s.Allow(ctx, p, ReadRuntime, RootCollection))
		want(t, s.Allow(ctx, p, WriteRuntime, "sales"), "Denied")
		if got, err := s.CollectionsFor(ctx, p, WriteRuntime); err != nil || got != nil {
			t.Fatal(got, err)
		}
		must(s.Assign(ctx, RootCollection, DataSourceAdministrator, bob.ID))
		must(s.Allow(ctx, p, WriteRuntime, "sales"))
		must(s.Unassign(ctx, RootCollection, DataSourceAdministrator, bob.ID))
	})
	t.Run("roles that make no sense are refused", func(t *testing.T) {
		want(t, s.Assign(ctx, "sales", NetworkAdministrator, bob.ID), "RootRole")
		want(t, s.Assign(ctx, "sales", "owner", bob.ID), "UnknownRole")
		want(t, s.Assign(ctx, "sales", DataReader, "user:nobody"), "PrincipalNotFound")
		want(t, s.Assign(ctx, "none", DataReader, bob.ID), "CollectionNotFound")
	})
	t.Run("a collection can't stand below itself, and moves with its roles", func(t *testing.T) {
		_, err := s.PutCollection(ctx, Collection{Name: "sales", Parent: "eu1"})
		want(t, err, "InvalidParent")
		_, err = s.PutCollection(ctx, Collection{Name: "eu1", Parent: "hr1"})
		must(err)
		want(t, s.Allow(ctx, p, WriteScan, "eu1"), "Denied")
	})
	t.Run("only an empty collection is deleted, and its roles with it", func(t *testing.T) {
		want(t, s.DeleteCollection(ctx, "hr1", nil), "CollectionNotEmpty")
		want(t, s.DeleteCollection(ctx, RootCollection, nil), "RootCollection")
		used := fault.New(fault.Conflict, "InUse", "used")
		want(t, s.DeleteCollection(ctx, "sales", func(context.Context, store.Tx) error { return used }), "InUse")
		must(s.DeleteCollection(ctx, "sales", nil))
		_, err := s.PutCollection(ctx, Collection{Name: "sales", Parent: RootCollection})
		must(err)
		want(t, s.Allow(ctx, p, WriteScan, "sales"), "Denied")
	})
}

func TestPeopleAndAppsAreListedByName(t *testing.T) {
	m := newMemory(t)
	s := open(t, m, testConfig(t))
	first(t, s, "mia")
	names := []string{"zoe", "Bob", "ada", "Carla", "eve"}
	for _, name := range names {
		if _, err := s.AddUser(t.Context(), name); err != nil {
			t.Fatal(err)
		}
		if _, _, err := s.AddApp(t.Context(), name); err != nil {
			t.Fatal(err)
		}
	}
	users, err := s.Users(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	apps, err := s.Apps(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var people, programs []string
	for _, u := range users {
		people = append(people, u.Name)
	}
	for _, a := range apps {
		programs = append(programs, a.Name)
	}
	if !slices.Equal(people, []string{"ada", "Bob", "Carla", "eve", "mia", "zoe"}) || !slices.Equal(programs, []string{"ada", "Bob", "Carla", "eve", "zoe"}) {
		t.Fatal(people, programs)
	}
}

func TestApps(t *testing.T) {
	m := newMemory(t)
	s := open(t, m, testConfig(t))
	first(t, s, "ada")
	app, secret, err := s.AddApp(t.Context(), "nightly")
	if err != nil || strings.Contains(m.text(t), secret) {
		t.Fatal("the secret is in the store", err)
	}
	token, err := s.ClientCredentials(t.Context(), app.Client, secret, "")
	if err != nil {
		t.Fatal(err)
	}
	p := who(t, s, token.Text)
	if p.ID != app.ID || p.Name != "nightly" {
		t.Fatalf("got %+v", p)
	}
	if err := s.Assign(t.Context(), RootCollection, DataReader, app.ID); err != nil {
		t.Fatal(err)
	}
	t.Run("a wrong secret and an unknown client look alike", func(t *testing.T) {
		_, a := s.ClientCredentials(t.Context(), app.Client, "canary", "")
		_, b := s.ClientCredentials(t.Context(), newGUID(), secret, "")
		_, c := s.ClientCredentials(t.Context(), app.Client, "", "")
		want(t, a, "InvalidClient")
		if a.Error() != b.Error() || a.Error() != c.Error() {
			t.Fatal(a, b, c)
		}
	})
	t.Run("a new secret ends old tokens", func(t *testing.T) {
		next, err := s.RenewSecret(t.Context(), app.ID)
		if err != nil {
			t.Fatal(err)
		}
		_, err = s.Authenticate(t.Context(), token.Text)
		want(t, err, "Unauthenticated")
		_, err = s.ClientCredentials(t.Context(), app.Client, secret, "")
		want(t, err, "InvalidClient")
		if token, err = s.ClientCredentials(t.Context(), app.Client, next, ""); err != nil {
			t.Fatal(err)
		}
	})
	t.Run("a removed one is refused at once and leaves no roles", func(t *testing.T) {
		if err := s.DeleteApp(t.Context(), app.ID); err != nil {
			t.Fatal(err)
		}
		_, err := s.Authenticate(t.Context(), token.Text)
		want(t, err, "Unauthenticated")
		if roles, _ := s.RolesOf(t.Context(), app.ID); len(roles) != 0 {
			t.Fatalf("got %v", roles)
		}
	})
}
