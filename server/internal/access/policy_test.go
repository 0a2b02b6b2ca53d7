package access

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/purlieu/purlieu/fault"
)

// TestAllowAndCollectionsForSayTheSame compares both, on random trees with random roles and cuts, with what the words say:
// a role counts where it is held and below, until a cut, past which the collection administrator's counts alone.
func TestAllowAndCollectionsForSayTheSame(t *testing.T) {
	for seed := range uint64(30) {
		rnd := rand.New(rand.NewPCG(seed, 7))
		s := open(t, newMemory(t), testConfig(t))
		first(t, s, "ada")
		bob, err := s.AddUser(t.Context(), "bob")
		if err != nil {
			t.Fatal(err)
		}
		names, parents := []string{RootCollection}, map[string]string{}
		held, cut := map[string][]Role{}, map[string]bool{}
		for i := range 9 {
			name := fmt.Sprintf("place%d", i)
			parents[name] = names[rnd.IntN(len(names))]
			names = append(names, name)
			if _, err := s.PutCollection(t.Context(), Collection{Name: name, Parent: parents[name]}); err != nil {
				t.Fatal(err)
			}
		}
		for _, name := range names {
			for _, role := range Roles()[:4] {
				if rnd.IntN(8) == 0 {
					held[name] = append(held[name], role)
					if err := s.Assign(t.Context(), name, role, bob.ID); err != nil {
						t.Fatal(err)
					}
				}
			}
			if cut[name] = name != RootCollection && rnd.IntN(3) == 0; cut[name] {
				if err := s.SetInherits(t.Context(), name, false); err != nil {
					t.Fatal(err)
				}
			}
		}
		may := func(action Action, name string) bool {
			past := false
			for ; name != ""; name = parents[name] {
				for _, role := range held[name] {
					if slices.Contains(role.Actions(), action) && (!past || role == CollectionAdministrator) {
						return true
					}
				}
				past = past || cut[name]
			}
			return false
		}
		p := Principal{ID: bob.ID}
		for _, action := range Actions()[:8] {
			list, err := s.CollectionsFor(t.Context(), p, action)
			if err != nil {
				t.Fatal(err)
			}
			for _, name := range names {
				err := s.Allow(t.Context(), p, action, name)
				if err != nil && !fault.Is(err, fault.Denied) {
					t.Fatal(err)
				}
				if want := may(action, name); (err == nil) != want || slices.Contains(list, name) != want {
					t.Errorf("seed %d: %s on %s: want %v, Allow says %v, CollectionsFor %v", seed, action, name, want, err == nil, list)
				}
			}
		}
	}
}

func TestAPolicyIsWrittenWholeOrNotAtAll(t *testing.T) {
	s := open(t, newMemory(t), testConfig(t))
	first(t, s, "ada")
	bob, err := s.AddUser(t.Context(), "bob")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.PutCollection(t.Context(), Collection{Name: "sales", Parent: RootCollection}); err != nil {
		t.Fatal(err)
	}
	put := func(holders map[Role][]string, version int64) error {
		_, err := s.PutPolicy(t.Context(), Policy{Collection: Collection{Name: "sales"}, Holders: holders, Inherits: true, Version: version})
		return err
	}
	want(t, put(map[Role][]string{DataReader: {bob.ID}, DataCurator: {"user:nobody"}}, -1), "PrincipalNotFound")
	got, err := s.Policy(t.Context(), "sales")
	if err != nil || len(got.Holders[DataReader]) != 0 || got.Version != 0 {
		t.Fatal("half of a refused policy was written", got, err)
	}
	if err := put(map[Role][]string{DataReader: {bob.ID, bob.ID}}, 0); err != nil {
		t.Fatal(err)
	}
	want(t, put(nil, 0), "PolicyChanged")
	want(t, put(map[Role][]string{NetworkAdministrator: {bob.ID}}, -1), "RootRole")
	want(t, put(map[Role][]string{"owner": {bob.ID}}, -1), "UnknownRole")
	want(t, s.SetInherits(t.Context(), RootCollection, false), "RootInherits")
	want(t, s.SetInherits(t.Context(), "none", false), "CollectionNotFound")
	got, err = s.Policy(t.Context(), "sales")
	if err != nil || len(got.Holders[DataReader]) != 1 || got.Version != 1 {
		t.Fatal(got, err)
	}
	found, err := s.FindHolders(t.Context(), "BO", 9)
	if err != nil || len(found) != 1 || found[0].ID != bob.ID {
		t.Fatal(found, err)
	}
}
