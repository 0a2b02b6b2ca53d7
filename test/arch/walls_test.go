package arch

import (
	"fmt"
	"strings"
	"testing"
)

func room(name string, imports ...string) Package {
	p := Package{Room: name, Name: name[strings.LastIndexByte(name, '/')+1:]}
	for _, i := range imports {
		if strings.Contains(strings.Split(i, "/")[0], ".") || i == "net" {
			p.Imports = append(p.Imports, i)
		} else {
			p.Imports = append(p.Imports, Module+"/"+i)
		}
	}
	return p
}

func expect(t *testing.T, got []Breach, want ...string) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%d breaches, want %d: %v", len(got), len(want), got)
	}
	for i, w := range want {
		if !strings.Contains(got[i].String(), w) {
			t.Errorf("breach %d is %q, want %q in it", i, got[i], w)
		}
	}
}

func TestFloorsRefuse(t *testing.T) {
	for _, c := range []struct {
		what string
		in   Package
		want []string
	}{
		{"nothing_where_all_is_well", room("connector/postgres", "connector", "model", "fault", "vault"), nil},
		{"a_plug-in_that_imports_another", room("connector/mysql", "connector/postgres"), []string{"imports connector/postgres"}},
		{"a_connector_that_imports_a_member_of_vault", room("connector/mysql", "vault/file"), []string{"imports vault/file"}},
		{"the_API_at_the_store", room("server/internal/api/atlas", "server/internal/store"), []string{"the API never touches the store"}},
		{"services_that_import_each_other", room("server/internal/datamap", "server/internal/search"), []string{"imports server/internal/search"}},
		{"search_on_the_bus", room("server/internal/search", "bus"), []string{"imports bus"}},
		{"ground_that_stands_on_something", room("fault", "model"), []string{"imports model"}},
		{"what_is_shipped_on_what_is_for_tests", room("node", "bus/bustest"), []string{"made for tests"}},
		{"an_engine_that_imports_the_other", room("server/internal/store/postgres", "server/internal/store/sqlite"), []string{"imports server/internal/store/sqlite"}},
		{"a_room_that_nobody_announced", room("gadgets"), []string{"no line in test/arch/rooms.go"}},
		{"a_room_of_the_server_that_nobody_announced", room("server/internal/gadgets"), []string{"no line in test/arch/rooms.go"}},
		{"nothing_of_cmd", room("cmd/purlieu", "server", "connector/all"), nil},
		{"nothing_of_tests", room("test/sim", "server", "node"), nil},
	} {
		t.Run(c.what, func(t *testing.T) { expect(t, CheckFloors([]Package{c.in}, Floors()), c.want...) })
	}
}

func TestEveryWallRefusesADirectAndADistantBreach(t *testing.T) {
	for _, w := range Walls() {
		for _, from := range w.From {
			from := strings.TrimSuffix(from, "/...")
			for _, never := range w.Never {
				to := strings.TrimSuffix(never, "/...")
				t.Run(from+"_to_"+to, func(t *testing.T) {
					direct := []Package{room(from, to), room(to)}
					expect(t, CheckWalls(direct, []Wall{w}), "reaches "+to)
					distant := []Package{room(from, "between"), room("between", to), room(to)}
					expect(t, CheckWalls(distant, []Wall{w}), "reaches between -> "+to)
					expect(t, CheckWalls([]Package{room(from, "between"), room("between")}, []Wall{w}))
				})
			}
		}
	}
}

func TestHomesRefuseALibraryElsewhere(t *testing.T) {
	expect(t, CheckHomes([]Package{room("connector/postgres", "github.com/jackc/pgx/v5/pgconn", "net")}, Homes()))
	expect(t, CheckHomes([]Package{room("test/e2e", "github.com/jackc/pgx/v5")}, Homes()))
	expect(t, CheckHomes([]Package{room("connector/mysql", "github.com/jackc/pgx/v5")}, Homes()), "its home is connector/postgres")
	expect(t, CheckHomes([]Package{room("model", "example.org/thing")}, Homes()), "has a home in test/arch/homes.go")
	expect(t, CheckHomes([]Package{room("test/e2e", "example.org/thing")}, Homes()), "has a home in test/arch/homes.go")
	expect(t, CheckHomes([]Package{room("bus/nats", "github.com/nats-io/nats.go")}, Homes()))
	expect(t, CheckHomes([]Package{room("bus/nats", "github.com/nats-io/nats-server/v2/server")}, Homes()), "its home is bus/nats/hub")
	inTest := room("model")
	inTest.TestImports = []string{"modernc.org/sqlite"}
	expect(t, CheckHomes([]Package{inTest}, Homes()), "its home is server/internal/store/sqlite")
}

func TestTablesSayWhy(t *testing.T) {
	seen := make(map[string]bool)
	once := func(key, why string) {
		if why == "" {
			t.Errorf("%s has no reason", key)
		}
		if seen[key] {
			t.Errorf("%s stands twice", key)
		}
		seen[key] = true
	}
	for _, f := range Floors() {
		once("floor "+f.Rooms, f.Why)
	}
	for _, h := range Homes() {
		once("home "+h.Module, h.Why)
	}
	for _, r := range Rules() {
		once("rule "+r.Name, r.Why)
	}
	for _, w := range Walls() {
		once(fmt.Sprint("wall ", w.From, w.Never), w.Why)
	}
	for _, e := range ClockExceptions() {
		once("clock "+e.File, e.Why)
	}
}

func TestNamesThatSayNothingAreRefused(t *testing.T) {
	expect(t, CheckNames([]Package{room("node/internal/util"), room("model"), room("connector/common/text")}), "is called util", "is called common")
}
