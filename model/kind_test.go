package model

import (
	"encoding/json"
	"strings"
	"testing"
)

func TestTemplate(t *testing.T) {
	get := func(s Settings) func(string) string { return func(f string) string { return s[f] } }
	for _, c := range []struct {
		template Template
		settings Settings
		want     string
	}{
		{"postgresql://{host|host|lower}{port|unless 5432|prefix :}", Settings{"host": "DB.Example", "port": "5432"}, "postgresql://db.example"},
		{"postgresql://{host|host|lower}{port|unless 5432|prefix :}", Settings{"host": "db", "port": "6000"}, "postgresql://db:6000"},
		{"{host|host}:{host|port 5432}", Settings{"host": "[::1]:77"}, "::1:77"},
		{"{name|default x}", nil, "x"},
		{"{tls|among full ca}", Settings{"tls": "ca"}, "ca"},
		{"{tls|among full ca}", Settings{"tls": "full ca"}, ""},
		{"{tls|among full ca}", nil, ""},
	} {
		got, err := c.template.Expand(get(c.settings))
		if err != nil || got != c.want {
			t.Errorf("%q over %v = %q, %v; want %q", c.template, c.settings, got, err, c.want)
		}
	}
	for _, bad := range []Template{"{a", "{a|exec rm}"} {
		if _, err := bad.Expand(get(nil)); err == nil {
			t.Errorf("%q was accepted", bad)
		}
	}
}

func TestScope(t *testing.T) {
	for _, c := range []struct {
		scope Scope
		path  string
		want  bool
	}{
		{Scope{}, "a/b/c", true},
		{Scope{Include: []string{"shop"}}, "shop/public/x", true},
		{Scope{Include: []string{"shop/public/ord*"}}, "shop/public/orders", true},
		{Scope{Include: []string{"shop/public/ord*"}}, "shop/public", true},
		{Scope{Include: []string{"shop/public/ord*"}}, "shop/audit", false},
		{Scope{Include: []string{"shop/public/ord*"}}, "shop/public/people", false},
		{Scope{Exclude: []string{"*/pg_temp*"}}, "shop/pg_temp_1/x", false},
		{Scope{Include: []string{"s?op"}, Exclude: []string{"shop/a"}}, "shop/b", true},
		{Scope{Include: []string{"s?op"}, Exclude: []string{"shop/a"}}, "shop/a/t", false},
		{Scope{Include: []string{"sch?n"}}, "schön", true},
		{Scope{Include: []string{"??"}}, "ü", false},
		{Scope{Include: []string{"*??n"}}, "üän", true},
		{Scope{Include: []string{"*??n"}}, "än", false},
		{Scope{Include: []string{"a?b"}}, "a\xffb", true},
	} {
		if got := c.scope.Match(c.path); got != c.want {
			t.Errorf("%+v.Match(%q) = %v", c.scope, c.path, got)
		}
	}
}

func TestLevelsAreNumbersInJSON(t *testing.T) {
	text, err := json.Marshal(Kind{Levels: []Level{L1, L3}})
	if err != nil || !strings.Contains(string(text), `"levels":[1,3]`) {
		t.Fatal(string(text), err)
	}
	for _, levels := range []string{`[1,3]`, `"AQM="`} { // as stored by builds before
		var k Kind
		if err := json.Unmarshal([]byte(`{"levels":`+levels+`}`), &k); err != nil || len(k.Levels) != 2 || k.Levels[1] != L3 {
			t.Error(levels, k.Levels, err)
		}
	}
}
