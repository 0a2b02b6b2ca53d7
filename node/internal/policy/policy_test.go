package policy

import (
	"fmt"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/model"
)

// TestDecisions walks the truth table in testdata.
func TestDecisions(t *testing.T) {
	data, err := os.ReadFile("testdata/decisions.test")
	if err != nil {
		t.Fatal(err)
	}
	questions := 0
	_, cases, _ := strings.Cut(string(data), "\n== ")
	for _, c := range strings.Split(cases, "\n== ") {
		name, rest, _ := strings.Cut(c, "\n")
		text, asks, ok := strings.Cut("\n"+rest, "\n--\n")
		if !ok {
			t.Fatalf("%s: no questions", name)
		}
		t.Run(name, func(t *testing.T) {
			p, err := Parse("policy.yaml", []byte(text))
			if err != nil {
				t.Fatal(err)
			}
			for _, line := range strings.Split(asks, "\n") {
				words := strings.Fields(line)
				if len(words) == 0 {
					continue
				}
				questions++
				if got, want := ask(t, p, words[:len(words)-1]), words[len(words)-1]; got != want {
					t.Errorf("%s: got %s", line, got)
				}
			}
		})
	}
	if questions < 250 {
		t.Errorf("only %d questions were read", questions)
	}
}

func ask(t *testing.T, p *Policy, words []string) string {
	t.Helper()
	var err error
	switch {
	case words[0] == "dial" && len(words) == 5:
		err = p.MayDial(words[1], words[2], netip.MustParseAddr(words[3]), number(t, words[4]))
	case words[0] == "use" && len(words) == 6:
		vault, name, _ := strings.Cut(words[1], ":")
		err = p.MayUse(model.SecretRef{Vault: vault, Name: name}, words[2], words[3], number(t, words[4]), words[5] == "tls")
	case words[0] == "hide" && len(words) == 2:
		if p.Hidden(words[1]) {
			return "yes"
		}
		return "no"
	default:
		t.Fatalf("no such question: %v", words)
	}
	if err == nil {
		return "yes"
	}
	if !fault.Is(err, fault.Denied) {
		t.Errorf("%v: not Denied: %v", words, err)
	}
	return fault.CodeOf(err)
}

