package policy

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/purlieu/purlieu/fault"
)

func TestFolders(t *testing.T) {
	p, err := Parse("policy.yaml", []byte("folders: [/srv/data, /mnt/share/]\n"))
	if err != nil {
		t.Fatal(err)
	}
	for folder, want := range map[string]string{
		"/srv/data": "/srv/data", "/srv/data/": "/srv/data", "/srv/data/shop/in": "/srv/data shop in", "/srv//data/./x": "/srv/data x",
		"/mnt/share/x": "/mnt/share x", "/srv/data/x/../y": "/srv/data y",
	} {
		root, below, err := p.MayRead(folder)
		if got := strings.Join(append([]string{root}, below...), " "); err != nil || got != want {
			t.Errorf("%s: %q, %v", folder, got, err)
		}
	}
	for _, folder := range []string{"/srv", "/", "/srv/database", "/srv/data/../other", "/srv/data/..", "/etc"} {
		_, _, err := p.MayRead(folder)
		if !fault.Is(err, fault.Denied) || fault.CodeOf(err) != "FolderNotAllowed" || !strings.Contains(err.Error(), "purlieu-runtime policy allow --folder "+filepath.Clean(folder)) {
			t.Errorf("%s: %v", folder, err)
		}
	}
	for _, folder := range []string{"", "srv/data", "./x", "..", "/srv/data\x00/etc"} {
		if _, _, err := p.MayRead(folder); !fault.Is(err, fault.Invalid) {
			t.Errorf("%q: %v", folder, err)
		}
	}
	if _, _, err := Default().MayRead("/srv/data"); !fault.Is(err, fault.Denied) {
		t.Error("a folder that was not listed:", err)
	}
	if _, _, err := p.With(Owner{Command: "purlieu admin allow"}).MayRead("/x y"); !strings.Contains(err.Error(), "purlieu admin allow --folder '/x y'") {
		t.Error(err)
	}
	for _, text := range []string{"folders: [data]", "folders: /srv", "folders: [[]]", `folders: ["/a\0"]`} {
		if _, err := Parse("policy.yaml", []byte(text)); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v", text, err)
		}
	}
}

func TestWhatIsHiddenIsHiddenFromASourceThatBeginsThereToo(t *testing.T) {
	p, err := Parse("policy.yaml", []byte("folders: [/srv/data]\nhide: [payroll, hr/reviews]\n"))
	if err != nil {
		t.Fatal(err)
	}
	for folder, code := range map[string]string{
		"/srv/data": "", "/srv/data/shop": "", "/srv/data/hr": "", "/srv/data/payroll": "HiddenByPolicy", "/srv/data/x/PayRoll/2024": "HiddenByPolicy",
		"/srv/data/hr/reviews": "HiddenByPolicy", "/srv/data/hr/reviews/2024": "HiddenByPolicy",
	} {
		if _, _, err := p.MayRead(folder); fault.CodeOf(err) != code {
			t.Errorf("%s: %v", folder, err)
		}
	}
}

func TestAllowFolder(t *testing.T) {
	path := filepath.Join(t.TempDir(), "policy.yaml")
	for _, folder := range []string{"/srv/data", "/srv/data/below", "/mnt/x y", "/srv/data"} {
		if err := AllowFolder(path, folder); err != nil {
			t.Fatal(err)
		}
	}
	if err := AllowFolder(path, "data"); !fault.Is(err, fault.Invalid) {
		t.Error(err)
	}
	p, err := Load(path)
	if err != nil || !slices.Equal(p.folders, []string{"/srv/data", "/mnt/x y"}) {
		t.Errorf("%v, %v", p, err)
	}
	if !p.any {
		t.Error("allowing a folder forbade sources")
	}
}
