package e2e

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

// tested is what a test of a connection says.
type tested struct {
	OK    bool
	Node  string
	Steps []struct {
		Name           string
		OK             bool
		Detail, Remedy string
	}
	Problem *struct{ Code, Text, Remedy string }
}

func (a *account) test(source string, question map[string]any) (out tested) {
	a.t.Helper()
	a.rest("POST", "/manage/v1/datasources/"+source+"/test", question, &out)
	return out
}

func TestAQuestionIsAnsweredByARealNode(t *testing.T) {
	t.Parallel()
	a := newAccount(t)
	s := shop(t)
	key := a.runtime("edge")
	a.register(s)
	asScan := map[string]any{"scan": "nightly"}

	t.Run("a_runtime_without_a_node_says_so", func(t *testing.T) {
		status, answer := a.ask(a.token(), "POST", "/manage/v1/datasources/shop/test", asScan)
		if status < 500 || !strings.Contains(string(answer), "RuntimeOffline") || !strings.Contains(string(answer), "enrol") {
			t.Errorf("%d %s", status, answer)
		}
	})
	n := a.enrolled(key, "one")
	n.start()
	t.Run("the_nodes_owner_has_not_allowed_it", func(t *testing.T) {
		got := a.test("shop", asScan)
		if got.OK || got.Problem == nil || got.Problem.Code != "SecretNotBound" || !strings.Contains(got.Problem.Remedy, "policy allow --secret file:shop-password") {
			t.Errorf("%+v", got)
		}
		n.runtime("policy", "allow", "--secret", "file:shop-password", "--source", s.address(), "--plaintext")
		got = a.test("shop", asScan)
		if got.OK || got.Problem == nil || got.Problem.Code != "AddressRefused" || !strings.Contains(got.Problem.Remedy, "policy allow --source") {
			t.Errorf("%+v", got)
		}
	})
	n.allow(s)
	t.Run("the_right_password_signs_in", func(t *testing.T) {
		got := a.test("shop", asScan)
		if !got.OK || got.Node != "edge--one" || len(got.Steps) < 3 || !got.Steps[len(got.Steps)-1].OK || got.Problem != nil {
			t.Errorf("%+v", got)
		}
		if out := a.purlieu("source", "test", "shop", "--runtime", "edge", "--credential", "scanner"); !strings.Contains(out, "read catalogue") || !strings.Contains(out, "edge--one") {
			t.Errorf("the client says %s", out)
		}
	})
	t.Run("a_wrong_password_is_told_and_not_quoted", func(t *testing.T) {
		n.write("secrets/shop-password", "canary-wrong")
		got := a.test("shop", asScan)
		last := got.Steps[len(got.Steps)-1]
		if got.OK || got.Problem.Code != "WrongPassword" || last.Name != "sign in" || last.OK || last.Remedy == "" || strings.Contains(fmt.Sprintf("%+v", got), "canary") {
			t.Errorf("%+v", got)
		}
		if r := a.try("source", "test", "shop", "--scan", "nightly"); r.code == 0 || !strings.Contains(r.err, "refused user name or password") {
			t.Errorf("the client says %s", r)
		}
		n.write("secrets/shop-password", theHouse.password)
	})
	t.Run("a_server_that_does_not_answer_is_unreachable", func(t *testing.T) {
		port := theHouse.port(t)
		a.purlieu("source", "add", "PostgreSql", "nobody", "--authority", "nobody", "--set", "serverEndpoint=127.0.0.1", "--set", fmt.Sprintf("port=%d", port), "--set", "sslMode=disable")
		there := fmt.Sprintf("PostgreSql://127.0.0.1:%d", port)
		n.runtime("policy", "allow", "--source", there)
		n.runtime("policy", "allow", "--secret", "file:shop-password", "--source", there, "--plaintext")
		got := a.test("nobody", map[string]any{"runtime": "edge", "credential": "scanner"})
		if got.OK || len(got.Steps) != 1 || got.Steps[0].Name != "connect" || got.Problem.Remedy == "" {
			t.Errorf("%+v", got)
		}
	})
	t.Run("names_are_listed_level_by_level", func(t *testing.T) {
		for path, want := range map[string]string{"": "shop", "shop": "shop/sales", "shop/sales": "shop/sales/"} {
			var got struct {
				Value []struct{ Name, Type, Path string }
				More  bool
			}
			a.rest("POST", "/manage/v1/datasources/shop/browse", map[string]any{"scan": "nightly", "path": path}, &got)
			found := false
			for _, v := range got.Value {
				found = found || strings.HasPrefix(v.Path, want) && v.Name != "" && v.Type != ""
			}
			if !found {
				t.Errorf("below %q there is no %s: %+v", path, want, got)
			}
		}
		if out := a.purlieu("source", "browse", "shop", "shop", "--scan", "nightly"); !strings.Contains(out, "shop/sales") {
			t.Errorf("the client says %s", out)
		}
	})
	t.Run("every_answer_is_in_the_ledger", func(t *testing.T) {
		show := n.runtime("egress", "show")
		if tests, lists := strings.Count(show, "test of a connection"), strings.Count(show, "list of "); tests < 6 || lists < 4 {
			t.Errorf("%d tests and %d lists in\n%s", tests, lists, show)
		}
		n.runtime("egress", "verify")
	})
}

// A cancel is told to the node: it does not wait for its next renewal, which is two seconds away at most.
func TestACancelReachesTheNodeAtOnce(t *testing.T) {
	t.Parallel()
	a := newAccount(t)
	s := many(t, "cancelled")
	n := a.node(a.runtime("edge"), "one", s)
	a.register(s)
	release := s.hold(t)
	defer release()
	var took []time.Duration
	for range 5 {
		id := a.begin(s)
		until(t, 30*time.Second, "the scan stands still in the source", func() bool { return s.waiting(t) })
		time.Sleep(200 * time.Millisecond)
		began := time.Now()
		a.rest("POST", "/scan/datasources/"+s.db+"/scans/nightly/runs/"+id+"/:cancel", nil, nil)
		until(t, 20*time.Second, "the node's work has ended", func() bool { return !s.waiting(t) })
		took = append(took, time.Since(began))
	}
	slices.Sort(took)
	if took[3] > 900*time.Millisecond { // by chance a renewal may come early enough for one or two, not for four
		t.Errorf("the node heard of the cancels after %s", took)
	}
	until(t, 10*time.Second, "the node is free", func() bool { return n.status().Attempts == 0 })
}
