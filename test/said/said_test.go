package said

import (
	"os"
	"path/filepath"
	"testing"
)

func TestWhatOthersWroteIsNotSaidHere(t *testing.T) {
	root := t.TempDir()
	for file, text := range map[string]string{
		"docs/use.md":                    "Run `pet cat feed`.\n",
		"pet.go":                         "package pet\n\nconst next = \"Next: pet cat call\"\n",
		"web/node_modules/pet/README.md": "    pet dog walk\n",
		".cache/notes.md":                "    pet dog wash\n",
		"pet_test.go":                    "package pet\n\nconst wrong = \"pet dog bark\"\n",
	} {
		path := filepath.Join(root, file)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	lines, err := Lines(root, "pet")
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]bool{}
	for _, l := range lines {
		found[l.Words[1]] = true
	}
	if len(lines) != 2 || !found["feed"] || !found["call"] {
		t.Errorf("found %v", lines)
	}
}
