package main

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/purlieu/purlieu/node"
)

// The command that the built-in node's refusals name is one that this program has, and it edits the policy that the
// built-in node reads.
func TestTheCommandOfARefusalEditsTheBuiltInNodesPolicy(t *testing.T) {
	s, data := newShell(t), t.TempDir()
	allow := append(strings.Fields(allowCommand)[1:], "--data", data)
	s.run(0, append(allow, "--source", "PostgreSql://127.0.0.1:5432")...)
	s.shows("may reach PostgreSql://127.0.0.1:5432")
	s.run(0, append(allow, "--secret", "file:shop-password", "--source", "PostgreSql://db.internal:5432", "--plaintext")...)
	s.shows("may send file:shop-password to PostgreSql://db.internal:5432, over any connection")
	text, trusts, err := node.ReadPolicy(builtInState(data))
	if err != nil || trusts {
		t.Fatalf("trusts %v: %v", trusts, err)
	}
	for _, want := range []string{"host: 127.0.0.1", "secret: file:shop-password", "source: PostgreSql://db.internal:5432", "plaintext: true"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is missing in the policy:\n%s", want, text)
		}
	}
	s.run(2, allow...)
	s.shows("nothing to allow is named", "--folder")
	s.run(1, append(allow, "--source", "db.internal")...)
	s.shows("does not name a source", "kind://host:port")
	s.run(1, append(allow, "--source", "Postgres://db.internal:5432")...)
	s.shows("Perhaps PostgreSql://db.internal:5432 is meant")
	s.run(0, append(allow, "--folder", filepath.Join(data, "fils"))...)
	s.shows("no such folder")
	s.run(0, append(allow, "--folder", t.TempDir())...)
	s.never("no such folder")
	if owner := (builtInCmd{State: builtInState(data)}).owner(); owner.Flag != "--data" || owner.Folder != data {
		t.Errorf("refusals say %+v", owner)
	}
	s.configure() // the names that an account knows have no say in what this machine refuses
	s.run(4, "admin", "allow", "--data", filepath.Join(data, "nowhere"), "--source", "PostgreSql://db.internal:5432")
	s.shows("there is no account in "+filepath.Join(data, "nowhere"), "--data")
	s.never("no source is called")
}

// What the node's own command warns of, the server's does, too.
func TestWhatTheServersOwnerAllowsIsWarnedOf(t *testing.T) {
	s, data := newShell(t), t.TempDir()
	allow := func(args ...string) { s.run(0, append([]string{"admin", "allow", "--data", data}, args...)...) }
	secret := []string{"--secret", "file:pw", "--source", "PostgreSql://127.0.0.1:25999"}
	allow(secret...)
	s.shows("WARNING the address itself is not allowed yet", "run on the server: "+allowCommand+" --source PostgreSql://127.0.0.1:25999 --data "+data)
	allow("--source", "PostgreSql://127.0.0.1:25999")
	s.never("WARNING", "already")
	allow(secret...)
	s.shows("That was allowed already", filepath.Join(data, "built-in", "policy.yaml"))
	s.never("WARNING")
	allow("--folder", filepath.Join(data, "built-in"))
	s.shows("WARNING it lies in the server's data "+data, "never read")
	allow("--folder", filepath.Dir(data))
	s.shows("WARNING the server's data " + data + " lies in it, and is left out")
	if err := node.TrustAccount(builtInState(data), true); err != nil {
		t.Fatal(err)
	}
	allow("--secret", "file:pw", "--source", "PostgreSql://db.internal:5432")
	s.shows("WARNING trustAccount:", "as any secret may")
	s.run(1, "admin", "allow", "--data", data, "--source", "PostgreSql://db.internal:5432", "--plaintext")
	s.shows("--plaintext is about a secret")
	s.run(1, "admin", "allow", "--data", data, "--folder", data, "--secret", "file:pw")
	s.shows("a folder takes no source and no secret")
}
