package main

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// ev writes one event.
func ev(action, pkg, test, output string) string {
	return fmt.Sprintf(`{"Action":%q,"Package":%q,"Test":%q,"Output":%q}`, action, module+"/"+pkg, test, output) + "\n"
}

func tallied(t *testing.T, required string, events ...string) (string, bool) {
	t.Helper()
	rules, err := ParseRequired(required)
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	tally := NewTally(&out)
	if err := tally.Read(strings.NewReader(strings.Join(events, ""))); err != nil {
		t.Fatal(err)
	}
	ok := tally.Report(rules)
	return out.String(), ok
}

func lastLine(s string) string {
	lines := strings.Split(strings.TrimSpace(s), "\n")
	return lines[len(lines)-1]
}

func TestLeavesAreCountedAndParentsAreNot(t *testing.T) {
	out, ok := tallied(t, "",
		ev("run", "bus", "TestA", ""), ev("run", "bus", "TestA/one", ""), ev("pass", "bus", "TestA/one", ""),
		ev("run", "bus", "TestA/two", ""), ev("skip", "bus", "TestA/two", ""), ev("pass", "bus", "TestA", ""), ev("pass", "bus", "", ""))
	if !ok || lastLine(out) != "1 passed, 0 failed, 1 skipped" {
		t.Errorf("%v:\n%s", ok, out)
	}
}

func TestAFailureIsCountedOnceAndShown(t *testing.T) {
	out, ok := tallied(t, "",
		ev("run", "bus", "TestA", ""), ev("run", "bus", "TestA/one", ""), ev("output", "bus", "TestA/one", "it broke\n"),
		ev("fail", "bus", "TestA/one", ""), ev("fail", "bus", "TestA", ""), ev("fail", "bus", "", ""))
	if ok || lastLine(out) != "0 passed, 1 failed, 0 skipped" || !strings.Contains(out, "it broke") {
		t.Errorf("%v:\n%s", ok, out)
	}
}

func TestAParentThatFailsAloneIsCounted(t *testing.T) {
	out, ok := tallied(t, "",
		ev("run", "bus", "TestA", ""), ev("run", "bus", "TestA/one", ""), ev("pass", "bus", "TestA/one", ""),
		ev("fail", "bus", "TestA", ""), ev("fail", "bus", "", ""))
	if ok || lastLine(out) != "1 passed, 1 failed, 0 skipped" {
		t.Errorf("%v:\n%s", ok, out)
	}
}

func TestAPackageThatDoesNotBuildFails(t *testing.T) {
	out, ok := tallied(t, "",
		`{"ImportPath":"x","Action":"build-output","Output":"undefined: thing\n"}`+"\n",
		`{"Action":"fail","Package":"`+module+`/bus","FailedBuild":"x"}`+"\n")
	if ok || lastLine(out) != "0 passed, 1 failed, 0 skipped" || !strings.Contains(out, "undefined: thing") {
		t.Errorf("%v:\n%s", ok, out)
	}
}

func TestATestThatNeverEndsFails(t *testing.T) {
	out, ok := tallied(t, "", ev("run", "bus", "TestA", ""), ev("output", "bus", "TestA", "panic: test timed out\n"), ev("fail", "bus", "", ""))
	if ok || lastLine(out) != "0 passed, 1 failed, 0 skipped" || !strings.Contains(out, "timed out") {
		t.Errorf("%v:\n%s", ok, out)
	}
}

func skipped(reason string) []string {
	return []string{
		ev("run", "connector/postgres", "TestB", ""), ev("pass", "connector/postgres", "TestB", ""),
		ev("run", "connector/postgres", "TestA", ""), ev("output", "connector/postgres", "TestA", "    x_test.go:7: "+reason+"\n"),
		ev("skip", "connector/postgres", "TestA", ""), ev("pass", "connector/postgres", "", ""),
	}
}

func TestSkipsSayWhy(t *testing.T) {
	out, ok := tallied(t, "", skipped("no PostgreSQL here: run scripts/deps")...)
	if !ok || !strings.Contains(out, "connector/postgres TestA: no PostgreSQL here: run scripts/deps\n") {
		t.Errorf("%v:\n%s", ok, out)
	}
}

func TestARequiredSuiteMayNotBeSkipped(t *testing.T) {
	const rule = "connector/postgres PURLIEU_SHARED # real servers"
	if out, ok := tallied(t, rule, skipped("no PostgreSQL here")...); ok || !strings.Contains(out, "REQUIRED connector/postgres: TestA was skipped") {
		t.Errorf("a skip passed:\n%s", out)
	}
	if out, ok := tallied(t, rule, skipped("set PURLIEU_SHARED to the folder of test data")...); !ok {
		t.Errorf("an allowed skip failed:\n%s", out)
	}
	if out, ok := tallied(t, "connector/postgres -", skipped("set PURLIEU_SHARED")...); ok {
		t.Errorf("'-' allowed a skip:\n%s", out)
	}
	if out, ok := tallied(t, rule, ev("start", "connector/postgres", "", ""), ev("pass", "connector/postgres", "", "")); ok {
		t.Errorf("a suite without a test passed:\n%s", out)
	}
	if out, ok := tallied(t, rule, ev("run", "bus", "TestA", ""), ev("pass", "bus", "TestA", ""), ev("pass", "bus", "", "")); !ok {
		t.Errorf("a suite outside of the run was judged:\n%s", out)
	}
}

func TestRequiredLinesAreReadStrictly(t *testing.T) {
	if _, err := ParseRequired("connector/postgres"); err == nil {
		t.Error("a line without a word was taken")
	}
}

func TestFlagsEndAtTheFirstPackage(t *testing.T) {
	flags, packages := split([]string{"-short", "-p", "2", "./bus", "./node/..."})
	if !slices.Equal(flags, []string{"-short", "-p", "2"}) || !slices.Equal(packages, []string{"./bus", "./node/..."}) {
		t.Error(flags, packages)
	}
	if _, packages := split([]string{"-short"}); !slices.Equal(packages, []string{"./..."}) {
		t.Error(packages)
	}
}

func TestRacingRoomsAreParted(t *testing.T) {
	outside, below := part([]string{module + "/bus", module + "/bus/nats", module + "/business", module + "/model"}, []string{"bus"})
	if !slices.Equal(outside, []string{module + "/business", module + "/model"}) || !slices.Equal(below, []string{module + "/bus", module + "/bus/nats"}) {
		t.Error(outside, below)
	}
	outside, below = part([]string{module + "/bus", module + "/bus/nats", module + "/bus/natsless"}, []string{"bus", "-bus/nats"})
	if !slices.Equal(outside, []string{module + "/bus/nats"}) || !slices.Equal(below, []string{module + "/bus", module + "/bus/natsless"}) {
		t.Error(outside, below)
	}
}

func TestTheLongestBegin(t *testing.T) {
	got := ahead([]string{module + "/bus", module + "/test/e2e", module + "/test/e2e/network", module + "/test/sim"}, []string{"test/sim", "test/e2e", "gone"})
	want := []string{module + "/test/sim", module + "/test/e2e", module + "/bus", module + "/test/e2e/network"}
	if !slices.Equal(got, want) {
		t.Error(got)
	}
}
