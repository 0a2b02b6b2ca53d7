package storetest

import (
	"fmt"
	"slices"
	"time"

	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/server/internal/store"
)

func run(n int, source, scan string, state model.RunState) store.Run {
	return store.Run{ID: fmt.Sprintf("run-%d", n), Source: source, Scan: scan, Runtime: "dmz", State: state, Queued: at(n), Open: 1, Body: []byte(`{"x":1}`)}
}

func unit(run string, priority int32) store.Unit {
	return store.Unit{Run: run, Runtime: "dmz", Source: "shop", Kind: "PostgreSql", State: model.UnitQueued, Priority: priority, Spec: []byte{1, 2}}
}

func unitIDs(list []store.Unit) []int64 {
	out := make([]int64, len(list))
	for i, u := range list {
		out[i] = u.ID
	}
	return out
}

var runTests = []test{
	{"runs keep every field", func(w *world) {
		r := run(1, "shop", "daily", model.RunQueued)
		w.update(func(tx store.Tx) {
			w.ok(tx.Runs().AddRun(w.ctx, &r))
			equal(w, get(tx.Runs().Run(w.ctx, r.ID))(w), r)
			if got := get(tx.Runs().Run(w.ctx, r.ID))(w); !got.Started.IsZero() || !got.Ended.IsZero() {
				w.Fatalf("times that were never set: %+v", got)
			}
			r.State, r.Started, r.Ended, r.Open, r.Body = model.RunSucceeded, at(2), at(3), 0, nil
			w.ok(tx.Runs().SetRun(w.ctx, r))
			equal(w, get(tx.Runs().Run(w.ctx, r.ID))(w), r)
		})
	}},
	{"a second run of an id is a conflict, an unknown one is not found", func(w *world) {
		w.update(func(tx store.Tx) {
			r := run(1, "shop", "daily", model.RunQueued)
			w.ok(tx.Runs().AddRun(w.ctx, &r))
			w.fails(tx.Runs().AddRun(w.ctx, &r), fault.Conflict)
			_, err := tx.Runs().Run(w.ctx, "none")
			w.fails(err, fault.NotFound)
			w.fails(tx.Runs().SetRun(w.ctx, store.Run{ID: "none"}), fault.NotFound)
			w.fails(tx.Runs().DeleteRun(w.ctx, "none"), fault.NotFound)
		})
	}},
	{"runs are listed newest first, by source, scan and state, in pages", listRuns},
	{"units keep every field and get rising ids", func(w *world) {
		u := unit("r", 5)
		u.Parent, u.Attempt, u.Node, u.LeaseEnd, u.NotBefore, u.Failures = 7, 1<<31, "n1", at(1), at(2), 3
		u.Received, u.Applied, u.Done, u.State = model.Ranges{{0, 4}, {7, 1<<32 - 1}}, 4, []byte{9}, model.UnitLeased
		list := []store.Unit{u, unit("r", -5)}
		w.update(func(tx store.Tx) {
			w.ok(tx.Runs().AddUnits(w.ctx, list))
			if list[0].ID <= 0 || list[1].ID <= list[0].ID {
				w.Fatalf("ids %v", unitIDs(list))
			}
			equal(w, get(tx.Runs().Unit(w.ctx, list[0].ID))(w), list[0])
			equal(w, get(tx.Runs().Unit(w.ctx, list[1].ID))(w), list[1])
			list[1].State, list[1].Received, list[1].Node = model.UnitDone, model.Ranges{{3, 4}}, "n2"
			w.ok(tx.Runs().SetUnit(w.ctx, list[1]))
			equal(w, get(tx.Runs().Unit(w.ctx, list[1].ID))(w), list[1])
			_, err := tx.Runs().Unit(w.ctx, 1<<40)
			w.fails(err, fault.NotFound)
			w.fails(tx.Runs().SetUnit(w.ctx, store.Unit{ID: 1 << 40}), fault.NotFound)
		})
	}},
	{"units to claim come by priority, then age", claimUnits},
	{"the first units of each source come as those of all do", unitsBySource},
	{"units are found by run, node and lease, and counted", countUnits},
	{"gaps are read in order of unit and arrival, in pages", listGaps},
	{"deleting a run takes its units, gaps and parts, and nothing of another", func(w *world) {
		w.update(func(tx store.Tx) {
			for i := range 2 {
				r := run(i, "shop", "daily", model.RunQueued)
				w.ok(tx.Runs().AddRun(w.ctx, &r))
				u := []store.Unit{unit(r.ID, 0)}
				w.ok(tx.Runs().AddUnits(w.ctx, u))
				w.ok(tx.Runs().AddGaps(w.ctx, r.ID, u[0].ID, []model.Gap{{Code: "X"}}))
				w.ok(tx.Map().AddParts(w.ctx, []store.Part{{Run: r.ID, Unit: u[0].ID, Container: "c"}}))
			}
			w.ok(tx.Runs().DeleteRun(w.ctx, "run-0"))
			for i, want := range []int{0, 1} {
				id := fmt.Sprintf("run-%d", i)
				equal(w, len(get(tx.Runs().ListUnits(w.ctx, store.UnitQuery{Run: id, Limit: 9}))(w)), want)
				equal(w, len(get(tx.Runs().ListGaps(w.ctx, id, 0, 9))(w)), want)
				equal(w, len(get(tx.Map().Parts(w.ctx, id, "c"))(w)), want)
			}
		})
	}},
}

