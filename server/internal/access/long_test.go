package access

import (
	"strings"
	"testing"

	"github.com/purlieu/purlieu/fault"
)

func TestErrorsRepeatNoEndlessName(t *testing.T) {
	s := open(t, newMemory(t), testConfig(t))
	ctx, long := t.Context(), strings.Repeat("ä", 1<<16)
	put := func(c Collection) error {
		_, err := s.PutCollection(ctx, c)
		return err
	}
	_, shown := s.Collection(ctx, long)
	_, held := s.HolderOf(ctx, long)
	for what, err := range map[string]error{
		"a name":               put(Collection{Name: long, Parent: RootCollection}),
		"a parent":             put(Collection{Name: "sales", Parent: long}),
		"one that is not":      shown,
		"one to delete":        s.DeleteCollection(ctx, long, nil),
		"what is denied":       s.Allow(ctx, Principal{}, ReadData, long),
		"a collection of role": s.Assign(ctx, long, DataReader, "user:x"),
		"a role":               s.Assign(ctx, RootCollection, Role(long), "user:x"),
		"who holds it":         s.Assign(ctx, RootCollection, DataReader, "user:"+long),
		"a guid":               held,
		"a user":               s.DeleteUser(ctx, long),
		"an app":               s.DeleteApp(ctx, long),
	} {
		if fault.CodeOf(err) == "Internal" || len(err.Error()) > 400 || !strings.Contains(err.Error(), "ä") || strings.Contains(err.Error(), `\x`) {
			t.Errorf("%s: %d bytes: %.400v", what, len(err.Error()), err)
		}
	}
}
