package compat

import (
	"testing"
)

const (
	source  = "/scan/datasources/myDataSource"
	scan    = source + "/scans/myScanName"
	version = "?api-version=2023-09-01"
	runID   = "138301e4-f4f9-4ab5-b734-bac446b236e7"
)

func TestPublishedSourcesAnswerAsPublished(t *testing.T) {
	a := newAccount(t)
	put := load(t, "scanning", "DataSources_CreateOrReplace")
	body := written(put, "201")
	a.compare(a.ask("PUT", source+version, body), 201, put)
	a.compare(a.ask("PUT", source+version, body), 200, put)
	a.compare(a.ask("GET", source+version, nil), 200, load(t, "scanning", "DataSources_Get"))
	a.compare(a.ask("GET", "/scan/datasources"+version, nil), 200, load(t, "scanning", "DataSources_List"))
	a.compare(a.ask("DELETE", source+version, nil), 204, load(t, "scanning", "DataSources_Delete"))
}

// scanned is an account with the source, credential and scan of the published examples.
func scanned(t *testing.T) account {
	t.Helper()
	a := newAccount(t)
	a.must("PUT", source, load(t, "scanning", "DataSources_CreateOrReplace").Parameters["body"])
	a.must("PUT", "/scan/credentials/CredentialAKV", map[string]any{"kind": "AccountKey"})
	a.must("PUT", scan, written(load(t, "scanning", "Scans_CreateOrReplace"), "201"))
	return a
}

func TestPublishedScansAnswerAsPublished(t *testing.T) {
	a := scanned(t)
	put := load(t, "scanning", "Scans_CreateOrReplace")
	a.compare(a.ask("PUT", source+"/scans/another"+version, written(put, "201")), 201, put)
	a.compare(a.ask("PUT", scan+version, written(put, "200")), 200, put)
	a.compare(a.ask("GET", scan+version, nil), 200, load(t, "scanning", "Scans_Get"))
	a.compare(a.ask("GET", source+"/scans"+version, nil), 200, load(t, "scanning", "Scans_ListByDataSource"))
	a.compare(a.ask("DELETE", scan+version, nil), 204, load(t, "scanning", "Scans_Delete"))
}

func TestPublishedFiltersAnswerAsPublished(t *testing.T) {
	a := scanned(t)
	put := load(t, "scanning", "Filters_CreateOrReplace")
	// The example's prefixes are of another source; these are of the one that is registered here.
	body := map[string]any{"properties": map[string]any{
		"includeUriPrefixes": []any{"https://azurestorage.core.windows.net/share1/user"},
		"excludeUriPrefixes": []any{"https://azurestorage.core.windows.net/share1/user/temp"},
	}}
	a.compare(a.ask("PUT", scan+"/filters/custom"+version, body), 201, put)
	a.compare(a.ask("PUT", scan+"/filters/custom"+version, body), 200, put)
	a.compare(a.ask("GET", scan+"/filters/custom"+version, nil), 200, load(t, "scanning", "Filters_Get"))
}

func TestPublishedRunsAnswerAsPublished(t *testing.T) {
	a := scanned(t)
	notYet := []string{"endTime", "discoveryStartTime", "discoveryEndTime", "ingestionStartTime", "ingestionEndTime", "estimatedTimeRemainingInSeconds"}
	a.compare(a.ask("POST", scan+":run"+version+"&scanLevel=Full&runId="+runID, nil), 202, load(t, "scanning", "ScanResult_RunScan"), notYet...)
	for range 3 { // the played nodes go on by one step at each look
		a.must("GET", scan+"/runs/"+runID, nil)
	}
	a.compare(a.ask("GET", scan+"/runs/"+runID+version, nil), 200, load(t, "scanning", "ScanResult_GetScanStatus"))
	a.compare(a.ask("GET", scan+"/runs"+version, nil), 200, load(t, "scanning", "ScanResult_ListScanHistory"))

	const second = "238301e4-f4f9-4ab5-b734-bac446b236e7"
	older := a.ask("PUT", scan+"/runs/"+second, nil)
	cancel := load(t, "scanning", "ScanResult_CancelScan")
	a.compare(older, 202, cancel, notYet...)
	a.compare(a.ask("POST", scan+"/runs/"+second+":cancel"+version, nil), 202, cancel, notYet...)
	if w := a.ask("POST", scan+"/run", nil); w.Code != 202 {
		t.Errorf("the undocumented run: %d %s", w.Code, w.Body)
	}
}

