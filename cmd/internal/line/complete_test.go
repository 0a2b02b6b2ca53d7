package line_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/purlieu/purlieu/cmd/internal/line"
)

// What comes to be completed may be what somebody else wrote, such as a label: a shell runs none of it.
func TestBashQuotesWhatItIsGiven(t *testing.T) {
	dir := t.TempDir()
	var script bytes.Buffer
	line.Program{Name: "pictures"}.Script(&script, "bash")
	program := "#!/bin/sh\nprintf '%s\\n' 'plain' 'Kim Lee' 'pii$(touch ran)' '*' '`touch ran`;touch ran'\n"
	for name, text := range map[string]string{"pictures": program, "script": script.String(), "seen": ""} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o755); err != nil { //nolint:gosec // it is run
			t.Fatal(err)
		}
	}
	cmd := exec.CommandContext(t.Context(), "bash", "--norc", "-c", `source ./script
COMP_WORDS=(pictures search --label ""); COMP_CWORD=3; _pictures
for one in "${COMPREPLY[@]}"; do echo "$one"; eval "printf '<%s>\n' $one"; done`)
	cmd.Dir, cmd.Env = dir, append(os.Environ(), "PATH="+dir+":"+os.Getenv("PATH"))
	out, err := cmd.CombinedOutput()
	want := "plain\n<plain>\nKim\\ Lee\n<Kim Lee>\npii\\$\\(touch\\ ran\\)\n<pii$(touch ran)>\n\\*\n<*>\n\\`touch\\ ran\\`\\;touch\\ ran\n<`touch ran`;touch ran>\n"
	if err != nil || string(out) != want {
		t.Errorf("%v\n%swant\n%s", err, out, want)
	}
	if _, err := os.Stat(filepath.Join(dir, "ran")); err == nil {
		t.Error("what was offered was run")
	}
}

// bash parts words at = and :, where only what stands behind the last of them is written anew.
func TestBashCompletesBehindAnEqualsSign(t *testing.T) {
	dir := t.TempDir()
	var script bytes.Buffer
	line.Program{Name: "pictures"}.Script(&script, "bash")
	// It offers its last word with something behind it, and says what it was asked.
	program := "#!/bin/sh\nshift 2\nfor last; do printf '<%s>' \"$last\" >>asked; done\necho >>asked\necho \"${last}1\"\n"
	for name, text := range map[string]string{"pictures": program, "script": script.String()} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o755); err != nil { //nolint:gosec // it is run
			t.Fatal(err)
		}
	}
	cmd := exec.CommandContext(t.Context(), "bash", "--norc", "-c", `source ./script
try() { COMP_WORDS=(pictures "$@"); COMP_CWORD=$#; _pictures; echo "${COMPREPLY[@]}"; }
try show --of = ja
try show --of =
try --of = jan --on ''
try show oils : //ja
try show ''`)
	cmd.Dir, cmd.Env = dir, append(os.Environ(), "PATH="+dir+":"+os.Getenv("PATH"))
	out, err := cmd.CombinedOutput()
	if want := "ja1\n1\n1\n//ja1\n1\n"; err != nil || string(out) != want {
		t.Errorf("%v\n%swant\n%s", err, out, want)
	}
	asked, err := os.ReadFile(filepath.Join(dir, "asked"))
	if want := "<show><--of=ja>\n<show><--of=>\n<--of=jan><--on><>\n<show><oils://ja>\n<show><>\n"; err != nil || string(asked) != want {
		t.Errorf("%v\n%swant\n%s", err, asked, want)
	}
}
