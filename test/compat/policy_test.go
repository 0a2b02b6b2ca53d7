package compat

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/purlieu/purlieu/server/servertest"
)

// withPeople is an account with the shipped rooms for people and roles; it gives how its first person asks.
func withPeople(t *testing.T) func(method, path, body string) *httptest.ResponseRecorder {
	t.Helper()
	a, err := servertest.New()
	if err != nil {
		t.Fatal(err)
	}
	link, err := a.WithPeople(t.Context(), filepath.Join(t.TempDir(), "account.key"), time.Now)
	if err != nil {
		t.Fatal(err)
	}
	token := ""
	ask := func(method, path, body string) *httptest.ResponseRecorder {
		r := httptest.NewRequest(method, "https://map.example.com"+path, strings.NewReader(body))
		if token != "" {
			r.Header.Set("Authorization", "Bearer "+token)
		}
		w := httptest.NewRecorder()
		a.ServeHTTP(w, r)
		return w
	}
	var in struct {
		Token string `json:"access_token"`
	}
	w := ask("POST", "/signin/v1/redeem", `{"token":"`+link+`","name":"ada","password":"correct horse battery"}`)
	if err := json.Unmarshal(w.Body.Bytes(), &in); err != nil || in.Token == "" {
		t.Fatal(err, w.Code, w.Body)
	}
	token = in.Token
	return ask
}

// TestThePublishedUpdateOfAPolicyAnswersAsPublished sends the published example as it stands, but for the guids: of the
// policy, which is the account's own, and of two people, who are apps here.
func TestThePublishedUpdateOfAPolicyAnswersAsPublished(t *testing.T) {
	b, err := os.ReadFile(filepath.Join(shared(t), "metadatapolicies", "2021-07-01-preview", "examples", "MetadataPolicy_Update.json"))
	if err != nil {
		t.Fatal(err)
	}
	ask := withPeople(t)
	must := func(method, path, body string) []byte {
		t.Helper()
		w := ask(method, path, body)
		if w.Code >= http.StatusMultipleChoices {
			t.Fatalf("%s %s: %d %s", method, path, w.Code, w.Body)
		}
		return w.Body.Bytes()
	}
	must("PUT", "/account/collections/myparentcollection", `{"friendlyName":"Above"}`)
	must("PUT", "/account/collections/mycollection", `{"parentCollection":{"referenceName":"myparentcollection","type":"CollectionReference"}}`)
	text := string(b)
	for i, guid := range []string{"69e520f2-5f26-4074-9fe1-5187d85ec005", "3f10f245-d5c4-4541-98ce-01a4580a30e0"} {
		var app struct {
			Client string `json:"clientId"`
		}
		if err := json.Unmarshal(must("POST", "/manage/v1/apps", `{"name":"app`+string(rune('a'+i))+`"}`), &app); err != nil {
			t.Fatal(err)
		}
		text = strings.ReplaceAll(text, guid, app.Client)
	}
	var list struct {
		Values []struct {
			ID string `json:"id"`
		} `json:"values"`
	}
	if err := json.Unmarshal(must("GET", "/policystore/metadataPolicies?collectionName=mycollection", ""), &list); err != nil || len(list.Values) != 1 {
		t.Fatal(err, list)
	}
	text = strings.ReplaceAll(text, "98ed42ff-b67f-44df-8c8c-7e6b43e77055", list.Values[0].ID)
	var e example
	if err := json.Unmarshal([]byte(text), &e); err != nil {
		t.Fatal(err)
	}
	sent := e.Parameters["body"].(map[string]any)
	delete(sent, "version") // the example's; there have been as many writes as there have been
	body, err := json.Marshal(sent)
	if err != nil {
		t.Fatal(err)
	}
	at := "/policyStore/metadataPolicies/" + list.Values[0].ID
	got := account{t: t}.compare(ask("PUT", at+"?api-version=2021-07-01-preview", string(body)), 200, e).(map[string]any)
	rules := func(policy any) string {
		text, err := json.Marshal(policy.(map[string]any)["properties"].(map[string]any)["attributeRules"])
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	for _, right := range []string{"permission:myparentcollection", "purviewmetadatarole_builtin_collection-administrator:myparentcollection"} {
		if strings.Count(rules(got), `"attributeValueIncludes":"`+right+`"`) != strings.Count(rules(e.Responses["200"].Body), `"attributeValueIncludes":"`+right+`"`) {
			t.Errorf("%s is not as published: %s", right, rules(got))
		}
	}
	if a, b := strings.Count(rules(got), `"kind"`), strings.Count(rules(e.Responses["200"].Body), `"kind"`); a != b {
		t.Errorf("%d rules, %d are published: %s", a, b, rules(got))
	}
	if w := ask("GET", "/manage/v1/collections/mycollection/inheritance", ""); !bytesContain(w.Body.Bytes(), `"inherits":true`) {
		t.Errorf("the published policy inherits: %s", w.Body)
	}
}
