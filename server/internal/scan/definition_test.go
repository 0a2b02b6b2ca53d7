package scan

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"strings"
	"testing"

	"github.com/purlieu/purlieu/bus"
	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/server/internal/store"
	"github.com/purlieu/purlieu/server/internal/store/docstest"
)

func postgres() model.Kind {
	return model.Kind{
		Name: "PostgreSql", Version: 2,
		Settings: []model.Field{
			{Name: "serverEndpoint", Type: model.FieldText, Required: true, Help: "Where the server listens.", Example: "db.example.com"},
			{Name: "port", Type: model.FieldNumber, Default: "5432"},
			{Name: "sslMode", Type: model.FieldChoice, Choices: []string{"require", "verify-full"}, Default: "verify-full"},
		},
		Scan:        []model.Field{{Name: "databaseName", Type: model.FieldText}},
		ScanKinds:   []string{"PostgreSqlCredential"},
		Credentials: []model.CredentialUse{{Kind: "BasicAuth", Fields: []model.Field{{Name: "user", Required: true}, {Name: "password", Required: true, Secret: true}}}},
		Authority:   "postgresql://{serverEndpoint|lower}{port|unless 5432|prefix :}", Dials: []model.Template{"{serverEndpoint|lower}:{port}"},
		RuntimeKinds: []string{"Managed", "SelfHosted"}, Levels: []model.Level{model.L1, model.L2},
	}
}

func room(t *testing.T) (*Service, *docstest.Store) {
	t.Helper()
	st := &docstest.Store{}
	s := New(st, nil, nil, slog.New(slog.DiscardHandler), DefaultConfig())
	if err := s.PutKinds(context.Background(), []model.Kind{postgres()}); err != nil {
		t.Fatal(err)
	}
	return s, st
}

func shop(host string) model.Source {
	return model.Source{Name: "shop", Kind: "PostgreSql", Collection: "sales", Settings: model.Settings{"serverEndpoint": host}}
}

func wants(t *testing.T, err error, kind fault.Kind, code string) {
	t.Helper()
	if fault.KindOf(err) != kind || fault.CodeOf(err) != code {
		t.Fatalf("got %v (%v %s), want %v %s", err, fault.KindOf(err), fault.CodeOf(err), kind, code)
	}
}

func TestAuthorityComesFromThePublicAddress(t *testing.T) {
	s, _ := room(t)
	src, created, err := s.PutSource(context.Background(), shop("DB.Example.com"))
	if err != nil || !created || src.Authority != "postgresql://db.example.com" || src.ID != "datasources/shop" || src.Created.IsZero() {
		t.Fatalf("%+v %v %v", src, created, err)
	}
	if _, created, err = s.PutSource(context.Background(), shop("db.example.com")); err != nil || created {
		t.Fatalf("second write: created %v, %v", created, err)
	}
}

func TestHostsThatMeanSomethingElseElsewhereNeedAName(t *testing.T) {
	for _, host := range []string{"127.0.0.1", "localhost", "10.1.2.3", "192.168.0.9", "db", "fe80::1", "::1", "::ffff:127.0.0.1", "a.localhost", "169.254.1.1"} {
		s, _ := room(t)
		_, _, err := s.PutSource(context.Background(), shop(host))
		wants(t, err, fault.Invalid, "AuthorityNeeded")
		if fault.PlaceOf(err) != "properties.purlieuAuthority" || !strings.Contains(err.Error(), "--authority") {
			t.Errorf("the error does not say what to send: %v", err)
		}
		named := shop(host)
		named.Settings[SettingAuthority] = "shop-db"
		src, _, err := s.PutSource(context.Background(), named)
		if err != nil || src.Authority != "postgresql://shop-db" {
			t.Errorf("%s: %q, %v", host, src.Authority, err)
		}
	}
}

func TestAuthorityIsFixedAtRegistration(t *testing.T) {
	s, _ := room(t)
	ctx := context.Background()
	if _, _, err := s.PutSource(ctx, shop("a.example.com")); err != nil {
		t.Fatal(err)
	}
	_, _, err := s.PutSource(ctx, shop("b.example.com"))
	wants(t, err, fault.Conflict, "AuthorityFixed")
	if at := fault.PlaceOf(err); at != "properties.purlieuAuthority" {
		t.Errorf("it is said of %q", at)
	}
	_, _, err = s.PutSource(ctx, shop("10.0.0.7")) // which says no authority: it is not asked for a new one
	wants(t, err, fault.Conflict, "AuthorityFixed")
	if text := err.Error(); !strings.Contains(text, "private address") || !strings.Contains(text, "postgresql://a.example.com") || strings.Contains(text, "shop-db") {
		t.Errorf("it is said as %q", text)
	}
	moved := shop("b.example.com")
	moved.Settings[SettingAuthority] = "postgresql://a.example.com"
	if src, _, err := s.PutSource(ctx, moved); err != nil || src.Authority != "postgresql://a.example.com" {
		t.Fatalf("a named source could not move: %+v %v", src, err)
	}
	if src, _, err := s.PutSource(ctx, shop("c.example.com")); err != nil || src.Authority != "postgresql://a.example.com" {
		t.Fatalf("a name that was given once did not hold: %+v %v", src, err)
	}
}

