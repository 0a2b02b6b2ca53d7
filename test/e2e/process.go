package e2e

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// process is one running program. Its output goes to a file that all its lives share.
type process struct {
	name string
	log  string
	cmd  *exec.Cmd
	done chan struct{} // closed when it was waited for
}

// start runs a program until the test ends, or earlier.
func start(t testing.TB, name, dir string, env []string, program string, args ...string) *process {
	t.Helper()
	p := &process{name: name, log: filepath.Join(dir, name+".log"), done: make(chan struct{})}
	out, err := os.OpenFile(p.log, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	p.cmd = exec.Command(program, args...)
	p.cmd.Dir, p.cmd.Stdout, p.cmd.Stderr = dir, out, out
	p.cmd.Env = append(plainEnv(), env...)
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		_ = p.cmd.Wait() // how it ended is asked of its state
		close(p.done)
	}()
	t.Cleanup(func() {
		p.stop(t)
		if t.Failed() {
			t.Logf("the end of %s:\n%s", p.log, tail(p.log))
		}
	})
	return p
}

// plainEnv is an environment without what would change the programs.
func plainEnv() []string {
	var env []string
	for _, v := range os.Environ() {
		if !strings.HasPrefix(v, "PURLIEU") && !strings.HasPrefix(strings.ToUpper(v), "HTTP") && !strings.HasPrefix(v, "XDG_") {
			env = append(env, v)
		}
	}
	return env
}

func (p *process) running() bool {
	select {
	case <-p.done:
		return false
	default:
		return true
	}
}

// kill ends the process as a power loss would.
func (p *process) kill() {
	if p.running() {
		_ = p.cmd.Process.Kill() // it may end at this moment
	}
	<-p.done
}

// stop asks the process to end, and insists after a while.
func (p *process) stop(t testing.TB) {
	t.Helper()
	if p.running() {
		_ = p.cmd.Process.Signal(syscall.SIGTERM)
	}
	select {
	case <-p.done:
	case <-time.After(20 * time.Second):
		t.Errorf("%s did not stop within 20 s", p.name)
		p.kill()
	}
}

// killed reports whether the process ended by SIGKILL.
func (p *process) killed() bool {
	status, ok := p.cmd.ProcessState.Sys().(syscall.WaitStatus)
	return ok && status.Signaled() && status.Signal() == syscall.SIGKILL
}

func tail(path string) string {
	text, err := os.ReadFile(path)
	if err != nil {
		return err.Error()
	}
	const most = 4000
	return string(text[max(0, len(text)-most):])
}

// result is what a command said and how it ended.
type result struct {
	out, err string
	code     int
}

func (r result) String() string {
	return fmt.Sprintf("exit code %d\n%s%s", r.code, r.out, r.err)
}

// run runs a command to its end.
func run(t testing.TB, env []string, stdin, program string, args ...string) result {
	t.Helper()
	cmd := exec.Command(program, args...)
	var out, errs bytes.Buffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader(stdin), &out, &errs
	cmd.Env = append(plainEnv(), env...)
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return result{out.String(), errs.String(), cmd.ProcessState.ExitCode()}
}

// until waits for a condition.
func until(t testing.TB, within time.Duration, what string, is func() bool) {
	t.Helper()
	if within = max(within, leastPatience); !eventually(within, is) {
		t.Fatalf("not within %s: %s", within, what)
	}
}

// leastPatience is how long anything may take where builds and other suites have the processors and the disk.
const leastPatience = time.Minute

func eventually(within time.Duration, is func() bool) bool {
	for end := time.Now().Add(within); ; {
		if is() {
			return true
		}
		if time.Now().After(end) {
			return false
		}
		time.Sleep(20 * time.Millisecond)
	}
}