func listRuns(w *world) {
	w.update(func(tx store.Tx) {
		var last int64
		for i, r := range []store.Run{
			run(0, "shop", "daily", model.RunSucceeded), run(1, "shop", "weekly", model.RunFailed), run(2, "Shop", "daily", model.RunQueued),
			run(3, "shop", "daily", model.RunInProgress), run(4, "shop", "daily", model.RunQueued),
		} {
			w.ok(tx.Runs().AddRun(w.ctx, &r))
			if r.Serial <= last {
				w.Fatalf("run %d has serial %d after %d", i, r.Serial, last)
			}
			last = r.Serial
		}
	})
	w.view(func(tx store.Tx) {
		for _, c := range []struct {
			q    store.RunQuery
			want string
		}{
			{store.RunQuery{Limit: 9}, "[run-4 run-3 run-2 run-1 run-0]"},
			{store.RunQuery{Limit: 2}, "[run-4 run-3]"},
			{store.RunQuery{Source: "shop", Scan: "daily", Limit: 9}, "[run-4 run-3 run-0]"},
			{store.RunQuery{Source: "shop", Limit: 9}, "[run-4 run-3 run-1 run-0]"},
			{store.RunQuery{States: []model.RunState{model.RunQueued, model.RunInProgress}, Limit: 9}, "[run-4 run-3 run-2]"},
			{store.RunQuery{States: []model.RunState{model.RunFailed}, Limit: 9}, "[run-1]"},
			{store.RunQuery{Source: "SHOP", Limit: 9}, "[]"},
			{store.RunQuery{Newest: true, Limit: 9}, "[run-4 run-2 run-1]"},
			{store.RunQuery{Newest: true, Limit: 1}, "[run-4]"},
			{store.RunQuery{Newest: true, Source: "shop", Limit: 9}, "[run-4 run-1]"},
			{store.RunQuery{Newest: true, States: []model.RunState{model.RunSucceeded}, Limit: 9}, "[]"},
		} {
			got := []string{}
			for _, r := range get(tx.Runs().ListRuns(w.ctx, c.q))(w) {
				got = append(got, r.ID)
			}
			equal(w, fmt.Sprint(got), c.want)
		}
		page := get(tx.Runs().ListRuns(w.ctx, store.RunQuery{Limit: 2}))(w)
		page = get(tx.Runs().ListRuns(w.ctx, store.RunQuery{Limit: 2, Before: page[1].Serial}))(w)
		equal(w, page[0].ID, "run-2")
	})
}

func claimUnits(w *world) {
	list := []store.Unit{unit("r", 0), unit("r", 9), unit("r", 9), unit("r", 5), unit("r", 100), unit("r", 100)}
	list[3].Kind = "AzurePostgreSql"
	list[4].Runtime = "other"
	list[5].State = model.UnitLeased
	w.update(func(tx store.Tx) { w.ok(tx.Runs().AddUnits(w.ctx, list)) })
	q := store.UnitQuery{Runtime: "dmz", States: []model.UnitState{model.UnitQueued}, Claim: true, Limit: 9}
	w.view(func(tx store.Tx) {
		ids := func(q store.UnitQuery) []int64 { return unitIDs(get(tx.Runs().ListUnits(w.ctx, q))(w)) }
		equal(w, ids(q), []int64{list[1].ID, list[2].ID, list[3].ID, list[0].ID})
		q.Limit = 2
		equal(w, ids(q), []int64{list[1].ID, list[2].ID})
	})
}