func TestASecondSourceWithTheSameAuthorityIsAConflictThatKnowsTheFirst(t *testing.T) {
	s, _ := room(t)
	ctx := context.Background()
	if _, _, err := s.PutSource(ctx, shop("a.example.com")); err != nil {
		t.Fatal(err)
	}
	other := shop("A.example.com")
	other.Name = "other"
	_, _, err := s.PutSource(ctx, other)
	wants(t, err, fault.Conflict, "AuthorityTaken")
	var taken *AuthorityTaken
	if !errors.As(err, &taken) || taken.Source != "shop" || taken.Collection != "sales" {
		t.Fatalf("cause %+v", taken)
	}
	if strings.Contains(err.Error(), "shop") {
		t.Errorf("the text names a source that the caller may not see: %v", err)
	}
	if err := s.DeleteSource(ctx, "shop"); err != nil {
		t.Fatal(err)
	}
	if _, _, err := s.PutSource(ctx, other); err != nil {
		t.Fatalf("the authority was not free again: %v", err)
	}
}

func TestSettingsAreHeldToTheKindsFields(t *testing.T) {
	for name, c := range map[string]struct {
		settings model.Settings
		code     string
	}{
		"missing":   {model.Settings{}, "MissingSetting"},
		"unknown":   {model.Settings{"serverEndpoint": "a.example.com", "color": "red"}, "UnknownSetting"},
		"no number": {model.Settings{"serverEndpoint": "a.example.com", "port": "http"}, "BadSetting"},
		"no choice": {model.Settings{"serverEndpoint": "a.example.com", "sslMode": "never"}, "BadSetting"},
		"two lines": {model.Settings{"serverEndpoint": "a.example.com\nb.example.com"}, "BadSetting"},
		"control":   {model.Settings{"serverEndpoint": "a.example.com\x1b[2J"}, "BadSetting"},
		"endless":   {model.Settings{"serverEndpoint": strings.Repeat("a", 5000)}, "SettingTooLong"},
	} {
		t.Run(name, func(t *testing.T) {
			s, _ := room(t)
			_, _, err := s.PutSource(context.Background(), model.Source{Name: "shop", Kind: "PostgreSql", Settings: c.settings})
			wants(t, err, fault.Invalid, c.code)
		})
	}
}

func TestNamesAreHeldToThePublishedForm(t *testing.T) {
	s, _ := room(t)
	for _, name := range []string{"", "ab", "a--b", "-ab", "ab-", "a/b", "a.b", "ä-b-c", strings.Repeat("a", 64)} {
		src := shop("a.example.com")
		src.Name = name
		_, _, err := s.PutSource(context.Background(), src)
		wants(t, err, fault.Invalid, "InvalidName")
	}
}

// configured is an account with a source, a credential in the file vault and a scan that uses both.
func configured(t *testing.T) (*Service, *docstest.Store) {
	s, st := room(t)
	ctx := context.Background()
	if _, _, err := s.PutSource(ctx, shop("a.example.com")); err != nil {
		t.Fatal(err)
	}
	_, err := s.PutCredential(ctx, Credential{CredentialRef: model.CredentialRef{
		Name: "scanner", Kind: "BasicAuth", Open: map[string]string{"user": "scanner"},
		Secrets: map[string]model.SecretRef{"password": {Vault: "file", Name: "shop-password"}},
	}})
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := s.PutScan(ctx, model.Scan{Source: "shop", Name: "weekly", Credential: "scanner", Settings: model.Settings{"databaseName": "shop"}}); err != nil {
		t.Fatal(err)
	}
	return s, st
}

func grantOf(s *Service, st *docstest.Store, source, scan string) (g bus.Grant, sc model.Scan, err error) {
	err = st.View(context.Background(), func(tx store.Tx) error {
		g, sc, err = s.template(context.Background(), tx, source, scan)
		return err
	})
	return g, sc, err
}

