package postgres

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/server/internal/store"
)

func testLong_names_are_kept_and_ordered(t *testing.T, address string) {
	s := openTest(t, Options{Address: address})
	ctx := t.Context()
	// 4 KB that do not compress, alike in their first 2,000 characters.
	long := func(end string) string {
		var b strings.Builder
		for i := uint32(1); b.Len() < 4000; i = i*1664525 + 1013904223 {
			fmt.Fprintf(&b, "%08x", i)
		}
		return b.String() + end
	}
	err := s.Update(ctx, store.Ingest, func(tx store.Tx) error {
		var list []store.Entity
		for _, end := range []string{"b", "a", "c"} {
			list = append(list, store.Entity{Hash: model.HashOf("t", long(end)), Type: "t", QualifiedName: long(end), Name: long(end), NativeID: long(end), Source: "s"})
		}
		err := tx.Map().Insert(ctx, list)
		for _, end := range []string{"b", "a", "c"} {
			base := store.Base{Scan: "s/x", Container: "/" + long(end)}
			err = errors.Join(err, tx.Map().DraftBase(ctx, &base))
			err = errors.Join(err, tx.Map().PlaceBase(ctx, base.ID, 0))
			err = errors.Join(err, tx.Map().AddParts(ctx, []store.Part{{Run: "r", Container: "/" + long(end)}}))
		}
		return err
	})
	if err != nil {
		t.Fatal(err, errors.Unwrap(err))
	}
	err = s.View(ctx, func(tx store.Tx) error {
		children, err1 := tx.Map().Children(ctx, model.Hash{}, long("a"), 1<<40, 9)
		if len(children) != 2 || children[0].Name != long("b") || children[1].Name != long("c") {
			t.Errorf("%d children", len(children))
		}
		native, err2 := tx.Map().ByNative(ctx, "s", "t", long("c"))
		if len(native) != 1 || native[0].Name != long("c") {
			t.Errorf("%d by native id", len(native))
		}
		bases, err3 := tx.Map().Bases(ctx, "s/x", "", "/"+long("a"), 9)
		if len(bases) != 2 || bases[0].Container != "/"+long("b") {
			t.Errorf("%d bases", len(bases))
		}
		one, err4 := tx.Map().Bases(ctx, "s/x", "/"+long("c"), "", 9)
		if len(one) != 1 {
			t.Errorf("%d bases at a root", len(one))
		}
		containers, err5 := tx.Map().Containers(ctx, "r", "/"+long("a"), 9)
		if len(containers) != 2 || containers[1] != "/"+long("c") {
			t.Errorf("%d containers", len(containers))
		}
		return errors.Join(err1, err2, err3, err4, err5)
	})
	if err != nil {
		t.Fatal(err)
	}
}

// The statements that run all day must use their index, however many rows there are.
func testStatements_use_their_indexes(t *testing.T, address string) {
	s := openTest(t, Options{Address: address})
	ctx := t.Context()
	var texts []string
	look := func(name, text string, args ...any) string {
		t.Helper()
		texts = append(texts, name)
		rows, err := s.pool.Query(ctx, "explain "+text, args...)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		plan, err := pgx.CollectRows(rows, pgx.RowTo[string])
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		all := strings.Join(plan, "\n")
		if strings.Contains(all, "Seq Scan") {
			t.Errorf("%s\n%s", name, all)
		}
		return all
	}
	list := []store.Entity{{}}
	look("by hash", `select * from entity where hash = any($1::uuid[])`, uuids([]model.Hash{{}}))
	look("set", setText, append(entityArrays(list), []int64{1})...)
	look("children", childrenText, [16]byte{}, "", 0, 5)
	look("by native id", nativeText, "s", "t", "n")
	look("changed after", changedText, 1, 1, 5)
	asked := placed(store.IndexPlace{Entity: 1}, pgx.NamedArgs{
		"expr": "'a'", "name": "'a'", "all": "'b'", "most": 5, "exact": "", "rank": 0, "entity": 0, "need": 5, "bound": 5, "step": 5, "collections": []int64{1, 2},
	})
	look("matches", matchesText(""), asked)
	look("sorted matches", sortedText("", true), asked)
	look("all matches", allText(""), asked)
	for _, every := range []bool{true, false} {
		look("matches in turn", turnText(every, ""), asked)
	}
	for _, f := range []store.IndexField{store.ByName, store.ByCreated, store.ByModified} {
		for _, down := range []bool{false, true} {
			by := store.Sorting(``, []store.IndexOrder{{Field: f, Down: down}})
			look(fmt.Sprint("first step of a walk by ", by), stepText(by, store.IndexPlace{}, "true"), asked)
			look(fmt.Sprint("step of a walk by ", by), stepText(by, store.IndexPlace{Entity: 1}, "true"), asked)
		}
	}
	look("edges", `update edge set far_id = u.id from unnest($1::uuid[], $2::bigint[]) u (far, id) where edge.far = u.far and edge.far_id <> u.id`, [][16]byte{{}}, []int64{1})
	look("claims", `select * from unit where runtime = $1 and state = 1 order by priority desc, id limit 5`, "r")
	queues := look("queues", queuedText, "r", []string{"k"}, []string{"s"}, []string{"x"}, 1, 4, 5)
	if n := strings.Count(queues, " on unit"); n < 3 || strings.Count(queues, "unit_queued on unit") != n {
		t.Errorf("a step to the next source, or to its first units, goes through all units of the runtime:\n%s", queues)
	}
	look("stopping", `select * from unit where source = $1 and state = 7 order by id limit 5`, "s")
	look("leases", `select * from unit where state = 2 and lease_end < $1 order by id limit 5`, 1)
	look("waiting", `select count(*), coalesce(sum(size), 0)::bigint from inbox where quarantined = ''`)
	look("containers", containersText, "r", "", 5)
	look("old measures", oldMeasuresText, 1, 1, 2, 2)
	look("measures that are over", dropMeasuresText, []int64{1}, []int32{1})
	look("bases", basesText, "s", "r", "", 5)
	look("blocks", blocksText, 1, 5, 5)
	look("block of a hash", blockText, 1, make([]byte, 16))
	look("drafts", `delete from base where scan = $1 and draft`, "s")
	look("bases in a place", `delete from base where scan = $1 and hash = $2 and id <> $3`, "s", [16]byte{}, 1)
}
