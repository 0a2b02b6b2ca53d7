package e2e

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/purlieu/purlieu/test/pgserver"
)

// canaryCells are in the cells of people, and nowhere else.
const canaryCells = "canarycell"

// people is a database with personal data of many kinds.
func people(t testing.TB) *source {
	t.Helper()
	return shared(t, "people", func(server *pgserver.Server) error {
		return server.Exec("people", `
			create domain mailbox as varchar(254);
			create table person (id int primary key, contact mailbox, card bigint, digits text, iban text, ssn char(11), phone text, seen_from inet,
				home_page text, token uuid, scenario_code bigint, academic_year_code text, note text, nothing text);
			insert into person
			select g, '`+canaryCells+`' || g || '@example.com',
				(array[4111111111111111, 5555555555554444, 4012888888881881, 5105105105105100, 6011111111111117, 3530111333300000, 4242424242424242,
					5200828282828210, 2223003122003222, 6200000000000005])[1 + g % 10],
				'no' || g,
				(array['GB82WEST12345698765432', 'DE89370400440532013000', 'FR1420041010050500013M02606', 'NL91ABNA0417164300', 'ES9121000418450200051332',
					'CH9300762011623852957', 'BE68539007547034', 'NO9386011117947', 'IT60X0542811101000000123456'])[1 + g % 9],
				'536-22-' || (1000 + g), '(212) 555-' || lpad(g::text, 4, '0'), '192.168.7.1'::inet + g,
				'https://`+canaryCells+`.example.com/' || g, gen_random_uuid(), 4000000000000000 + g, (2000 + g % 20)::text, '`+canaryCells+` note ' || g, null
			from generate_series(1, 300) g;
			create table hidden (mail text); insert into hidden select '`+canaryCells+`' || g || '@example.com' from generate_series(1, 50) g;
			create view shown as select contact from person;
			grant select on person, shown to scanner; analyze`)
	})
}

// sheet is an asset with its columns, as REST tells it.
type sheet struct {
	Entity           classified
	ReferredEntities map[string]classified
}

type classified struct {
	Version         int64
	Attributes      struct{ Name string }
	Classifications []struct {
		TypeName string
		Purlieu  struct {
			Evidence struct {
				Rule                                      string
				Version, Tried, Matches, Distinct, Checks int
				Hint, Checked                             bool
			}
		}
	}
}

// classes tells the classes of the columns of people's table, and its version.
func (a *account) classes(s *source, table string) (map[string]string, sheet) {
	a.t.Helper()
	var e sheet
	a.rest("GET", "/datamap/api/atlas/v2/entity/uniqueAttribute/type/postgresql_table?attr:qualifiedName=postgresql://"+s.db+"/people/public/"+table, nil, &e)
	out := map[string]string{}
	for _, c := range e.ReferredEntities {
		for _, class := range c.Classifications {
			v := class.Purlieu.Evidence
			out[c.Attributes.Name] += fmt.Sprintf("%s by %s %d: %d/%d/%d", class.TypeName, v.Rule, v.Version, v.Tried, v.Matches, v.Checks)
		}
	}
	return out, e
}