func TestAGrantHoldsAllThatARunNeeds(t *testing.T) {
	s, st := configured(t)
	g, sc, err := grantOf(s, st, "shop", "weekly")
	if err != nil {
		t.Fatal(err)
	}
	if sc.Runtime != model.BuiltInRuntime || sc.Collection != "sales" || sc.Kind != "PostgreSqlCredential" {
		t.Errorf("defaults: %+v", sc)
	}
	if g.Level != model.L2 {
		t.Errorf("the deepest level of the kind is L2, not L%d", g.Level)
	}
	if g.Authority != "postgresql://a.example.com" || g.Settings["databaseName"] != "shop" || g.Settings["serverEndpoint"] != "a.example.com" {
		t.Errorf("%+v", g)
	}
	if ref := g.Login.Secrets["password"]; ref.String() != "file:shop-password" || g.Login.Open["user"] != "scanner" {
		t.Errorf("login %+v", g.Login)
	}
	if g.Budget.UnitSeconds != 3600 || g.LeaseMS != 6000 {
		t.Errorf("%+v", g)
	}
}

func TestAVaultConnectionIsPutInPlaceOfItsName(t *testing.T) {
	s, st := configured(t)
	ctx := context.Background()
	if _, err := s.PutVault(ctx, VaultConnection{Name: "corp-vault", Kind: "azurekeyvault", Options: map[string]string{"baseUrl": "https://corp.vault.azure.net/"}}); err != nil {
		t.Fatal(err)
	}
	_, err := s.PutCredential(ctx, Credential{CredentialRef: model.CredentialRef{
		Name: "scanner", Kind: "BasicAuth", Open: map[string]string{"user": "u"},
		Secrets: map[string]model.SecretRef{"password": {Vault: "corp-vault", Name: "pw", Version: "7"}},
	}})
	if err != nil {
		t.Fatal(err)
	}
	g, _, err := grantOf(s, st, "shop", "weekly")
	ref := g.Login.Secrets["password"]
	if err != nil || ref.Vault != "azurekeyvault" || ref.Version != "7" || ref.Options["baseUrl"] != "https://corp.vault.azure.net/" {
		t.Fatalf("%+v %v", ref, err)
	}
	wants(t, s.DeleteVault(ctx, "corp-vault"), fault.Conflict, "VaultInUse")
	err = s.DeleteCredential(ctx, "scanner")
	wants(t, err, fault.Conflict, "CredentialInUse")
	if !strings.Contains(err.Error(), "the scan shop/weekly still uses") {
		t.Errorf("which scan uses it is not said: %v", err)
	}
}

func TestAScanThatCannotWorkIsRefusedWhenItIsWritten(t *testing.T) {
	s, _ := configured(t)
	ctx := context.Background()
	if _, err := s.PutCredential(ctx, Credential{CredentialRef: model.CredentialRef{Name: "keyed", Kind: "AccountKey"}}); err != nil {
		t.Fatal(err)
	}
	if _, err := s.PutCredential(ctx, Credential{CredentialRef: model.CredentialRef{Name: "half", Kind: "BasicAuth"}}); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		scan model.Scan
		kind fault.Kind
		code string
	}{
		"no source":        {model.Scan{Source: "nowhere", Name: "one"}, fault.NotFound, "NotFound"},
		"no credential":    {model.Scan{Source: "shop", Name: "one"}, fault.Invalid, "CredentialNeeded"},
		"unknown one":      {model.Scan{Source: "shop", Name: "one", Credential: "who"}, fault.NotFound, "NotFound"},
		"of another kind":  {model.Scan{Source: "shop", Name: "one", Credential: "keyed"}, fault.Invalid, "WrongCredentialKind"},
		"incomplete":       {model.Scan{Source: "shop", Name: "one", Credential: "half"}, fault.Invalid, "IncompleteCredential"},
		"level not read":   {model.Scan{Source: "shop", Name: "one", Credential: "scanner", Level: model.L3}, fault.Unsupported, "LevelNotRead"},
		"wrong scan kind":  {model.Scan{Source: "shop", Name: "one", Credential: "scanner", Kind: "AdlsGen2Msi"}, fault.Invalid, "WrongScanKind"},
		"unknown settings": {model.Scan{Source: "shop", Name: "one", Credential: "scanner", Settings: model.Settings{"x": "y"}}, fault.Invalid, "UnknownSetting"},
	} {
		t.Run(name, func(t *testing.T) {
			_, _, err := s.PutScan(ctx, c.scan)
			wants(t, err, c.kind, c.code)
		})
	}
}