func TestPublishedCredentialsAndVaultsAnswerAsPublished(t *testing.T) {
	a := newAccount(t)
	put := load(t, "scanning", "Credential_CreateOrReplace")
	a.compare(a.ask("PUT", "/scan/credentials/myCredential"+version, put.Parameters["body"]), 201, put)
	a.compare(a.ask("PUT", "/scan/credentials/myCredential"+version, put.Parameters["body"]), 200, put)
	a.compare(a.ask("GET", "/scan/credentials/myCredential"+version, nil), 200, load(t, "scanning", "Credential_Get"))
	a.compare(a.ask("GET", "/scan/credentials"+version, nil), 200, load(t, "scanning", "Credential_List"))
	a.compare(a.ask("DELETE", "/scan/credentials/myCredential"+version, nil), 204, load(t, "scanning", "Credential_Delete"))

	vault := load(t, "scanning", "KeyVaultConnections_CreateOrReplace")
	const at = "/scan/azureKeyVaults/AzureKeyVault1"
	a.compare(a.ask("PUT", at+version, vault.Parameters["body"]), 201, vault)
	a.compare(a.ask("PUT", at+version, vault.Parameters["body"]), 200, vault)
	a.compare(a.ask("GET", at+version, nil), 200, load(t, "scanning", "KeyVaultConnections_Get"))
	a.compare(a.ask("GET", "/scan/azureKeyVaults"+version, nil), 200, load(t, "scanning", "KeyVaultConnections_List"))
	a.compare(a.ask("DELETE", at+version, nil), 204, load(t, "scanning", "KeyVaultConnections_Delete"))
}

func TestPublishedRuntimesAnswerAsPublished(t *testing.T) {
	a := newAccount(t)
	const at = "/scan/integrationruntimes/myIntegrationRuntime"
	put := load(t, "scanning", "IntegrationRuntimes_CreateOrReplace")
	a.compare(a.ask("PUT", at+version, put.Parameters["body"]), 201, put)
	a.compare(a.ask("PUT", at+version, put.Parameters["body"]), 200, put)
	a.compare(a.ask("GET", at+version, nil), 200, load(t, "scanning", "IntegrationRuntimes_Get"))
	a.compare(a.ask("GET", "/scan/integrationruntimes"+version, nil), 200, load(t, "scanning", "IntegrationRuntimes_ListByAccount"))
	a.compare(a.ask("GET", at+"/status"+version, nil), 200, load(t, "scanning", "IntegrationRuntimes_Status"))
	a.compare(a.ask("POST", at+":listAuthKeys"+version, nil), 200, load(t, "scanning", "IntegrationRuntimes_ListAuthKeys"))
	regenerate := load(t, "scanning", "IntegrationRuntimes_RegenerateAuthKey")
	a.compare(a.ask("POST", at+":regenerateAuthKey"+version, map[string]any{"keyName": "authKey1"}), 200, regenerate)
	a.compare(a.ask("DELETE", at+version, nil), 204, load(t, "scanning", "IntegrationRuntimes_Delete"))
}

func TestRecordedCredentialOfOlderClientsIsTaken(t *testing.T) {
	a := newAccount(t)
	a.must("PUT", "/scan/azureKeyVaults/my-key-vault", map[string]any{"properties": map[string]any{"baseUrl": "https://kv.vault.azure.net/"}})
	body := map[string]any{"name": "x", "properties": map[string]any{"type": "SqlAuth", "typeProperties": map[string]any{
		"user": "sql-user-name",
		"password": map[string]any{
			"type": "AzureKeyVaultSecret", "secretName": "sql-secret-name", "secretVersion": "",
			"store": map[string]any{"referenceName": "my-key-vault", "type": "LinkedServiceReference"},
		},
	}}}
	w := a.ask("PUT", "/scan/credentials/sql-login", body)
	want := example{}
	want.Responses = map[string]struct {
		Headers map[string]string `json:"headers"`
		Body    any               `json:"body"`
	}{"201": {Body: map[string]any{"kind": "SqlAuth", "properties": map[string]any{"typeProperties": body["properties"].(map[string]any)["typeProperties"]}}}}
	a.compare(w, 201, want)
}

func TestASecretsValueIsNeverTaken(t *testing.T) {
	a := newAccount(t)
	body := map[string]any{"kind": "BasicAuth", "properties": map[string]any{"typeProperties": map[string]any{"user": "u", "password": "hunter2"}}}
	w := a.ask("PUT", "/scan/credentials/login", body)
	if w.Code != 400 || bytesContain(w.Body.Bytes(), "hunter2") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}
