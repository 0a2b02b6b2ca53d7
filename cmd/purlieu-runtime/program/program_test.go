package program

import (
	"bytes"
	"context"
	"encoding/json"
	"io/fs"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/node"
)

// told runs a command line with something on standard input and in the environment.
func told(stdin string, env map[string]string, args ...string) (code int, out, errs string) {
	var o, e bytes.Buffer
	a := &app{
		build: shipped(),
		ctx:   context.Background(), in: strings.NewReader(stdin), out: &o, err: &e,
		getenv:    func(name string) string { return env[name] },
		lookupEnv: func(name string) (string, bool) { v, ok := env[name]; return v, ok },
	}
	code = a.main(args)
	return code, o.String(), e.String()
}

// keySecret is the part of a key that nobody may see.
const keySecret = "open-sesame-open-sesame-open-sesame-open-sA"

// authKey is a key of an account at an address.
func authKey(t *testing.T, address string) string {
	t.Helper()
	key := model.AuthKey{
		Account: "6f1c1c1e-8c3f-4a39-9e43-1a2b3c4d5e6f", Runtime: "0a1b2c3d-8c3f-4a39-9e43-1a2b3c4d5e6f", Endpoint: address,
		Pin: strings.Repeat("A", 43), Secret: keySecret,
	}
	text := key.Text()
	if _, err := model.ParseAuthKey(text); err != nil {
		t.Fatal(err)
	}
	return text
}

func TestMisuseAndAFileThatIsNotThereAreSaidWithTheNextStep(t *testing.T) {
	for want, args := range map[string][]string{
		"See `purlieu-runtime policy allow --help`": {"policy", "allow", "more"},
		"it is not there": {"enrol", "--key-file", filepath.Join(t.TempDir(), "nope.key"), "--state", t.TempDir()},
	} {
		if code, _, errs := told("", nil, args...); code == 0 || !strings.Contains(errs, want) {
			t.Errorf("%v: exit code %d, %s", args, code, errs)
		}
	}
	for want, args := range map[string][]string{"purlieu-runtime test": {"--version"}, "Usage: purlieu-runtime policy allow": {"help", "policy", "allow"}, "/elsewhere/purlieu-runtime": {"status", "--help"}} {
		if code, out, _ := told("", map[string]string{"XDG_DATA_HOME": "/elsewhere"}, args...); code != 0 || !strings.Contains(out, want) {
			t.Errorf("%v: exit code %d, %s", args, code, out)
		}
	}
}