func number(t *testing.T, s string) int {
	n, err := strconv.Atoi(s)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestRefusalNamesTheCommand(t *testing.T) {
	p := Default()
	ref := model.SecretRef{Vault: "file", Name: "shop-password"}
	for _, c := range []struct {
		err  error
		want string
	}{
		{p.MayUse(ref, "PostgreSql", "db.internal", 5432, true), "purlieu-runtime policy allow --secret file:shop-password --source PostgreSql://db.internal:5432"},
		{p.MayUse(ref, "PostgreSql", "db.internal", 5432, false), "purlieu-runtime policy allow --secret file:shop-password --source PostgreSql://db.internal:5432 --plaintext"},
		{p.MayDial("PostgreSql", "localhost", netip.MustParseAddr("127.0.0.1"), 5432), "purlieu-runtime policy allow --source PostgreSql://127.0.0.1:5432"},
		{p.MayUse(ref, "PostgreSql", "fd12::1", 5432, true), "purlieu-runtime policy allow --secret file:shop-password --source 'PostgreSql://[fd12::1]:5432'"},
	} {
		if !strings.HasSuffix(c.err.Error(), ": "+c.want) {
			t.Errorf("%v", c.err)
		}
	}
}

func TestRefusalNamesTheCommandThatTheOwnerHas(t *testing.T) {
	closed, err := Parse("p", []byte("sources: {any: false}\n"))
	if err != nil {
		t.Fatal(err)
	}
	p, ref := closed.With(Owner{Command: "purlieu admin allow"}), model.SecretRef{Vault: "file", Name: "shop-password"}
	for _, c := range []struct {
		err  error
		want string
	}{
		{p.MayDial("PostgreSql", "db.internal", netip.MustParseAddr("10.0.0.1"), 5432), "--source PostgreSql://db.internal:5432"},
		{p.MayDial("PostgreSql", "localhost", netip.MustParseAddr("::1"), 5432), "--source 'PostgreSql://[::1]:5432'"},
		{p.MayUse(ref, "PostgreSql", "db.internal", 5432, true), "--secret file:shop-password --source PostgreSql://db.internal:5432"},
		{p.MayUse(ref, "PostgreSql", "db.internal", 5432, false), "--secret file:shop-password --source PostgreSql://db.internal:5432 --plaintext"},
	} {
		if c.err == nil || !strings.HasSuffix(c.err.Error(), ": purlieu admin allow "+c.want) {
			t.Errorf("%v, want %s", c.err, c.want)
		}
	}
	if err := closed.MayUse(ref, "PostgreSql", "db.internal", 5432, true); !strings.Contains(err.Error(), ": "+Command+" ") {
		t.Errorf("the policy that it was made from has changed: %v", err)
	}
}

func TestRefusalNamesTheFolderThatThePolicyIsIn(t *testing.T) {
	of := Default().With(Owner{Command: "purlieu admin allow", Flag: "--data", Folder: "/srv/my data", Machine: "server"})
	ref := model.SecretRef{Vault: "file", Name: "shop-password"}
	_, _, folder := of.MayRead("/srv/files")
	for _, c := range []struct {
		err  error
		want string
	}{
		{folder, "--folder /srv/files"},
		{of.MayUse(ref, "PostgreSql", "db.internal", 5432, false), "--secret file:shop-password --source PostgreSql://db.internal:5432 --plaintext"},
		{of.MayDial("PostgreSql", "localhost", netip.MustParseAddr("127.0.0.1"), 5432), "--source PostgreSql://127.0.0.1:5432"},
	} {
		if c.err == nil || !strings.HasSuffix(c.err.Error(), "run on the server: purlieu admin allow "+c.want+" --data '/srv/my data'") {
			t.Errorf("%v, want %s", c.err, c.want)
		}
	}
}

func TestWhatMayBeReachedIsSaidInASentence(t *testing.T) {
	for text, want := range map[string]string{
		"hide: [salary]\n": "Any source",
		"sources: {any: true, allow: [{host: 127.0.0.1}]}\n":    "Any source",
		"sources: {allow: [{kind: PostgreSql, host: \"*\"}]}\n": "Only the sources that are listed",
		"sources: {any: false}\n":                               "No source",
	} {
		p, err := Parse("p", []byte(text))
		if err != nil || !strings.HasPrefix(p.Reach(), want) {
			t.Errorf("%s: %q, %v", text, p.Reach(), err)
		}
	}
}

func TestRefusalCarriesNoCommandOfOthers(t *testing.T) {
	sh, err := exec.LookPath("sh")
	if err != nil {
		t.Skip("there is no shell to try the command in")
	}
	for _, host := range []string{"$(touch x)", "a; touch x #", "`touch x`", "a' ; touch x ; '", "\x1b[2Ja\nb", "-x", "*"} {
		err := Default().MayUse(model.SecretRef{Vault: "file", Name: host}, "PostgreSql", host, 5432, true)
		text := err.Error()
		_, command, ok := strings.Cut(text, "purlieu-runtime ")
		if !ok || strings.ContainsAny(text, "\x1b\n") {
			t.Errorf("%q: %q", host, text)
		}
		dir := t.TempDir()
		run := exec.Command(sh, "-c", "count() { echo $#; }; count "+command)
		run.Dir = dir
		out, err := run.CombinedOutput()
		left, _ := os.ReadDir(dir)
		if err != nil || strings.TrimSpace(string(out)) != "6" || len(left) > 0 {
			t.Errorf("%q: the shell made of %s: %s (%v), files %v", host, command, out, err, left)
		}
	}
}

func TestPolicyThatIsWrong(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"surces:\n  any: true\n", `line 1: there is no key "surces" here; the keys are bindings, folders, hide, keep, limits, release, sources, trustAccount, version`},
		{"version: 1\nsources:\n  allow:\n    - host: a\n      prots: [1]\n", `line 5: there is no key "prots" here`},
		{"bindings:\n  - secret: file:a\n    sources:\n      - PostgreSql://a:1\n", "line 4: keys are expected here: plaintext, source"},
		{"bindings:\n  - secret: file:a\n    sources:\n      - source: a:1\n", "line 4: \"a:1\" does not name a source"},
		{"bindings:\n  - sources: []\n", "line 2: a binding needs a secret"},
		{"trustAccount: yes please\n", "line 1: true or false"},
		{"trustAccount: true\ntrustAccount: false\n", "line 2: the key \"trustAccount\" is there twice"},
		{"sources:\n  allow:\n    - host: a\n      ports: [0]\n", "line 4: a number from 1 to 65535"},
		{"sources:\n  allow:\n    - host: a\n      ports: []\n", "line 4: the list of ports is empty"},
		{"sources:\n  allow:\n    - kind: PostgreSql\n", "line 3: the host \"\" is not"},
		{"sources:\n  allow:\n    - host: a*b\n", "line 3: the host \"a*b\" is not"},
		{"sources:\n  allow:\n    - host: 10.0.0.0/99\n", "line 3: the host \"10.0.0.0/99\" is not"},
		{"hide: salary\n", "line 1: a list is expected"},
		{"hide:\n  - /a\n", "line 2: \"/a\" is no pattern"},
		{"version: 2\n", "line 1: this build knows policies of version 1 only"},
		{"limits:\n  attempts: many\n", "line 2: a number"},
		{"sources: &a\n  any: true\nlimits: *a\n", "line 3: keys are expected here"},
		{"version: 1\n---\nversion: 1\n", "a policy is one document"},
		{"- a\n", "line 1: keys are expected here"},
		{"a: [\n", "is not YAML"},
	} {
		p, err := Parse("policy.yaml", []byte(c.text))
		if !fault.Is(err, fault.Invalid) || p != nil || !strings.Contains(err.Error(), c.want) || !strings.HasPrefix(err.Error(), "policy.yaml") {
			t.Errorf("%q: %v, want %s", c.text, err, c.want)
		}
	}
}

