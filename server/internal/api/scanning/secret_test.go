package scanning_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/purlieu/purlieu/model"
)

// pagers is a kind of source whose credentials have an open part of their own.
func pagers() model.Kind {
	return model.Kind{Name: "Pagers", Version: 1, Credentials: []model.CredentialUse{
		{Kind: "BasicAuth", Fields: []model.Field{{Name: "user"}, {Name: "pagerNumber"}, {Name: "password", Secret: true}}},
	}}
}

// canary is a secret that a person put where it does not belong.
const canary = "hunter2-canary"

// refused expects 400 with a code, an answer that does not repeat the secret, and a next step.
func (d door) refused(path, body, want string) {
	d.t.Helper()
	answer := d.ask(400, admin, "PUT", path, body)
	text, err := json.Marshal(answer)
	if err != nil || strings.Contains(string(text), canary) {
		d.t.Errorf("%s: the secret is repeated: %s", body, text)
	}
	if got := answer["error"].(map[string]any)["code"]; got != want {
		d.t.Errorf("%s: code %v, want %s", body, got, want)
	}
}

func TestACredentialTakesOnlyPartsThatAreKnownToBeOpen(t *testing.T) {
	d := newDoor(t)
	for _, c := range [][2]string{
		{"BasicAuth", "password"},
		{"BasicAuth", "Password"},
		{"BasicAuth", "pwd"},
		{"BasicAuth", "note"},
		{"AccountKey", "accountkey"},
		{"AccountKey", "user"},
		{"ConsumerKeyAuth", "consumerKey"},
		{"ServicePrincipal", "servicePrincipalKey"},
	} {
		d.refused("/scan/credentials/login", `{"kind":"`+c[0]+`","properties":{"typeProperties":{"`+c[1]+`":"`+canary+`"}}}`, "SecretValue")
	}
	d.ask(404, admin, "GET", "/scan/credentials/login", "")
	d.ask(201, admin, "PUT", "/scan/credentials/login", `{"kind":"ServicePrincipal","properties":{"typeProperties":{"tenant":"t","servicePrincipalId":"i",
		"servicePrincipalKey":{"type":"AzureKeyVaultSecret","secretName":"n","store":{"referenceName":"file"}}}}}`)
	d.ask(201, admin, "PUT", "/scan/credentials/pager", `{"kind":"BasicAuth","properties":{"typeProperties":{"user":"u","pagerNumber":"7"}}}`) // the kind declares it
}

func TestAVaultConnectionHoldsNoSecret(t *testing.T) {
	d := newDoor(t)
	const path = "/scan/azureKeyVaults/safe"
	d.refused(path, `{"properties":{"purlieuVault":{"kind":"hashicorp","options":{"token":"`+canary+`"}}}}`, "UnknownVaultOption")
	d.refused(path, `{"properties":{"purlieuVault":{"kind":"azurekeyvault","options":{"baseUrl":"https://v.example.com/","Secret":"`+canary+`"}}}}`, "UnknownVaultOption")
	d.refused(path, `{"properties":{"baseUrl":"https://u:`+canary+`@v.example.com/"}}`, "BadVault")
	d.ask(201, admin, "PUT", path, `{"properties":{"baseUrl":"https://v.example.com/"}}`)
}

func TestPropertiesThatAreKeptAsTheyCameHoldNoSecret(t *testing.T) {
	d := newDoor(t)
	d.ask(201, admin, "PUT", "/scan/datasources/sold", source("sold.example.com", "sales"))
	for _, property := range []string{
		`"password":"%"`, `"Pass_Word":"%"`, `"PWD":"%"`, `"clientSecret":"%"`, `"sasToken":"%"`, `"accountKey":"%"`, `"API-KEY":"%"`,
		`"connectionString":"%"`, `"options":{"deep":[{"storageKey":"%"}]}`, `"options":{"password":"%","password":null}`,
		`"password":["%"]`, `"password":{"type":"AzureKeyVaultSecret","secretName":"n","value":"%","store":{"referenceName":"v"}}`,
		`"password":7`, `"url":"https://u:%@db.example.com/"`, `"dsn":"Host=db;Password = %"`, `"list":["https://x.example.com/c?sv=1&sig=%"]`,
	} {
		property = strings.ReplaceAll(property, "%", canary)
		d.refused("/scan/datasources/paid", `{"kind":"PostgreSql","properties":{"serverEndpoint":"paid.example.com",`+property+`}}`, "SecretValue")
		d.refused("/scan/datasources/sold/scans/weekly", `{"properties":{`+property+`}}`, "SecretValue")
	}
	d.ask(201, admin, "PUT", "/scan/datasources/paid", `{"kind":"PostgreSql","properties":{"serverEndpoint":"paid.example.com","resourceId":"/subscriptions/x",
		"resourceGroup":"g","password":null,"useSecrets":true,"dsn":"https://db.example.com/?mode=ro","nested":{"accountKey":
		{"type":"AzureKeyVaultSecret","secretName":"n","secretVersion":"","store":{"referenceName":"v","type":"LinkedServiceReference"}}}}}`)
}

func TestPropertiesThatAreKeptAsTheyCameAreBounded(t *testing.T) {
	d := newDoor(t)
	long := strings.Repeat("x", 33<<10)
	d.refused("/scan/datasources/paid", `{"kind":"PostgreSql","properties":{"serverEndpoint":"paid.example.com","note":"`+long+`"}}`, "TooLong")
	var many strings.Builder
	for _, r := range "abcdefghijklm" {
		many.WriteString(`,"` + string(r) + `":"` + long[:20<<10] + `"`)
	}
	d.refused("/scan/datasources/paid", `{"kind":"PostgreSql","properties":{"serverEndpoint":"paid.example.com"`+many.String()+`}}`, "TooLong")
	d.refused("/scan/credentials/login", `{"kind":"BasicAuth","properties":{"typeProperties":{"user":"`+long+`"}}}`, "TooLong")
}
