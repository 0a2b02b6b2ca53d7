package main

import (
	"net/http"
	"strings"
	"testing"
)

// entity is one that says everything that one can.
const richEntity = `{"entity": {
	"guid": "00000000-0001-8000-8000-000000000001", "typeName": "postgresql_view", "status": "ACTIVE", "collectionId": "sales", "labels": ["finance", "old"],
	"createTime": 1700000000000, "updateTime": 1700000060000, "createdBy": "scan:shop/weekly", "updatedBy": "user:1",
	"contacts": {"Owner": [{"id": "user:1"}], "Expert": [{"id": "Old Lee"}]},
	"attributes": {"name": "sold", "qualifiedName": "postgresql://shop/sold", "owner": "dba", "comment": "from the source", "userDescription": "first line\nsecond\u001b[2J", "tablespace": "fast"},
	"customAttributes": {"rows": "12"}, "purlieu": {"definition": "SELECT id\n\tFROM orders\u001b[31m\n", "refused": [{"typeName": "PHONE", "rule": "phone-number"}]},
	"classifications": [{"typeName": "MINE"}], "relationshipAttributes": {"columns": [{"guid": "c1"}, {"guid": "c2"}]}},
	"referredEntities": {
		"c1": {"guid": "c1", "typeName": "postgresql_column", "labels": ["key"], "contacts": {"Owner": [{"id": "user:1"}], "Expert": []}, "purlieu": {"refused": [{"typeName": "CARD", "rule": "card"}]},
			"attributes": {"name": "id", "type": "bigint", "nullable": false, "comment": "of the source", "userDescription": "LONG", "qualifiedName": "postgresql://shop/sold#id"}},
		"c2": {"guid": "c2", "typeName": "postgresql_column", "contacts": {"Owner": [], "Expert": []}, "attributes": {"name": "at", "type": "timestamp", "comment": "when"}}}}`

func (s *shell) rich() {
	s.flaky(func(w http.ResponseWriter, r *http.Request) bool {
		switch {
		case strings.HasSuffix(r.URL.Path, "/entity/guid/00000000-0001-8000-8000-000000000001"):
			_, _ = w.Write([]byte(strings.ReplaceAll(richEntity, "LONG", strings.Repeat("which it was sold by, ", 20))))
		case strings.Contains(r.URL.Path, "/lineage/"):
			_, _ = w.Write([]byte(`{}`))
		case strings.HasSuffix(r.URL.Path, "/origin"):
			_, _ = w.Write([]byte(`{"source": "shop", "sourceOpen": false, "above": [], "seen": {"at": "2023-11-14T22:13:20Z", "scan": "weekly", "run": null, "whole": false}}`))
		case strings.HasSuffix(r.URL.Path, "/principals"):
			_, _ = w.Write([]byte(`{"value": [{"id": "user:1", "name": "kim"}]}`))
		default:
			return false
		}
		return true
	})
}

func TestAnAssetIsShownWithAllThatPeopleWrote(t *testing.T) {
	const guid = "00000000-0001-8000-8000-000000000001"
	s := newShell(t)
	s.rich()
	s.run(0, "asset", "show", guid)
	for _, words := range []string{
		"owners               kim\n", "experts              Old Lee\n", "owner in the source  dba\n", "labels               finance, old\n", "source says          from the source\n",
		"changed              2023-11-14T22:14:20Z by kim\n", "created              2023-11-14T22:13:20Z by scan:shop/weekly\n", "tablespace           fast\n", "last seen            2023-11-14T22:13:20Z at the latest by a run of weekly\n", "rows                 12\n",
		"\nDESCRIPTION\n  first line\n  second\\x1b[2J\n", "\nDEFINITION\n  SELECT id\n      FROM orders\\x1b[31m\n",
		"which it was sold by, ", "…\n", "at      timestamp  yes              when\n", "See a column whole", "id      kim              key\n",
		"MINE            ", "given by a person\n", "the rule phone-number does not give it here again\n", "CARD            id ",
	} {
		if !strings.Contains(s.out, words) {
			t.Errorf("%q is missing in:\n%s", words, s.out)
		}
	}
	for line := range strings.Lines(s.out) {
		if n := len([]rune(line)); n > 160 {
			t.Errorf("a line of %d characters: %s", n, line)
		}
	}
	s.run(0, "asset", "show", guid, "-o", "json")
	s.shows(`"asset": {`, `"lineage": {}`, `"user:1"`)
	s.never("kim")

	s.run(0, "asset", "show", guid, "--column", "id")
	s.shows(strings.TrimSpace(strings.Repeat("which it was sold by, ", 20)), "source says", "of the source", "owners", "kim", "labels", "key", "the rule card does not", "postgresql://shop/sold#id")
	s.never("timestamp", "DEFINITION")
	s.run(0, "asset", "show", guid, "--column", "id", "-o", "yaml")
	s.shows("column:")
	s.run(4, "asset", "show", guid, "--column", "none")
	s.shows(`has no column "none"`, "purlieu asset show")
}

// At an account as it is shipped: what was edited is read back.
func TestWhatWasEditedIsReadBack(t *testing.T) {
	s := signedIn(t)
	account, err := (&app{getenv: func(name string) string { return s.env[name] }}).client()
	if err != nil {
		t.Fatal(err)
	}
	made := object{"guid": "-1", "typeName": "DataSet", "attributes": object{"qualifiedName": "garden://beets", "name": "beets"}, "labels": []string{"red"}}
	if err := account.Do(t.Context(), "POST", "/datamap/api/atlas/v2/entity", object{"entity": made}, nil); err != nil {
		t.Fatal(err)
	}
	s.run(0, "user", "add", "kim")
	s.run(0, "asset", "edit", "garden://beets", "--description", "in the second bed", "--owner", "kim", "--expert", "Old Lee")
	s.run(0, "asset", "show", "garden://beets")
	s.shows("in the second bed", "kim", "Old Lee", "red", "by ada")
	s.never("user:")
	s.run(0, "asset", "history", "garden://beets")
	s.shows("updated  ada  ", "owners: kim; experts: Old Lee")
	s.never("user:")
	s.run(0, "asset", "history", "garden://beets", "-o", "json")
	s.shows(`"actor": "user:`)
}