func TestLimits(t *testing.T) {
	p, err := Parse("p", []byte("limits: {attempts: 4, connections: 2, memoryMB: 256}\n"))
	if err != nil || p.Limits() != (Limits{4, 2, 256}) {
		t.Errorf("%+v %v", p, err)
	}
}

func TestParseSource(t *testing.T) {
	for _, text := range []string{"PostgreSql://db.internal:5432", "MySql://[fd12::1]:3306", "AzureSql://10.0.0.1:1"} {
		if s, err := ParseSource(text); err != nil || s.String() != text {
			t.Errorf("%s: %v %v", text, s, err)
		}
	}
	for _, text := range []string{"", "db:5432", "PostgreSql://db", "PostgreSql://db:0", "PostgreSql://db:70000", "PostgreSql://:5432", "Postgre Sql://db:1", "P://d b:1", "P://*:1", "P://user@db:1"} {
		if s, err := ParseSource(text); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v %v", text, s, err)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add("sources: {allow: [{host: 10.0.0.0/8, ports: [1]}]}\nbindings: [{secret: 'file:a', sources: [{source: 'P://a:1'}]}]\nhide: [a]\n")
	f.Fuzz(func(t *testing.T, text string) {
		p, err := Parse("p", []byte(text))
		if (p == nil) == (err == nil) {
			t.Fatal("a policy and an error")
		}
		if p != nil && p.MayDial("P", "localhost", netip.MustParseAddr("127.0.0.1"), 1) == nil && !strings.Contains(text, "allow") {
			t.Fatal(fmt.Sprint("loopback is open without an entry: ", text))
		}
	})
}

func TestWitnessesAreFilesOrSystemLogs(t *testing.T) {
	p, err := Parse("policy.yaml", []byte("witness:\n  - file: /mnt/elsewhere/heads.log\n    required: true\n  - syslog: tcp://logs.internal:514\n  - syslog: local\n"))
	if err != nil {
		t.Fatal(err)
	}
	want := []Witness{{File: "/mnt/elsewhere/heads.log", Required: true}, {Syslog: "tcp://logs.internal:514"}, {Syslog: LocalSyslog}}
	if !slices.Equal(p.Witnesses(), want) || len(Default().Witnesses()) != 0 {
		t.Errorf("%+v", p.Witnesses())
	}
	for text, word := range map[string]string{
		"- file: heads.log":                   "from the root",
		"- file: /a\n    syslog: local":       "one of the two",
		"- required: true":                    "one of the two",
		"- syslog: logs.internal:514":         "tcp://HOST:PORT",
		"- syslog: tcp://logs.internal":       "tcp://HOST:PORT",
		"- syslog: http://logs.internal:514":  "tcp://HOST:PORT",
		"- syslog: udp://logs.internal:70000": "tcp://HOST:PORT",
		"- file: /a\n    required: perhaps":   "true or false",
		"- syslog: local\n    required: true": "require a file",
		"- file: /a\n    address: x":          `no key "address"`,
		"/a":                                  "a list is expected",
	} {
		if _, err := Parse("policy.yaml", []byte("witness:\n  "+text+"\n")); fault.CodeOf(err) != "BadPolicy" || !strings.Contains(err.Error(), word) {
			t.Errorf("%s: %v", text, err)
		}
	}
}

func TestAWitnessIsAddedOnceAndItsFileKeepsTheRest(t *testing.T) {
	path := filepath.Join(t.TempDir(), "policy.yaml")
	if err := os.WriteFile(path, []byte("# mine\nhide: [salaries]\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	file, logs := Witness{File: "/mnt/heads.log"}, Witness{Syslog: "udp://10.0.0.7:514"}
	required := file
	required.Required = true
	for _, w := range []Witness{file, logs, required} {
		if err := AddWitness(path, w); err != nil {
			t.Fatal(err)
		}
	}
	p, err := Load(path)
	if err != nil || !slices.Equal(p.Witnesses(), []Witness{required, logs}) || !p.Hidden("shop/salaries") {
		t.Errorf("%+v, %v", p.Witnesses(), err)
	}
	for _, w := range []Witness{{}, {File: "heads.log"}, {Syslog: "host"}, {Syslog: "tcp://10.0.0.7:514", Required: true}} {
		if err := AddWitness(path, w); fault.CodeOf(err) != "BadWitness" {
			t.Errorf("%+v: %v", w, err)
		}
	}
}
