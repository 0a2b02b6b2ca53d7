package scan

import (
	"strings"
	"testing"

	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/model"
)

func TestAQuestionIsMadeOfTheDefinitions(t *testing.T) {
	s, _ := configured(t)
	ctx := t.Context()
	ask, runtime, err := s.Asks(ctx, Question{Source: "shop", Scan: "weekly", Browse: true, Path: "crm"})
	if err != nil {
		t.Fatal(err)
	}
	sc, err := s.Scan(ctx, "shop", "weekly")
	if err != nil {
		t.Fatal(err)
	}
	if runtime != sc.Runtime || ask.Kind != "PostgreSql" || ask.Path != "crm" || !ask.Browse || ask.Settings["serverEndpoint"] == "" || ask.Login.Name != sc.Credential {
		t.Errorf("what the scan says: %s %+v", runtime, ask)
	}
	if ref := ask.Login.Secrets["password"]; ref.Vault == "" || ref.Name == "" {
		t.Errorf("the secret is not a reference that a node understands: %+v", ask.Login)
	}
	ask, runtime, err = s.Asks(ctx, Question{Source: "shop", Runtime: "edge", Credential: "scanner", Settings: model.Settings{"databaseName": "crm"}})
	if err != nil || runtime != "edge" || ask.Settings["databaseName"] != "crm" || ask.Settings[SettingAuthority] != "" {
		t.Errorf("without a scan: %s %+v %v", runtime, ask, err)
	}
	for name, c := range map[string]struct {
		q    Question
		kind fault.Kind
		code string
	}{
		"no source":        {Question{Source: "nowhere"}, fault.NotFound, "NotFound"},
		"no such scan":     {Question{Source: "shop", Scan: "none"}, fault.NotFound, "NotFound"},
		"no credential":    {Question{Source: "shop"}, fault.Invalid, "CredentialNeeded"},
		"unknown settings": {Question{Source: "shop", Credential: "scanner", Settings: model.Settings{"x": "y"}}, fault.Invalid, "UnknownSetting"},
		"endless path":     {Question{Source: "shop", Credential: "scanner", Path: strings.Repeat("x", maxText+1)}, fault.Invalid, "TooLong"},
	} {
		t.Run(name, func(t *testing.T) {
			_, _, err := s.Asks(ctx, c.q)
			wants(t, err, c.kind, c.code)
		})
	}
}