func TestWhatIsMissingIsAskedForAsItsCommandTakesIt(t *testing.T) {
	s, _ := configured(t)
	ctx := context.Background()
	_, _, source := s.PutSource(ctx, model.Source{Name: "farm", Kind: "PostgreSql"})
	_, _, scan := s.PutScan(ctx, model.Scan{Source: "shop", Name: "one"})
	_, _, ask := s.Asks(ctx, Question{Source: "shop"})
	const add = "`purlieu credential add BasicAuth NAME --user … --secret password=file:…`"
	for _, c := range []struct {
		err         error
		says, never string
	}{
		{source, `listens. Give it with --set serverEndpoint=…, or as properties.serverEndpoint, such as "db.example.com"`, ".."},
		{scan, add, "--scan"},
		{ask, add, "..."},
		{ask, "--scan", "..."},
	} {
		if c.err == nil || !strings.Contains(c.err.Error(), c.says) || strings.Contains(c.err.Error(), c.never) {
			t.Errorf("%q is not said, or %q is: %v", c.says, c.never, c.err)
		}
	}
}

func TestTheScopeStaysWhenAScanIsWrittenAgain(t *testing.T) {
	s, st := configured(t)
	ctx := context.Background()
	created, err := s.SetScope(ctx, "shop", "weekly", model.Scope{Include: []string{"shop/public"}})
	if err != nil || !created {
		t.Fatal(created, err)
	}
	if _, _, err := s.PutScan(ctx, model.Scan{Source: "shop", Name: "weekly", Credential: "scanner"}); err != nil {
		t.Fatal(err)
	}
	g, _, err := grantOf(s, st, "shop", "weekly")
	if err != nil || len(g.Scope.Include) != 1 {
		t.Fatalf("%+v %v", g.Scope, err)
	}
	_, err = s.SetScope(ctx, "shop", "weekly", model.Scope{Exclude: []string{""}})
	wants(t, err, fault.Invalid, "BadFilter")
}

func TestNothingInUseIsDeleted(t *testing.T) {
	s, st := configured(t)
	ctx := context.Background()
	wants(t, s.DeleteSource(ctx, "shop"), fault.Conflict, "SourceHasScans")
	st.Active = []store.Run{{Source: "shop", Scan: "weekly", State: model.RunInProgress}}
	wants(t, s.DeleteScan(ctx, "shop", "weekly"), fault.Conflict, "ScanIsRunning")
	st.Active[0].State = model.RunSucceeded
	if err := s.DeleteScan(ctx, "shop", "weekly"); err != nil {
		t.Fatal(err)
	}
	if len(st.Forgotten) != 1 || st.Forgotten[0] != "shop/weekly" {
		t.Errorf("bases: %v", st.Forgotten)
	}
	for _, err := range []error{s.DeleteSource(ctx, "shop"), s.DeleteCredential(ctx, "scanner")} {
		if err != nil {
			t.Error(err)
		}
	}
	wants(t, s.DeleteSource(ctx, "shop"), fault.NotFound, "NotFound")
}

func TestListsComeInPages(t *testing.T) {
	s, _ := room(t)
	ctx := context.Background()
	for _, name := range []string{"aaa", "bbb", "ccc"} {
		src := shop(name + ".example.com")
		src.Name = name
		if _, _, err := s.PutSource(ctx, src); err != nil {
			t.Fatal(err)
		}
	}
	first, next, err := s.ListSources(ctx, "", 2)
	if err != nil || len(first) != 2 || next != "bbb" {
		t.Fatal(first, next, err)
	}
	rest, next, err := s.ListSources(ctx, next, 2)
	if err != nil || len(rest) != 1 || next != "" || rest[0].Name != "ccc" {
		t.Fatal(rest, next, err)
	}
}

func TestTheNewestDescriptionOfAKindWins(t *testing.T) {
	s, _ := room(t)
	ctx := context.Background()
	older := postgres()
	older.Version, older.Title = 1, "older"
	newer := postgres()
	newer.Version, newer.Title = 3, "newer"
	for _, k := range []model.Kind{older, newer, older} {
		if err := s.PutKinds(ctx, []model.Kind{k}); err != nil {
			t.Fatal(err)
		}
	}
	k, err := s.Kind(ctx, "PostgreSql")
	if err != nil || k.Title != "newer" {
		t.Fatal(k.Title, err)
	}
	_, err = s.Kind(ctx, "Oracle")
	wants(t, err, fault.Invalid, "UnknownKind")
}

func TestUnknownPublishedPropertiesComeBackAsTheyCame(t *testing.T) {
	s, _ := room(t)
	src := shop("a.example.com")
	src.Wire = map[string]json.RawMessage{"dataUseGovernance": json.RawMessage(`"Disabled"`)}
	if _, _, err := s.PutSource(context.Background(), src); err != nil {
		t.Fatal(err)
	}
	got, err := s.Source(context.Background(), "shop")
	if err != nil || string(got.Wire["dataUseGovernance"]) != `"Disabled"` {
		t.Fatal(got.Wire, err)
	}
}