// A script's variable that is not set must not widen what is allowed: to the folder in which the command runs, or to every source.
func TestAnEmptyTextAllowsNothing(t *testing.T) {
	state := t.TempDir()
	kept := filepath.Join(state, "policy.yaml")
	if err := os.WriteFile(kept, []byte("version: 1\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for what, args := range map[string][]string{
		"--source":                               {"policy", "allow", "--release", "enum-labels", "--source", ""},
		"--source ":                              {"policy", "allow", "--release", "enum-labels", "--source="},
		"--secret":                               {"policy", "allow", "--source", "PostgreSql://db.example.com:5432", "--secret", ""},
		"--folder":                               {"policy", "allow", "--release", "enum-labels", "--folder", ""},
		"nothing is named that could be allowed": {"policy", "allow", "--folder", ""},
		"--file":                                 {"policy", "witness", "--file", ""},
		"the state directory":                    {"policy", "show", "--state", ""},
	} {
		code, out, errs := told("", nil, append([]string{args[0], args[1], "--state", state}, args[2:]...)...)
		if code != 2 || out != "" || !strings.Contains(errs, strings.TrimSpace(what)) {
			t.Errorf("%q: exit code %d, %s%s", args, code, out, errs)
		}
	}
	if now, err := os.ReadFile(kept); err != nil || string(now) != "version: 1\n" {
		t.Errorf("the policy is now %q, %v", now, err)
	}
	t.Setenv("PURLIEU_RUNTIME_STATE", "")
	if code, _, errs := told("", nil, "policy", "show"); code != 2 || !strings.Contains(errs, "PURLIEU_RUNTIME_STATE") {
		t.Errorf("an empty folder of the environment: exit code %d, %s", code, errs)
	}
}

func TestACommandThatIsToldTakesAFolderWithABlank(t *testing.T) {
	s := stateFlag{State: "/srv/the node"}
	if got := s.words(&app{getenv: func(string) string { return "" }}); got != " --state '/srv/the node'" {
		t.Error(got)
	}
}

// The state directory of a service is not readable for everybody: then it is not said that no node is there.
func TestAStateDirectoryThatMayNotBeReadIsNotSaidToBeEmpty(t *testing.T) {
	for why, kind := range map[error]fault.Kind{&fs.PathError{Err: fs.ErrPermission}: fault.Denied, &fs.PathError{Err: fs.ErrNotExist}: fault.NotFound} {
		if err := noNode("/srv/node", why); !fault.Is(err, kind) {
			t.Errorf("%v: %v", why, err)
		}
	}
}

func TestNumbersBelowNothingAreRefused(t *testing.T) {
	for _, flag := range []string{"--slots=-1", "--worker-memory=-1"} {
		if code, _, errs := told("", nil, "run", "--state", t.TempDir(), flag); code != 2 || !strings.Contains(errs, "below 0") {
			t.Errorf("%s: exit code %d, %s", flag, code, errs)
		}
	}
}

func TestAWitnessThatIsNotThereIsSaidInPlainWords(t *testing.T) {
	_, _, errs := told("", nil, "egress", "verify", "--state", t.TempDir(), "--witness", filepath.Join(t.TempDir(), "heads.log"))
	if strings.Contains(errs, "stat ") || strings.Contains(errs, "--help") {
		t.Error(errs)
	}
}

func TestEveryCommandTeaches(t *testing.T) {
	for _, args := range [][]string{
		{}, {"enrol"}, {"run"}, {"status"}, {"policy", "show"}, {"policy", "allow"}, {"egress", "show"}, {"egress", "verify"}, {"egress", "reconcile"}, {"version"},
	} {
		code, out, errs := told("", nil, append(slices.Clone(args), "--help")...)
		if code != 0 || !strings.Contains(out, "Usage: purlieu-runtime") || errs != "" {
			t.Errorf("%v: exit code %d, %s%s", args, code, out, errs)
		}
		if strings.Contains(out, "worker  ") {
			t.Errorf("%v: the worker's command is shown", args)
		}
	}
	for _, args := range [][]string{{"enrol"}, {"run"}, {"policy", "allow"}} {
		if _, out, _ := told("", nil, append(args, "--help")...); !strings.Contains(out, "    purlieu-runtime "+strings.Join(args, " ")+" --") {
			t.Errorf("%v: no example in\n%s", args, out)
		}
	}
}

func TestACommandLineThatCannotBeRightEndsWithTwo(t *testing.T) {
	for _, args := range [][]string{{"frobnicate"}, {"run", "--slots", "many"}, {"run", "--log-format", "xml"}, {"policy", "allow"}, {"enrol", "--key-file", "a", "--key-env", "b"}, {"enrol", "IR@key"}} {
		if code, out, errs := told("", nil, args...); code != 2 || out != "" || !strings.Contains(errs, "--help") {
			t.Errorf("%v: exit code %d, %s%s", args, code, out, errs)
		}
	}
}

func TestAFailedEnrolmentNamesItsCauseAndNeverTheKey(t *testing.T) {
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	refused := closed.Addr().String()
	_ = closed.Close()
	stranger := httptest.NewTLSServer(http.NotFoundHandler())
	defer stranger.Close()
	plain := httptest.NewServer(http.NotFoundHandler())
	defer plain.Close()
	dir := t.TempDir()
	write(t, filepath.Join(dir, "key"), authKey(t, refused)+"\n")
	env := map[string]string{"KEY": authKey(t, strings.TrimPrefix(stranger.URL, "https://")), "PLAIN": authKey(t, strings.TrimPrefix(plain.URL, "http://"))}
	for _, c := range []struct {
		name, stdin string
		args        []string
		exit        int
		code        string
	}{
		{"nobody listens", "", []string{"--key-file", filepath.Join(dir, "key")}, 6, "(Refused)"},
		{"standard input by name", authKey(t, refused), []string{"--key-file", "-"}, 6, "(Refused)"},
		{"somebody else answers", "", []string{"--key-env", "KEY"}, 3, "(Intercepted)"},
		{"no TLS there", "", []string{"--key-env", "PLAIN"}, 6, "(NotTLS)"},
		{"a proxy that is not there", authKey(t, "account.example:8443"), []string{"--proxy", "http://" + refused}, 6, "(ProxyUnreachable)"},
		{"a proxy from the environment", authKey(t, "account.example:8443"), []string{"--proxy", "environment"}, 6, "(ProxyUnreachable)"},
		{"half a key", "IR@x", nil, 1, "(MalformedKey)"},
		{"no key", "", nil, 1, "(NoKey)"},
		{"no such variable", "", []string{"--key-env", "NONE"}, 1, "(NoKey)"},
		{"no such file", "", []string{"--key-file", filepath.Join(dir, "none")}, 1, "(BadKeyFile)"},
		{"a name that can't be one", authKey(t, refused), []string{"--name", "a.b"}, 1, "(InvalidNodeName)"},
		{"an authority that is none", authKey(t, refused), []string{"--ca", filepath.Join(dir, "key")}, 1, "(BadCAFile)"},
		{"a user without a proxy", authKey(t, refused), []string{"--proxy-user", "me"}, 1, "(BadProxy)"},
		{"no file of the proxy's password", authKey(t, refused), []string{"--proxy", "http://" + refused, "--proxy-password-file", filepath.Join(dir, "none")}, 1, "(BadPasswordFile)"},
	} {
		t.Run(c.name, func(t *testing.T) {
			env["HTTPS_PROXY"] = "http://" + refused
			state := filepath.Join(dir, "state")
			code, out, errs := told(c.stdin, env, append([]string{"enrol", "--state", state}, c.args...)...)
			if code != c.exit || !strings.HasSuffix(errs, c.code+"\n") || out != "" {
				t.Errorf("exit code %d, %s%s", code, out, errs)
			}
			if strings.Contains(errs, keySecret) {
				t.Errorf("the key is told: %s", errs)
			}
			if _, err := node.LoadState(state); fault.CodeOf(err) != "NotEnrolled" {
				t.Errorf("a failed enrolment leaves a state: %v", err)
			}
		})
	}
}

func TestCommandsWithoutANodeSayWhatIsMissing(t *testing.T) {
	state := t.TempDir()
	for _, args := range [][]string{
		{"run"},
		{"status"},
		{"policy", "show"},
		{"policy", "allow", "--source", "PostgreSql://127.0.0.1:5432"},
		{"policy", "allow", "--folder", "/srv/data"},
		{"egress", "show"},
		{"egress", "verify"},
		{"egress", "reconcile"},
	} {
		code, _, errs := told("", map[string]string{}, append(args, "--state", state)...)
		if code != 4 || !strings.Contains(errs, state) {
			t.Errorf("%v: exit code %d, %s", args, code, errs)
		}
	}
}

func TestAPolicyIsWrittenByCommand(t *testing.T) {
	state := t.TempDir()
	write(t, filepath.Join(state, "node.json"), "{}")
	for _, c := range []struct {
		args []string
		exit int
	}{
		{[]string{"allow", "--source", "PostgreSql://10.0.0.7:5432"}, 0},
		{[]string{"allow", "--source", "PostgreSql://db.internal:5432", "--secret", "file:pw"}, 0},
		{[]string{"allow", "--folder", "/srv/data"}, 0},
		{[]string{"allow", "--folder", "/srv/data", "--secret", "file:pw"}, 1},
		{[]string{"allow", "--source", "db.internal"}, 1},
		{[]string{"allow", "--source", "PostgreSql://db.internal:5432", "--secret", "pw"}, 1},
		{[]string{"allow", "--source", "PostgreSql://db.internal:5432", "--plaintext"}, 1},
	} {
		if code, _, errs := told("", nil, append(append([]string{"policy"}, c.args...), "--state", state)...); code != c.exit {
			t.Errorf("%v: exit code %d, %s", c.args, code, errs)
		}
	}
	code, out, _ := told("", nil, "policy", "show", "--state", state)
	for _, word := range []string{"10.0.0.7", "file:pw", "PostgreSql://db.internal:5432", node.PolicyPath(state)} {
		if code != 0 || !strings.Contains(out, word) {
			t.Errorf("policy show: exit code %d, no %q in\n%s", code, word, out)
		}
	}
	write(t, node.PolicyPath(state), "sauces: {}")
	if code, _, errs := told("", nil, "policy", "show", "--state", state); code != 1 || !strings.Contains(errs, "line 1") {
		t.Errorf("a file that is no policy: exit code %d, %s", code, errs)
	}
}

// A restart without the folder of secrets is said at once, and not only by the first run that fails.
func TestANodeWhoseFolderOfSecretsWasForgottenSaysSo(t *testing.T) {
	state := t.TempDir()
	forgot := func(folder string) bool {
		return runCmd{stateFlag: stateFlag{State: state}, VaultFile: folder}.forgotFolder()
	}
	allow := func(secrets ...string) {
		t.Helper()
		text := "version: 1\nbindings:\n"
		for _, secret := range secrets {
			text += "  - secret: " + secret + "\n    sources: [{source: \"PostgreSql://db.internal:5432\"}]\n"
		}
		if err := os.WriteFile(node.PolicyPath(state), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if forgot("") {
		t.Error("no secret is bound")
	}
	allow("env:PURLIEU_SECRET_SHOP")
	if forgot("") {
		t.Error("the only secret is in the environment")
	}
	allow("env:PURLIEU_SECRET_SHOP", "file:shop-password")
	if !forgot("") || forgot("/etc/secrets") {
		t.Errorf("without a folder %v, with one %v", forgot(""), forgot("/etc/secrets"))
	}
}

func TestAPolicyCommandSaysWhatItDoesNotAllow(t *testing.T) {
	top := t.TempDir()
	state := filepath.Join(top, "state")
	for _, dir := range []string{filepath.Join(state, "outbox"), filepath.Join(top, "data")} {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink(state, filepath.Join(top, "alias")); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(state, "node.json"), "{}")
	const secret = "--secret file:pw --source "
	for _, c := range []struct{ args, warns string }{
		{secret + "PostgreSql://127.0.0.1:25999", "policy allow --source PostgreSql://127.0.0.1:25999 --state " + state},
		{secret + "PostgreSql://localhost:25999", "not allowed yet"},
		{secret + "PostgreSql://10.0.0.7:5432", ""},
		{secret + "PostgreSql://db.internal:5432", ""},
		{"--source PostgreSql://127.0.0.1:25999", ""},
		{secret + "PostgreSql://127.0.0.1:25999", ""}, // by now it is
		{"--folder " + state, "never read"},
		{"--folder " + filepath.Join(top, "alias", "outbox"), "never read"},
		{"--folder " + top, "left out"},
		{"--folder " + filepath.Join(top, "data"), ""},
	} {
		code, _, errs := told("", nil, append([]string{"policy", "allow", "--state", state}, strings.Fields(c.args)...)...)
		if code != 0 || (errs == "") != (c.warns == "") || !strings.Contains(strings.Join(strings.Fields(errs), " "), c.warns) {
			t.Errorf("%s: exit code %d, %q, want %q", c.args, code, errs, c.warns)
		}
	}
}

func TestWhatIsAllowedAlreadyIsSaidAndLeavesThePolicyAsItWasWritten(t *testing.T) {
	state := t.TempDir()
	write(t, filepath.Join(state, "node.json"), "{}")
	byHand := "version:   1\nsources:\n      allow: [ {kind: PostgreSql, host: db.internal, ports: [5432]} ]   # as we like it\n"
	write(t, node.PolicyPath(state), byHand)
	for _, want := range []string{"That was allowed already", "Written to"} {
		source := "PostgreSql://db.internal:5432"
		if want == "Written to" {
			source = "PostgreSql://db.internal:5433"
		}
		if code, out, errs := told("", nil, "policy", "allow", "--state", state, "--source", source); code != 0 || !strings.Contains(out, want) {
			t.Errorf("%s: exit code %d, %s%s", source, code, out, errs)
		}
		if text, err := os.ReadFile(node.PolicyPath(state)); err != nil || (string(text) == byHand) != (want != "Written to") {
			t.Errorf("%s: %v\n%s", source, err, text)
		}
	}
}

func TestTheStatusOfADeadNodeIsOfWhenItWasLastSeen(t *testing.T) {
	state := t.TempDir()
	write(t, filepath.Join(state, "status.json"), `{"v":1,"state":"running","written":"2026-01-02T03:04:05Z","node":"pool--n1","account":"https://account.example","connected":true}`)
	code, out, _ := told("", nil, "status", "--state", state)
	for _, words := range []string{"NOT RUNNING", "Start it with: purlieu-runtime run --state " + state, "as of when it was last seen", "https://account.example, was connected"} {
		if code != int(notRunning) || !strings.Contains(out, words) {
			t.Errorf("exit code %d, no %q in\n%s", code, words, out)
		}
	}
}

// heads lists the messages in a ledger as the account would know them.
func heads(t *testing.T, state string) (list []map[string]any) {
	t.Helper()
	err := node.ShowLedger(state, 1, 0, func(e node.LedgerEntry) error {
		if e.Number != nil {
			list = append(list, map[string]any{"index": e.Index, "head": e.Head[:]})
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// reconcile compares a ledger with an account that has receipted it up to this entry.
func reconcile(t *testing.T, state string, highest map[string]any) (uint64, []node.LedgerDifference, error) {
	t.Helper()
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/manage/v1/nodes/edge--one/receipts" || r.Header.Get("Authorization") != "Bearer "+token {
			w.WriteHeader(http.StatusForbidden)
			return
		}
		if err := json.NewEncoder(w).Encode(map[string]any{"highest": highest}); err != nil {
			t.Error(err)
		}
	}))
	defer web.Close()
	_, upTo, differences, err := node.ReconcileLedger(context.Background(), state, node.State{Node: "edge--one", AccountURL: web.URL}, web.Client(), token)
	return upTo, differences, err
}

// reconciliation holds a ledger of a run against what the account has receipted.
func reconciliation(t *testing.T, state string) {
	t.Helper()
	list := heads(t, state)
	if len(list) < 3 {
		t.Fatalf("the ledger has %d messages", len(list))
	}
	last := list[len(list)-1]["index"].(uint64)
	if upTo, differences, err := reconcile(t, state, list[len(list)-1]); err != nil || len(differences) != 0 || upTo != last {
		t.Errorf("a whole ledger: up to %d, %+v, %v", upTo, differences, err)
	}
	if upTo, differences, err := reconcile(t, state, nil); err != nil || len(differences) != 0 || upTo != 0 {
		t.Errorf("a ledger of which nothing was receipted: up to %d, %+v, %v", upTo, differences, err)
	}
	beyond := map[string]any{"index": last + 100, "head": make([]byte, 32)}
	if _, differences, err := reconcile(t, state, beyond); err != nil || len(differences) != 1 || !differences[0].Missing || differences[0].Index != last+100 {
		t.Errorf("a ledger whose end was cut: %+v, %v", differences, err)
	}
	other := map[string]any{"index": list[1]["index"], "head": list[0]["head"]}
	if _, differences, err := reconcile(t, state, other); err != nil || len(differences) != 1 || differences[0].Missing {
		t.Errorf("a ledger that was replaced: %+v, %v", differences, err)
	}
	short := map[string]any{"index": last + 1, "head": make([]byte, 3)}
	if _, _, err := reconcile(t, state, short); fault.CodeOf(err) != "BadReceipts" {
		t.Errorf("an answer that can't be read: %v", err)
	}
}

func TestAShellCompletesCommandsAndWhatTheyTake(t *testing.T) {
	for words, want := range map[string]string{
		"":                             "enrol",
		"pol":                          "policy",
		"policy ":                      "witness",
		"policy allow --rel":           "--release",
		"policy allow --release ":      "enum-labels",
		"policy allow --release=":      "--release=enum-labels",
		"run --log-level=d":            "--log-level=debug",
		"policy allow --source Post":   "PostgreSql://",
		"enrol --proxy ":               "environment",
		"run --log-level ":             "debug",
		"--help run --log-format=x --": "--slots",
		"completion ":                  "fish",
	} {
		code, out, errs := told("", nil, append([]string{"complete", "--"}, strings.Split(words, " ")...)...)
		if got := strings.Split(out, "\n"); code != 0 || errs != "" || !slices.Contains(got, want) || slices.Contains(got, "complete") {
			t.Errorf("%q: exit code %d, no %q in %q%s", words, code, want, got, errs)
		}
	}
	if _, out, _ := told("", nil, "complete", "--", "enrol", "--key-file", ""); out != "" {
		t.Errorf("in place of a file: %q", out) // the shell has the files
	}
	for _, shell := range []string{"bash", "zsh", "fish"} {
		if code, out, _ := told("", nil, "completion", shell); code != 0 || !strings.Contains(out, "purlieu-runtime complete --") {
			t.Errorf("%s: exit code %d, %s", shell, code, out)
		}
	}
}