func unitsBySource(w *world) {
	sources := []string{"a", "b", "a", "b", "c", "a", "\u00e9", "b", "b", "b"}
	list := make([]store.Unit, len(sources))
	for i, source := range sources {
		list[i] = unit("r", int32(-i))
		list[i].Source = source
	}
	list[4].Kind, list[6].Kind = "AzurePostgreSql", "AzurePostgreSql"
	list[5].NotBefore = at(5)
	list[7].State = model.UnitLeased
	list[8].Runtime = "other"
	list[9].Run, list[9].Priority = "s", 1
	w.update(func(tx store.Tx) { w.ok(tx.Runs().AddUnits(w.ctx, list)) })
	both := []string{"none", "PostgreSql", "AzurePostgreSql"}
	for _, c := range []struct {
		what string
		q    store.QueueQuery
		want []int
	}{
		{"all, whatever is leased, of another runtime, or has to wait", store.QueueQuery{Kinds: both, NotBefore: at(4), Each: 9, Limit: 9}, []int{9, 0, 1, 2, 3, 4, 6}},
		{"what had to wait", store.QueueQuery{Kinds: both, NotBefore: at(5), Each: 9, Limit: 9}, []int{9, 0, 1, 2, 3, 4, 5, 6}},
		{"one kind", store.QueueQuery{Kinds: both[:2], NotBefore: at(4), Each: 9, Limit: 9}, []int{9, 0, 1, 2, 3}},
		{"one of each source", store.QueueQuery{Kinds: both, NotBefore: at(4), Each: 1, Limit: 9}, []int{9, 0, 4, 6}},
		{"the first of those", store.QueueQuery{Kinds: both, NotBefore: at(4), Each: 1, Limit: 2}, []int{9, 0}},
		{"without sources", store.QueueQuery{Kinds: both, NotSources: []string{"b", "none", "\u00e9"}, NotBefore: at(4), Each: 9, Limit: 9}, []int{0, 2, 4}},
		{"without runs", store.QueueQuery{Kinds: both, NotRuns: []string{"s", "none"}, NotBefore: at(4), Each: 1, Limit: 9}, []int{0, 1, 4, 6}},
		{"without any kind", store.QueueQuery{NotBefore: at(4), Each: 9, Limit: 9}, nil},
	} {
		c.q.Runtime = "dmz"
		var want []int64
		for _, i := range c.want {
			want = append(want, list[i].ID)
		}
		w.view(func(tx store.Tx) {
			got := get(tx.Runs().QueuedBySource(w.ctx, c.q))(w)
			if !slices.Equal(unitIDs(got), want) {
				w.Errorf("%s: %v, want %v", c.what, unitIDs(got), want)
			}
			for _, u := range got {
				equal(w, u, get(tx.Runs().Unit(w.ctx, u.ID))(w))
			}
		})
	}
}

