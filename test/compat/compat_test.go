package compat

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/server/servertest"
)

// shared is the folder of published descriptions, or the end of the test.
func shared(t *testing.T) string {
	t.Helper()
	dir := os.Getenv("PURLIEU_SHARED")
	if dir == "" {
		dir = filepath.Join("..", "..", "..", "shared")
	}
	dir = filepath.Join(dir, "specs", "purview")
	if _, err := os.Stat(dir); err != nil {
		t.Skip("the published descriptions are not here: set PURLIEU_SHARED")
	}
	return dir
}

// kinds are kinds of the published examples, described as far as these need.
func kinds() []model.Kind {
	of := func(name string, scanKinds ...string) model.Kind {
		return model.Kind{
			Name: name, Version: 1, Title: name,
			Settings:  []model.Field{{Name: "endpoint", Type: model.FieldText, Required: true}},
			ScanKinds: scanKinds, Authority: "{endpoint|lower}", Dials: []model.Template{"storage.example.net:443"},
			Credentials:  []model.CredentialUse{{Kind: "AccountKey"}, {Kind: "ManagedIdentity"}},
			RuntimeKinds: []string{"Managed"}, Levels: []model.Level{model.L1, model.L2, model.L3},
		}
	}
	return []model.Kind{
		of("AdlsGen2", "AdlsGen2Msi", "AdlsGen2Credential"), of("AzureStorage", "AzureStorageCredential"),
		{
			Name: "PostgreSql", Version: 1, Title: "PostgreSQL", Authority: "postgresql://shop",
			Types: []model.TypeDef{
				{Name: "postgresql_server"},
				{Name: "postgresql_database", Parent: "postgresql_server"},
				{Name: "postgresql_schema", Parent: "postgresql_database"},
				{Name: "postgresql_table", Column: "column", Parent: "postgresql_schema"},
				{Name: "postgresql_view", Column: "column", Parent: "postgresql_schema"},
			},
		},
	}
}

// example is one published example.
type example struct {
	Parameters map[string]any `json:"parameters"`
	Responses  map[string]struct {
		Headers map[string]string `json:"headers"`
		Body    any               `json:"body"`
	} `json:"responses"`
}

func load(t *testing.T, plane, name string) example {
	t.Helper()
	version := "2023-09-01"
	if plane == "catalog" {
		version = "2022-03-01-preview"
	}
	b, err := os.ReadFile(filepath.Join(shared(t), plane, version, "examples", name+".json"))
	if err != nil {
		t.Fatal(err)
	}
	var e example
	if err := json.Unmarshal(b, &e); err != nil {
		t.Fatal(err)
	}
	return e
}

type account struct {
	t *testing.T
	h http.Handler
}

func newAccount(t *testing.T) account {
	t.Helper()
	h, err := servertest.New(kinds()...)
	if err != nil {
		t.Fatal(err)
	}
	return account{t, h}
}

func (a account) ask(method, path string, body any) *httptest.ResponseRecorder {
	a.t.Helper()
	b := []byte{}
	if body != nil {
		var err error
		if b, err = json.Marshal(body); err != nil {
			a.t.Fatal(err)
		}
	}
	r := httptest.NewRequest(method, "https://map.example.com"+path, bytes.NewReader(b))
	r.Header.Set("Authorization", "Bearer "+servertest.Token)
	w := httptest.NewRecorder()
	a.h.ServeHTTP(w, r)
	return w
}

// must asks for what the test needs to be there.
func (a account) must(method, path string, body any) {
	a.t.Helper()
	if w := a.ask(method, path, body); w.Code >= 300 {
		a.t.Fatalf("%s %s: %d %s", method, path, w.Code, w.Body)
	}
}

// compare holds an answer to the published one.
func (a account) compare(w *httptest.ResponseRecorder, status int, e example, mayBeNull ...string) any {
	a.t.Helper()
	want, ok := e.Responses[fmt.Sprint(status)]
	if !ok || w.Code != status {
		a.t.Fatalf("status %d, want %d of the published ones: %s", w.Code, status, w.Body)
	}
	for name := range want.Headers {
		if w.Header().Get(name) == "" {
			a.t.Errorf("the header %s is missing", name)
		}
	}
	if want.Body == nil {
		if w.Body.Len() > 0 {
			a.t.Errorf("a body where none is published: %s", w.Body)
		}
		return nil
	}
	var got any
	if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil {
		a.t.Fatal(err)
	}
	for _, problem := range differ("", want.Body, got, mayBeNull) {
		a.t.Error(problem)
	}
	return got
}

// differ lists the members of want that got lacks, or has of another type. What is null in the example may be
// anything here.
func differ(at string, want, got any, mayBeNull []string) []string {
	if want == nil {
		return nil
	}
	if got == nil && slices.Contains(mayBeNull, filepath.Base(at)) {
		return nil
	}
	switch want := want.(type) {
	case map[string]any:
		m, ok := got.(map[string]any)
		if !ok {
			return []string{fmt.Sprintf("%s: %T, want an object", at, got)}
		}
		var out []string
		for name, v := range want {
			g, there := m[name]
			if !there {
				out = append(out, fmt.Sprintf("%s/%s is missing", at, name))
				continue
			}
			out = append(out, differ(at+"/"+name, v, g, mayBeNull)...)
		}
		return out
	case []any:
		list, ok := got.([]any)
		if !ok {
			return []string{fmt.Sprintf("%s: %T, want a list", at, got)}
		}
		if len(want) == 0 || len(list) == 0 {
			if len(want) > 0 {
				return []string{at + " is empty"}
			}
			return nil
		}
		return differ(at+"/0", want[0], list[0], mayBeNull)
	default:
		if a, b := fmt.Sprintf("%T", want), fmt.Sprintf("%T", got); a != b {
			return []string{fmt.Sprintf("%s: %s, want %s", at, b, a)}
		}
		return nil
	}
}

// written is the published answer of a PUT, laid under the published request: all that the answer shows was sent.
func written(e example, status string) map[string]any {
	body := map[string]any{}
	for _, part := range []any{e.Responses[status].Body, e.Parameters["body"]} {
		if m, ok := part.(map[string]any); ok {
			merge(body, m)
		}
	}
	return body
}

func merge(into, from map[string]any) {
	for name, v := range from {
		m, ok := v.(map[string]any)
		old, both := into[name].(map[string]any)
		if ok && both {
			merge(old, m)
			continue
		}
		into[name] = v
	}
}
