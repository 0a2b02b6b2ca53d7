//go:build unix

package file

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/vault/vaulttest"
)

func TestFile(t *testing.T) {
	top := t.TempDir()
	folder := filepath.Join(top, "secrets")
	must(t, os.MkdirAll(filepath.Join(folder, "team"), 0o700))
	must(t, os.WriteFile(filepath.Join(top, "outside"), []byte(vaulttest.Canary), 0o600))
	must(t, os.WriteFile(filepath.Join(top, "secrets-of-others"), []byte(vaulttest.Canary), 0o600))
	ref := func(name string) model.SecretRef { return model.SecretRef{Vault: "file", Name: name} }
	write := func(name, value string, mode os.FileMode) func(*testing.T) {
		return func(t *testing.T) {
			must(t, os.WriteFile(filepath.Join(folder, name), []byte(value), mode))
			must(t, os.Chmod(filepath.Join(folder, name), mode))
		}
	}
	link := func(target, name string) func(*testing.T) {
		return func(t *testing.T) { must(t, os.Symlink(target, filepath.Join(folder, name))) }
	}
	vaulttest.Run(t, vaulttest.Member{
		Vault:   New(Config{Folder: folder}),
		Known:   ref("team/shop-password"),
		Set:     func(t *testing.T, value string) { write("team/shop-password", value, 0o600)(t) },
		Missing: ref("none"),
		Bad: map[string]vaulttest.Bad{
			"the way up":                 {Ref: ref("../outside"), Kind: fault.Denied, Code: "OutsideFolder"},
			"the way up in the middle":   {Ref: ref("team/../../outside"), Kind: fault.Denied, Code: "OutsideFolder"},
			"an absolute path":           {Ref: ref(filepath.Join(top, "outside")), Kind: fault.Denied, Code: "OutsideFolder"},
			"a sibling of the same name": {Ref: ref("../secrets-of-others"), Kind: fault.Denied, Code: "OutsideFolder"},
			"no name":                    {Ref: ref(""), Kind: fault.Denied, Code: "OutsideFolder"},
			"the folder itself":          {Ref: ref("."), Kind: fault.Denied, Code: "OutsideFolder"},
			"a NUL in the name":          {Ref: ref("a\x00b"), Kind: fault.Denied, Code: "OutsideFolder"},
			"a folder":                   {Ref: ref("team"), Kind: fault.Denied, Code: "NotAFile"},
			"a link that leads out":      {Ref: ref("out"), Kind: fault.Denied, Code: "OutsideFolder", Prepare: link("../outside", "out")},
			"an absolute link":           {Ref: ref("abs"), Kind: fault.Denied, Code: "OutsideFolder", Prepare: link(filepath.Join(top, "outside"), "abs")},
			"a folder link that leads out": {
				Ref: ref("up/outside"), Kind: fault.Denied, Code: "OutsideFolder", Prepare: link("..", "up"),
			},
			"a pipe": {Ref: ref("pipe"), Kind: fault.Denied, Code: "NotAFile", Prepare: func(t *testing.T) {
				must(t, syscall.Mkfifo(filepath.Join(folder, "pipe"), 0o600))
			}},
			"a file that everybody can read":  {Ref: ref("open"), Kind: fault.Denied, Code: "FileTooOpen", Prepare: write("open", vaulttest.Canary, 0o644)},
			"a file that everybody can write": {Ref: ref("drop"), Kind: fault.Denied, Code: "FileTooOpen", Prepare: write("drop", vaulttest.Canary, 0o602)},
			"an empty file":                   {Ref: ref("empty"), Kind: fault.Invalid, Code: "SecretEmpty", Prepare: write("empty", "\n", 0o600)},
			"a file above the bound":          {Ref: ref("big"), Kind: fault.Invalid, Code: "SecretTooBig", Prepare: write("big", strings.Repeat(vaulttest.Canary, 8000), 0o600)},
			"a version, which files have not": {Ref: model.SecretRef{Vault: "file", Name: "x", Version: "2"}, Kind: fault.Invalid, Code: "BadReference"},
		},
	})
	resolves := func(t *testing.T, name, want string) {
		t.Helper()
		if got, err := New(Config{Folder: folder}).Resolve(context.Background(), ref(name)); err != nil || string(got.Reveal()) != want {
			t.Errorf("%s: %v", name, err)
		}
	}
	t.Run("takes one newline off the end, of either kind, and only one", func(t *testing.T) {
		for content, want := range map[string]string{"pw\n": "pw", "pw\r\n": "pw", "pw\n\n": "pw\n", "pw": "pw", "pw\r": "pw\r", " pw ": " pw "} {
			write("nl", content, 0o600)(t)
			resolves(t, "nl", want)
		}
	})
	t.Run("follows links that stay inside, as Kubernetes mounts secrets", func(t *testing.T) {
		must(t, os.Mkdir(filepath.Join(folder, "..2026"), 0o700))
		write("..2026/mounted", "pw", 0o440)(t)
		link("..2026", "..data")(t)
		link("..data/mounted", "mounted")(t)
		resolves(t, "mounted", "pw")
	})
	t.Run("says that its folder is missing", func(t *testing.T) {
		_, err := New(Config{Folder: filepath.Join(top, "nowhere")}).Resolve(context.Background(), ref("x"))
		if !fault.Is(err, fault.NotFound) {
			t.Errorf("%v", err)
		}
	})
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