func countUnits(w *world) {
	list := []store.Unit{unit("r", 0), unit("r", 0), unit("r", 0), unit("s", 0)}
	for i, node := range []string{"n1", "n2", "", "n1"} {
		if node != "" {
			list[i].State, list[i].Node, list[i].LeaseEnd = model.UnitLeased, node, at(i)
		}
	}
	list[3].Source = "other"
	w.update(func(tx store.Tx) { w.ok(tx.Runs().AddUnits(w.ctx, list)) })
	w.view(func(tx store.Tx) {
		ids := func(q store.UnitQuery) []int64 {
			q.Limit = 9
			return unitIDs(get(tx.Runs().ListUnits(w.ctx, q))(w))
		}
		leased := []model.UnitState{model.UnitLeased}
		equal(w, ids(store.UnitQuery{Run: "r"}), []int64{list[0].ID, list[1].ID, list[2].ID})
		equal(w, ids(store.UnitQuery{Run: "r", After: list[0].ID}), []int64{list[1].ID, list[2].ID})
		equal(w, ids(store.UnitQuery{Node: "n1", States: leased}), []int64{list[0].ID, list[3].ID})
		equal(w, ids(store.UnitQuery{Source: "shop"}), []int64{list[0].ID, list[1].ID, list[2].ID})
		equal(w, ids(store.UnitQuery{Source: "other", States: leased}), []int64{list[3].ID})
		equal(w, len(ids(store.UnitQuery{Source: "other", Run: "r"})), 0)
		equal(w, ids(store.UnitQuery{LeaseBefore: at(1)}), []int64{list[0].ID})
		equal(w, ids(store.UnitQuery{States: leased, LeaseBefore: at(1).Add(time.Microsecond)}), []int64{list[0].ID, list[1].ID})
		equal(w, ids(store.UnitQuery{States: []model.UnitState{model.UnitQueued, model.UnitLeased}}), []int64{list[0].ID, list[1].ID, list[2].ID, list[3].ID})
		equal(w, get(tx.Runs().CountUnits(w.ctx, "r"))(w), store.UnitCounts{model.UnitQueued: 1, model.UnitLeased: 2})
		equal(w, get(tx.Runs().CountUnits(w.ctx, "none"))(w), store.UnitCounts{})
		counts := get(tx.Runs().LeasedBySource(w.ctx, []string{"shop", "other", "none"}))(w)
		if counts["shop"] != 2 || counts["other"] != 1 || counts["none"] != 0 {
			w.Fatalf("%v", counts)
		}
	})
	list[1].State = model.UnitStopping
	w.update(func(tx store.Tx) { w.ok(tx.Runs().SetUnit(w.ctx, list[1])) })
	w.view(func(tx store.Tx) {
		equal(w, unitIDs(get(tx.Runs().ListUnits(w.ctx, store.UnitQuery{LeaseBefore: at(9), Limit: 9}))(w)), []int64{list[0].ID, list[3].ID})
		stopping := store.UnitQuery{States: []model.UnitState{model.UnitStopping}, LeaseBefore: at(1).Add(time.Microsecond), Limit: 9}
		equal(w, unitIDs(get(tx.Runs().ListUnits(w.ctx, stopping))(w)), []int64{list[1].ID})
		bySource := store.UnitQuery{Source: "shop", States: stopping.States, Limit: 9}
		equal(w, unitIDs(get(tx.Runs().ListUnits(w.ctx, bySource))(w)), []int64{list[1].ID})
		bySource.Source = "other"
		equal(w, len(get(tx.Runs().ListUnits(w.ctx, bySource))(w)), 0)
		stopping.LeaseBefore = at(1)
		equal(w, len(get(tx.Runs().ListUnits(w.ctx, stopping))(w)), 0)
		equal(w, get(tx.Runs().LeasedBySource(w.ctx, []string{"shop"}))(w)["shop"], int64(2))
	})
}

func listGaps(w *world) {
	full := model.Gap{Path: "a/b%2F", Facet: model.FacetLineage, Code: "PermissionDenied", State: "42501", Object: "table \u00e9", Remedy: "grant it", Count: 20000}
	codes := func(tx store.Tx, limit int) (out string) {
		var after int64
		for {
			page := get(tx.Runs().ListGaps(w.ctx, "r", after, limit))(w)
			for _, g := range page {
				out += fmt.Sprintf("%d:%s ", g.Unit, g.Gap.Code)
				after = g.Cursor
			}
			if len(page) < limit {
				return out
			}
		}
	}
	w.update(func(tx store.Tx) {
		w.ok(tx.Runs().AddGaps(w.ctx, "r", 2, []model.Gap{{Code: "c"}, {Code: "d"}}))
		w.ok(tx.Runs().AddGaps(w.ctx, "r", 1, []model.Gap{{Code: "a"}}))
		w.ok(tx.Runs().AddGaps(w.ctx, "other", 3, []model.Gap{{Code: "z"}}))
		w.ok(tx.Runs().AddGaps(w.ctx, "r", 1, []model.Gap{{Code: "b"}}))
		equal(w, codes(tx, 3), "1:a 1:b 2:c 2:d ")
		w.ok(tx.Runs().SetGaps(w.ctx, "r", 1, []model.Gap{full}))
		equal(w, codes(tx, 1), "1:PermissionDenied 2:c 2:d ")
		equal(w, get(tx.Runs().ListGaps(w.ctx, "r", 0, 1))(w)[0].Gap, full)
		w.ok(tx.Runs().SetGaps(w.ctx, "r", 2, nil))
		equal(w, codes(tx, 9), "1:PermissionDenied ")
		many := make([]model.Gap, 20_000)
		for i := range many {
			many[i].Code = "many"
		}
		w.ok(tx.Runs().AddGaps(w.ctx, "r", 5, many))
		equal(w, len(get(tx.Runs().ListGaps(w.ctx, "r", 0, 30_000))(w)), 20_001)
	})
}
