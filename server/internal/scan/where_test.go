package scan

import (
	"log/slog"
	"strings"
	"testing"

	"github.com/purlieu/purlieu/bus"
	"github.com/purlieu/purlieu/model"
)

// A node tells a code and a remedy; where the source is and with what it is signed in to are the account's own words.
func TestARunThatFailedSaysWhereAndWithWhat(t *testing.T) {
	p := newProtocol(t)
	p.kind.Settings = append(p.kind.Settings, model.Field{Name: "port", Type: model.FieldNumber, Default: "70"})
	p.kind.Dials = []model.Template{"{host}:{port}"}
	p.kind.Credentials = []model.CredentialUse{{Kind: "BasicAuth", Fields: []model.Field{{Name: "password", Type: model.FieldText, Secret: true}}}}
	p.ok(p.PutKinds(t.Context(), []model.Kind{p.kind}))
	_, err := p.PutCredential(t.Context(), Credential{CredentialRef: model.CredentialRef{
		Name: "gardener", Kind: "BasicAuth", Secrets: map[string]model.SecretRef{"password": {Vault: "file", Name: "rake-and-hoe"}},
	}})
	p.ok(err)
	sc, err := p.Scan(t.Context(), "plot", "all")
	p.ok(err)
	sc.Credential = "gardener"
	_, _, err = p.PutScan(t.Context(), sc)
	p.ok(err)
	for _, c := range []struct{ code, remedy, text string }{
		{"WrongPassword", "Mend it", "plot.example.com:70 refused user name or password of the credential gardener. Mend it"},
		{"Refused", "Mend it", "plot.example.com:70 refused the connection. Mend it"},
		{"SecretNotFound", "Mend it", "The node could not read the secret of the credential gardener. Mend it"},
		{"NoSuchDatabase", "Mend it", "plot.example.com:70 took the credential gardener, and has no database of that name. Mend it"},
		{"NotUnderstood", "Mend it", "The source was to be read at plot.example.com:70 with the credential gardener. Mend it"},
		{"TimedOut", "", "plot.example.com:70 did not answer in time."},
	} {
		id := p.start("plot", "all")
		g := p.one(nodeA)
		p.done(nodeA, bus.Done{Ref: g.Ref, Outcome: bus.OutcomeFailed, Code: c.code, Remedy: c.remedy}, bus.Committed)
		p.sweep(p.Service)
		if v := p.state(id, model.RunFailed); v.Code != c.code || v.Text != c.text {
			t.Errorf("%s: %q, want %q", v.Code, v.Text, c.text)
		} else if strings.Contains(v.Text, "rake") {
			t.Errorf("it names the secret: %q", v.Text)
		}
	}
	if got := why("Refused", "", "gardener"); got != "" {
		t.Errorf("of a source that has no place: %q", got)
	}
	if got := why("WrongPassword", "plot:70", ""); got != "" {
		t.Errorf("of a source without a credential: %q", got)
	}
}

func TestAListOfRunsThatFailedReadsEachKindOnce(t *testing.T) {
	p := newProtocol(t)
	for range 5 {
		p.start("plot", "all")
		g := p.one(nodeA)
		p.done(nodeA, bus.Done{Ref: g.Ref, Outcome: bus.OutcomeFailed, Code: "Refused", Remedy: "Mend it"}, bus.Committed)
		p.sweep(p.Service)
	}
	counted := &looks{Store: p.st}
	runs, _, err := New(counted, p, p.graph, slog.New(slog.DiscardHandler), DefaultConfig()).History(t.Context(), RunFilter{}, "", 9)
	p.ok(err)
	if len(runs) != 5 || counted.kinds != 1 {
		t.Errorf("%d runs, for which a kind was read %d times", len(runs), counted.kinds)
	}
}
