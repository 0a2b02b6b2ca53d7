package policy

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/model"
)

func TestTermsAreOfTheSourcesNamed(t *testing.T) {
	p, err := Parse("policy.yaml", []byte(`
release:
  - enum-labels
  - what: [partition-bounds, statistics]
    kind: PostgreSql
    host: "*.shop.example"
    ports: [5432]
keep:
  - {what: comments, host: 10.0.0.0/8}
`))
	if err != nil {
		t.Fatal(err)
	}
	at := func(host string, port int) []Source { return []Source{{"PostgreSql", host, port}} }
	for _, c := range []struct {
		name, kind string
		targets    []Source
		want       string
	}{
		{"of every source", "MySql", at("db.shop.example", 5432), "enum-labels"},
		{"of the source named", "PostgreSql", at("DB.shop.example", 5432), "enum-labels partition-bounds statistics"},
		{"at another port", "PostgreSql", at("db.shop.example", 5433), "enum-labels"},
		{"at another host", "PostgreSql", at("shop.example", 5432), "enum-labels"},
		{"a release needs every target", "PostgreSql", append(at("a.shop.example", 5432), at("elsewhere", 5432)...), "enum-labels"},
		{"keeping is enough for one", "PostgreSql", append(at("10.1.2.3", 5432), at("elsewhere", 5432)...), "comments enum-labels"},
		{"a name does not say which network it is in", "PostgreSql", at("db.internal", 5432), "enum-labels"},
		{"a folder is kept back where hosts are named", "PostgreSql", nil, "comments enum-labels"},
	} {
		var got []string
		for _, r := range p.Terms(c.kind, c.targets) {
			got = append(got, string(r))
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("%s: %v, want %s", c.name, got, c.want)
		}
	}
	if says := p.Says(); len(says) != 4 || says[0] != "enum-labels of every source leave the network" ||
		says[1] != "partition-bounds of PostgreSql at *.shop.example, ports [5432] leave the network" || says[3] != "comments of any kind at 10.0.0.0/8 stay behind" {
		t.Errorf("%q", says)
	}
}

func TestUnknownReleasesAreRefusedByName(t *testing.T) {
	for text, word := range map[string]string{
		"release: [passwords]":                           "passwords",
		"release: [comments]":                            "comments",
		"keep: [enum-labels]":                            "enum-labels",
		"release: [{what: enum-label}]":                  "enum-label",
		"release: [{what: enum-labels, hosts: db}]":      "hosts",
		"release: [{kind: PostgreSql}]":                  "what",
		"release: [{what: enum-labels, host: 'a b'}]":    "a b",
		"release: [{what: enum-labels, kind: 'a b'}]":    "a b",
		"release: [{what: enum-labels, ports: [70000]}]": "65535",
	} {
		_, err := Parse("policy.yaml", []byte(text))
		if !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), word) || !strings.Contains(err.Error(), "line 1") {
			t.Errorf("%s: %v", text, err)
		}
	}
}

func TestAReleaseIsWrittenOnce(t *testing.T) {
	path := filepath.Join(t.TempDir(), "policy.yaml")
	if err := os.WriteFile(path, []byte("# mine\nhide: [secret]\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	one := Source{"PostgreSql", "db.example", 5432}
	for range 2 {
		if err := Release(path, model.ReleasePartitionBounds, &one); err != nil {
			t.Fatal(err)
		}
		if err := Release(path, model.ReleaseEnumLabels, nil); err != nil {
			t.Fatal(err)
		}
		if err := Release(path, model.ReleaseEnumLabels, &one); err != nil {
			t.Fatal(err)
		}
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if s := string(text); strings.Count(s, "enum-labels") != 1 || strings.Count(s, "partition-bounds") != 1 || !strings.Contains(s, "# mine") {
		t.Errorf("%s", s)
	}
	p, err := Load(path)
	if err != nil {
		t.Fatal(err)
	}
	if got := p.Terms("PostgreSql", []Source{one}); !slices.Equal(got, model.Terms{model.ReleaseEnumLabels, model.ReleasePartitionBounds}) {
		t.Errorf("%v", got)
	}
	for _, what := range []model.Release{"passwords", model.ReleaseComments} {
		if err := Release(path, what, nil); fault.CodeOf(err) != "BadRelease" || !strings.Contains(err.Error(), string(what)) {
			t.Errorf("%s: %v", what, err)
		}
	}
}
