package scan

import (
	"context"
	"strings"
	"testing"

	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/model"
)

// What a source is can't be changed later, so an address that no node could dial is refused when it is written, and a
// server has one spelling.
func TestAddressesThatAreNoneAreRefusedAtRegistration(t *testing.T) {
	for _, c := range []struct{ host, port, code string }{
		{"user:pw@db.example.com", "", "BadSetting"},
		{"postgres://user:pw@db.example.com", "", "SecretValue"},
		{"host=db.example.com password=pw", "", "SecretValue"},
		{"user@db.example.com", "", "BadSetting"},
		{"postgres://db.example.com", "", "BadSetting"},
		{"db.example.com:5432", "", "BadSetting"},
		{"db.example.com/shop", "", "BadSetting"},
		{"a.example.com,b.example.com", "", "BadSetting"},
		{" db.example.com", "", "BadSetting"},
		{"db.example.com\u00a0", "", "BadSetting"},
		{"db.example.com.", "", "BadSetting"},
		{"db..example.com", "", "BadSetting"},
		{"[2001:db8::1]", "", "BadSetting"},
		{"2001:db8:0::1", "", "BadSetting"},
		{"::ffff:192.0.2.1", "", "BadSetting"},
		{"db.example.com", "0", "BadSetting"},
		{"db.example.com", "05432", "BadSetting"},
		{"db.example.com", "+5432", "BadSetting"},
		{"db.example.com", "99999", "BadSetting"},
	} {
		for _, named := range []string{"", "shop-db"} {
			s, _ := room(t)
			src := shop(c.host)
			if c.port != "" {
				src.Settings["port"] = c.port
			}
			if named != "" {
				if strings.Count(c.host, ":") > 1 && !strings.ContainsAny(c.host, "@[") {
					continue // named, an address may be written as one likes
				}
				src.Settings[SettingAuthority] = named
			}
			_, _, err := s.PutSource(context.Background(), src)
			if err != nil && strings.Contains(err.Error(), "pw") {
				t.Errorf("%q: the error quotes the password: %v", c.host, err)
			}
			if fault.KindOf(err) != fault.Invalid || fault.CodeOf(err) != c.code {
				t.Errorf("%q %q, named %q: %v (%s), want %s", c.host, c.port, named, err, fault.CodeOf(err), c.code)
			}
		}
	}
}

func TestAddressesInTheirOneSpellingAreTaken(t *testing.T) {
	for host, want := range map[string]string{
		"db.example.com": "postgresql://db.example.com", "DB.Example.com": "postgresql://db.example.com", "db_1.example.com": "postgresql://db_1.example.com",
		"2001:db8::1": "postgresql://2001:db8::1", "2001:DB8::1": "postgresql://2001:db8::1", "192.0.2.1": "postgresql://192.0.2.1", "bücher.example": "postgresql://bücher.example",
	} {
		s, _ := room(t)
		src, _, err := s.PutSource(context.Background(), shop(host))
		if err != nil || src.Authority != want {
			t.Errorf("%q: %q, %v; want %q", host, src.Authority, err, want)
		}
	}
}

func TestBlocksHoldTheCertificatesOfAProvider(t *testing.T) {
	fields := []model.Field{{Name: "sslRootCert", Type: model.FieldBlock}, {Name: "name", Type: model.FieldText}}
	line := strings.Repeat("A", 63) + "\n"
	for _, c := range []struct {
		name, value, code string
	}{
		{"sslRootCert", strings.Repeat(line, 200_000/64), ""},
		{"sslRootCert", strings.Repeat(line, maxBlock/64+1), "SettingTooLong"},
		{"name", strings.Repeat("a", maxSetting), ""},
		{"name", strings.Repeat("a", maxSetting+1), "SettingTooLong"},
	} {
		if err := checkSettings(fields, model.Settings{c.name: c.value}, "a source"); fault.CodeOf(err) != c.code {
			t.Errorf("%s of %d bytes: %v, want %q", c.name, len(c.value), err, c.code)
		} else if err != nil && fault.PlaceOf(err) != c.name {
			t.Errorf("said at %q, want %q", fault.PlaceOf(err), c.name)
		}
	}
}

// A backslash before an x is what a source may have; it is not taken for what was cleaned.
func TestTextThatLooksCleanedIsTakenAsItIs(t *testing.T) {
	fields := []model.Field{{Name: "folder", Type: model.FieldText}}
	if err := checkSettings(fields, model.Settings{"folder": `C:\xampp`}, "a source"); err != nil {
		t.Error(err)
	}
	if err := checkSettings(fields, model.Settings{"folder": "a\xff"}, "a source"); fault.CodeOf(err) != "BadSetting" {
		t.Errorf("a text that no store can hold: %v", err)
	}
	s, _ := configured(t)
	for prefix, code := range map[string]string{`shop/a\xb`: "", "shop/a\xff": "BadFilter"} {
		if _, err := s.SetScope(context.Background(), "shop", "weekly", model.Scope{Exclude: []string{prefix}}); fault.CodeOf(err) != code {
			t.Errorf("%q: %v, want %q", prefix, err, code)
		}
	}
}

func TestTheFolderOfASourceIsNamedFromTheRootOn(t *testing.T) {
	barn := shed()
	barn.Name, barn.Folder = "Barn", "{host}"
	for folder, code := range map[string]string{
		"/srv/data": "", "/": "", `C:\data`: "", "d:/data": "", `\\server\share`: "", "//server/share": "",
		"files/in": "BadSetting", "./in": "BadSetting", "~/in": "BadSetting", `data\in`: "BadSetting", `\data`: "BadSetting", "C:": "BadSetting", "C:data": "BadSetting", "é:/x": "BadSetting",
	} {
		s, _ := room(t)
		if err := s.PutKinds(t.Context(), []model.Kind{barn}); err != nil {
			t.Fatal(err)
		}
		_, _, err := s.PutSource(context.Background(), model.Source{
			Name: "barn", Kind: "Barn", Collection: "root", Settings: model.Settings{"host": folder, SettingAuthority: "barn-1"},
		})
		if fault.CodeOf(err) != code || code != "" && !strings.Contains(err.Error(), "absolute") {
			t.Errorf("%q: %v, want %q", folder, err, code)
		}
	}
}
