package postgres

import (
	"reflect"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/model"
)

func TestOriginsOfResultColumns(t *testing.T) {
	entry := func(no, name, table, column, junk string) string {
		return "{TARGETENTRY :expr {VAR :varno 1 :varattno 9} :resno " + no + " :resname " + name + " :ressortgroupref 0 :resorigtbl " + table + " :resorigcol " + column + " :resjunk " + junk + "}"
	}
	query := func(entries string) string {
		return "({QUERY :commandType 1 :rtable ({RTE :subquery {QUERY :targetList (" + entry("1", "inner", "77", "7", "false") + ") :x 1} :y 2}) :targetList (" + entries + ") :override 0 :returningList <>})"
	}
	for _, c := range []struct {
		name, tree string
		want       []origin
	}{
		{"one", query(entry("1", "id", "16390", "2", "false")), []origin{{1, 16390, 2}}},
		{"computed columns have none", query(entry("1", "id", "0", "0", "false") + " " + entry("2", "b", "5", "1", "false")), []origin{{2, 5, 1}}},
		{"junk is left out", query(entry("1", "id", "16390", "2", "true")), nil},
		{"names that look like fields", query(entry("1", `a\ :resorigtbl\ 9\}\ :resno`, "16390", "2", "false")), []origin{{1, 16390, 2}}},
		{"a name with a colon", query(entry("1", `:resno`, "16390", "2", "false")), []origin{{1, 16390, 2}}},
		{"nothing", "<>", nil},
		{"cut off", "({QUERY :targetList ({TARGETENTRY :resno 1 :resorigtbl 5", nil},
		{"ends in a backslash", `({QUERY :targetList (\`, nil},
	} {
		if got := origins([]byte(c.tree)); !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s: got %v, want %v", c.name, got, c.want)
		}
	}
}

func FuzzOrigins(f *testing.F) {
	f.Add([]byte("({QUERY :targetList ({TARGETENTRY :resno 1 :resorigtbl 5 :resorigcol 1 :resjunk false}) :x})"))
	f.Fuzz(func(t *testing.T, tree []byte) {
		for _, o := range origins(tree) {
			if o.table == 0 || o.result <= 0 || o.column <= 0 {
				t.Fatalf("%+v is no origin", o)
			}
		}
	})
}

func TestServerStatesBecomeClosedFaults(t *testing.T) {
	for state, want := range map[string]struct {
		kind fault.Kind
		code string
	}{
		"28P01": {fault.Denied, "WrongPassword"}, "28000": {fault.Denied, "HostNotAdmitted"}, "3D000": {fault.NotFound, "NoSuchDatabase"},
		"42501": {fault.Denied, "PermissionDenied"}, "53300": {fault.Throttled, "TooManyConnections"}, "57P01": {fault.Unreachable, "ServerStopping"},
		"57P03": {fault.Unreachable, "ServerStopping"}, "57014": {fault.Throttled, "StatementTimeout"}, "55P03": {fault.Throttled, "Locked"},
		"XX000": {fault.Throttled, "CatalogueChanged"}, "08006": {fault.Unreachable, "ConnectionLost"}, "0A000": {fault.Unsupported, "QueryRefused"},
	} {
		err := serverFault(&pgconn.PgError{Code: state, Message: "canary", Detail: "canary"}, false)
		if !fault.Is(err, want.kind) || fault.CodeOf(err) != want.code || stateOf(err) != state {
			t.Errorf("%s became %v %s (%s)", state, fault.KindOf(err), fault.CodeOf(err), stateOf(err))
		}
		for e := err; e != nil; {
			if e.Error() == "canary" {
				t.Errorf("%s keeps the server's text", state)
			}
			u, ok := e.(interface{ Unwrap() error })
			if !ok {
				break
			}
			e = u.Unwrap()
		}
	}
	if err := serverFault(&pgconn.PgError{Code: "28000", Message: `no pg_hba.conf entry for host "x", no encryption`}, true); fault.CodeOf(err) != "TLSRequired" {
		t.Errorf("got %v", err)
	}
}

func TestAuthoritiesAreCanonical(t *testing.T) {
	kind := New().Describe()
	for _, c := range []struct {
		settings model.Settings
		want     string
	}{
		{model.Settings{"serverEndpoint": "DB.Example.com"}, "postgresql://db.example.com"},
		{model.Settings{"serverEndpoint": "db", "port": "5432"}, "postgresql://db"},
		{model.Settings{"serverEndpoint": "db", "port": "6000"}, "postgresql://db:6000"},
	} {
		got, err := kind.Authority.Expand(func(f string) string { return c.settings[f] })
		if err != nil || got != c.want {
			t.Errorf("%v gives %q, %v; want %q", c.settings, got, err, c.want)
		}
	}
}
