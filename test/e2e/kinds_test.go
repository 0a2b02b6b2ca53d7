package e2e

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/purlieu/purlieu/test/dbase"
)

// announcedKind is a line of purlieu kind list.
type announcedKind struct {
	ID, Kind, State, Hash string
	Version               int
	Current               bool
	Nodes                 []struct{ Node, State string }
}

func (a *account) announced() (list []announcedKind) {
	a.t.Helper()
	var page struct{ Value []announcedKind }
	a.rest("GET", "/manage/v1/announcedKinds", nil, &page)
	return page.Value
}

// ofAnotherBuild enrols a machine whose runtime has a connector for dBASE tables, too.
func (a *account) ofAnotherBuild(key, name string) *node {
	a.t.Helper()
	program, err := theHouse.foreign()
	if err != nil {
		a.t.Fatal(err)
	}
	other := *a
	other.programs.node = program
	return other.enrolled(key, name)
}

// tables is a folder of dBASE tables.
func tables(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for name, table := range map[string]dbase.Table{
		"orders.dbf": {Fields: []dbase.Field{{Name: "ID", Kind: 'N', Width: 8}, {Name: "CUSTOMER", Kind: 'C', Width: 20}}, Rows: [][]string{{"1", "canary-Ann"}}},
		"people.dbf": {Fields: []dbase.Field{{Name: "NAME", Kind: 'C', Width: 30}}, Rows: [][]string{{"canary-Bob"}, {"canary-Cem"}}},
	} {
		if err := os.WriteFile(filepath.Join(dir, name), table.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestAKindThatTheServerHasNeverHeardOfIsAnnouncedApprovedAndScanned(t *testing.T) {
	t.Parallel()
	a := newAccount(t)
	key := a.runtime("edge")
	other := a.ofAnotherBuild(key, "other")
	other.start()
	plain := a.enrolled(a.runtime("plain"), "plain")
	plain.start()

	until(t, 20*time.Second, "the kind is announced", func() bool { return len(a.announced()) > 0 })
	list := a.announced()
	if len(list) != 1 || list[0].Kind != "DbaseFolder" || list[0].State != "proposed" || len(list[0].Nodes) != 1 || list[0].Nodes[0].Node != "edge--other" {
		t.Fatalf("announced: %+v", list)
	}
	dir := tables(t)
	register := []string{"source", "add", "DbaseFolder", "tables", "--authority", "shop-tables", "--set", "folder=" + dir}
	if kinds := a.purlieu("kinds"); strings.Contains(kinds, "DbaseFolder") {
		t.Errorf("a proposal is shown as a kind: %s", kinds)
	}
	if r := a.try(register...); r.code == 0 {
		t.Errorf("a source of a proposed kind was registered: %s", r)
	}
	shown := a.purlieu("kind", "show", "DbaseFolder")
	for _, want := range []string{"proposed", "edge--other", "hideEmpty", "dbase_table", "It dials: nothing", "dbase://{folder}"} {
		if !strings.Contains(shown, want) {
			t.Errorf("the description that is shown lacks %q:\n%s", want, shown)
		}
	}
	a.purlieu("kind", "approve", "DbaseFolder")

	t.Run("its form drives registration", func(t *testing.T) {
		if r := a.try(append(register, "--set", "colour=red")...); r.code == 0 || !strings.Contains(r.err+r.out, "colour") {
			t.Errorf("a setting that the form has not: %s", r)
		}
		if r := a.try("source", "add", "DbaseFolder", "tables", "--authority", "shop-tables"); r.code == 0 || !strings.Contains(r.err+r.out, "folder") {
			t.Errorf("without the folder: %s", r)
		}
		a.purlieu(register...)
	})
	t.Run("a node of another build can't serve it", func(t *testing.T) {
		var page struct {
			Value []struct {
				Name    string
				Serves  bool
				Reasons []struct{ Code string }
			}
		}
		until(t, 20*time.Second, "both nodes have beaten", func() bool {
			a.rest("GET", "/manage/v1/kinds/DbaseFolder/runtimes", nil, &page)
			said := map[string]string{}
			for _, r := range page.Value {
				if said[r.Name] = "serves"; !r.Serves {
					said[r.Name] = r.Reasons[0].Code
				}
			}
			return said["edge"] == "serves" && said["plain"] == "NotRead" && said["built-in"] == "RuntimeKind"
		})
	})
	other.runtime("policy", "allow", "--folder", dir)
	a.purlieu("scan", "add", "tables", "nightly", "--runtime", "edge", "--level", "L2")
	run := a.scanWhole(&source{db: "tables"})
	if c := run.Purlieu.Counts; c.Created != 3 {
		t.Errorf("the run counts %+v", c)
	}
	table, columns := a.asset("dbase_table", "dbase://shop-tables/orders.dbf")
	if table.TypeName != "dbase_table" || len(columns) != 2 {
		t.Errorf("%+v, %+v", table, columns)
	}
	if r := a.try("kind", "withdraw", "DbaseFolder"); r.code != 5 || !strings.Contains(r.err, "tables") {
		t.Errorf("a kind with a source was withdrawn: %s", r)
	}
	t.Run("what the node said of itself is in its ledger, once", func(t *testing.T) {
		a.server.stop(t)
		a.start()
		until(t, 20*time.Second, "the node is back", func() bool { return other.status().Connected })
		a.scanWhole(&source{db: "tables"})
		if n := strings.Count(other.runtime("egress", "show"), "the description of the kind DbaseFolder"); n != 1 {
			t.Errorf("the ledger has %d descriptions", n)
		}
		other.runtime("egress", "verify")
		other.runtime("egress", "reconcile")
		if r := plain.runtime("egress", "show"); strings.Contains(r, "description of the kind") {
			t.Errorf("a node of the server's build described a kind: %s", r)
		}
	})
	for _, kept := range []string{a.data(), other.state()} {
		searchFor(t, kept, "canary")
	}
	a.purlieu("scan", "delete", "tables", "nightly")
	a.purlieu("source", "delete", "tables")
	if r := a.try("kind", "withdraw", "DbaseFolder"); r.code != 5 || !strings.Contains(r.err, "3 assets") || !strings.Contains(r.err, "--keep-assets") {
		t.Errorf("a kind was withdrawn unasked while assets are of its types: %s", r)
	}
	a.purlieu("kind", "withdraw", "DbaseFolder", "--keep-assets")
	if list := a.announced(); len(list) != 1 || list[0].State != "withdrawn" || list[0].Current {
		text, _ := json.Marshal(list)
		t.Errorf("behind the withdrawal: %s", text)
	}
}