func TestColumnsAreClassifiedAndNoValueLeaves(t *testing.T) {
	t.Parallel()
	a := newAccount(t)
	s := people(t)
	n := a.node(a.runtime("edge"), "one", s)
	a.register(s)
	a.purlieu("scan", "add", s.db, "nightly", "--credential", "scanner", "--runtime", "edge", "--set", "databaseName="+s.db, "--level", "L3")
	first, gaps := a.scan(s)
	codes := map[string]int{}
	for _, g := range gaps {
		codes[g.Gap.Code+" "+g.Gap.Path]++
	}
	if first.Status != "Succeeded" || !maps.Equal(codes, map[string]int{"PermissionDenied people/public/hidden": 1, "NotSampled people/public/shown": 1}) {
		t.Errorf("the run ended %s with gaps %v", first.Status, gaps)
	}
	const all = "128/128/0"
	want := map[string]string{
		"contact": "MICROSOFT.PERSONAL.EMAIL by email 1: " + all, "card": "MICROSOFT.FINANCIAL.CREDIT_CARD_NUMBER by card 1: 128/128/128",
		"iban": "MICROSOFT.FINANCIAL.IBAN by iban 1: 128/128/128", "ssn": "MICROSOFT.GOVERNMENT.US.SOCIAL_SECURITY_NUMBER by us-ssn 1: " + all,
		"phone":     "MICROSOFT.PERSONAL.US.PHONE_NUMBER by us-phone 1: " + all,
		"seen_from": "MICROSOFT.PERSONAL.IPADDRESS by ip 1: " + all + "MICROSOFT.PERSONAL.IPADDRESS_V4 by ipv4 1: " + all,
		"home_page": "PURLIEU.NETWORK.URL by url 1: " + all, "token": "PURLIEU.IDENTIFIER.UUID by uuid 1: " + all,
	}
	got, before := a.classes(s, "person")
	if !maps.Equal(got, want) {
		t.Errorf("classes\n%v\nwant\n%v", got, want)
	}
	if hidden, _ := a.classes(s, "hidden"); len(hidden) > 0 {
		t.Errorf("a table that can't be read has classes: %v", hidden)
	}

	t.Run("people find and read it", func(t *testing.T) {
		text := a.purlieu("asset", "show", "postgresql://"+s.db+"/people/public/person")
		if !strings.Contains(text, "128 of 128 values match") || !strings.Contains(text, "128 with a right checksum") {
			t.Errorf("the sheet tells no evidence:\n%s", text)
		}
		var found struct{ Value []struct{ Name string } }
		if !eventually(time.Minute, func() bool {
			raw := a.purlieu("-o", "json", "search", "--class", "MICROSOFT.FINANCIAL.IBAN")
			return json.Unmarshal([]byte(raw), &found) == nil && len(found.Value) == 1 && found.Value[0].Name == "person"
		}) {
			t.Errorf("search finds %v", found)
		}
	})
	t.Run("an unchanged scan sends a bitmap and writes no version", func(t *testing.T) {
		again, _ := a.scan(s)
		got, after := a.classes(s, "person")
		if c := again.Purlieu.Counts; c.Created+c.Updated != 0 || c.Classified != 1 || first.Purlieu.Counts.Classified != 1 || c.Bytes*5 > first.Purlieu.Counts.Bytes {
			t.Errorf("the second run counts %+v, the first %+v", c, first.Purlieu.Counts)
		}
		if !maps.Equal(got, want) || after.Entity.Version != before.Entity.Version {
			t.Errorf("version %d after %d, classes %v", after.Entity.Version, before.Entity.Version, got)
		}
	})
	t.Run("a scan of structure keeps the classes", func(t *testing.T) {
		if err := s.server.Exec(s.db, "alter table person add column later int"); err != nil {
			t.Fatal(err)
		}
		a.purlieu("scan", "add", s.db, "nightly", "--credential", "scanner", "--runtime", "edge", "--set", "databaseName="+s.db, "--level", "L2")
		a.scanWhole(s)
		got, after := a.classes(s, "person")
		if !maps.Equal(got, want) || after.Entity.Version == before.Entity.Version {
			t.Errorf("version %d after %d, classes %v", after.Entity.Version, before.Entity.Version, got)
		}
	})
	t.Run("people write over it with the client, and scans leave it", func(t *testing.T) {
		person := "postgresql://" + s.db + "/people/public/person"
		a.purlieu("asset", "edit", person, "--column", "contact", "--description", "Where bills go")
		a.purlieu("asset", "edit", person, "--owner", "ada", "--expert", "The finance team")
		a.purlieu("asset", "classify", person, "--column", "contact", "--add", "OURS", "--remove", "MICROSOFT.PERSONAL.EMAIL")
		a.scanWhole(s)
		if got, _ := a.classes(s, "person"); got["contact"] != "OURS by  0: 0/0/0" {
			t.Errorf("classes of the column: %q", got["contact"])
		}
		if raw := a.purlieu("-o", "json", "asset", "show", person); !strings.Contains(raw, "Where bills go") || !strings.Contains(raw, `"id": "user:`) || !strings.Contains(raw, "The finance team") {
			t.Errorf("what people wrote is not there: %s", raw)
		}
		a.purlieu("asset", "classify", person, "--column", "contact", "--add", "MICROSOFT.PERSONAL.EMAIL", "--remove", "OURS")
		if got, _ := a.classes(s, "person"); got["contact"] != want["contact"] {
			t.Errorf("a class that was given back: %q", got["contact"])
		}
	})
	t.Run("no value stands anywhere", func(t *testing.T) {
		said := []string{n.runtime("egress", "show", "--json"), n.runtime("status"), a.dump()}
		n.process.stop(t)
		a.server.stop(t)
		files := 0
		err := filepath.WalkDir(a.dir, func(path string, d fs.DirEntry, err error) error {
			if err != nil || !d.Type().IsRegular() {
				return err
			}
			text, err := os.ReadFile(path)
			files++
			for _, value := range []string{canaryCells, "4111111111111111", "GB82WEST12345698765432"} {
				if bytes.Contains(text, []byte(value)) {
					t.Errorf("%s stands in %s", value, path)
				}
			}
			return err
		})
		if err != nil || files < 10 {
			t.Fatalf("%d files were searched: %v", files, err)
		}
		for i, text := range said {
			if strings.Contains(text, canaryCells) {
				t.Errorf("a value stands in answer %d", i)
			}
		}
	})
}
