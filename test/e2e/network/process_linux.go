package network

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// result is how a program ended.
type result struct {
	out, err string
	code     int
}

// run runs a program in the network to its end.
func (n *network) run(t testing.TB, env []string, stdin, program string, args ...string) result {
	t.Helper()
	cmd := command(env, program, args...)
	var out, errs bytes.Buffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader(stdin), &out, &errs
	err := n.do(cmd.Start)
	if err == nil {
		err = cmd.Wait()
	}
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return result{out.String(), errs.String(), cmd.ProcessState.ExitCode()}
}

// command is a program with an environment that has nothing of this one's that would change it. It ends with the
// network's thread, if not before.
func command(env []string, program string, args ...string) *exec.Cmd {
	cmd := exec.Command(program, args...)
	for _, v := range os.Environ() {
		name, _, _ := strings.Cut(strings.ToUpper(v), "=")
		if !strings.HasPrefix(name, "PURLIEU") && !strings.HasSuffix(name, "_PROXY") && !strings.HasPrefix(name, "XDG_") {
			cmd.Env = append(cmd.Env, v)
		}
	}
	cmd.Env = append(cmd.Env, env...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	return cmd
}

// process is one running program.
type process struct {
	name, log string
	cmd       *exec.Cmd
	done      chan struct{} // closed when it was waited for
}

// start starts a program in the network, until the test ends or it is stopped. Its output goes to a file in dir.
func (n *network) start(t testing.TB, name, dir string, env []string, program string, args ...string) *process {
	t.Helper()
	p := &process{name: name, log: filepath.Join(dir, name+".log"), cmd: command(env, program, args...), done: make(chan struct{})}
	out, err := os.Create(p.log)
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	p.cmd.Dir, p.cmd.Stdout, p.cmd.Stderr = dir, out, out
	if err := n.do(p.cmd.Start); err != nil {
		t.Fatal(err)
	}
	go func() {
		_ = p.cmd.Wait() // how it ended is asked of its state
		close(p.done)
	}()
	t.Cleanup(func() {
		p.stop(t)
		if t.Failed() {
			t.Logf("%s said:\n%s", name, p.said())
		}
	})
	return p
}

// guard ends a process when this one is gone, however that came. It is for those that change their user: the kernel
// forgets then that they should end with their parent.
func guard(t testing.TB, pid int) {
	t.Helper()
	cmd := exec.Command("sh", "-c", `read -r _; kill -KILL "$0"`, strconv.Itoa(pid))
	if _, err := cmd.StdinPipe(); err != nil { // the system closes it with this process
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { // before the process is stopped
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
}

// stop asks the process to end, and insists after a while.
func (p *process) stop(t testing.TB) {
	t.Helper()
	if !p.running() {
		return
	}
	_ = p.cmd.Process.Signal(syscall.SIGTERM) // it may end at this moment
	select {
	case <-p.done:
	case <-time.After(15 * time.Second):
		t.Errorf("%s did not stop within 15 s", p.name)
		_ = p.cmd.Process.Kill()
		<-p.done
	}
}

func (p *process) running() bool {
	select {
	case <-p.done:
		return false
	default:
		return true
	}
}

// said is the end of the process's output.
func (p *process) said() string {
	text, err := os.ReadFile(p.log)
	if err != nil {
		return err.Error()
	}
	return string(text[max(0, len(text)-6000):])
}

// until waits for something that a process is about to do.
func (p *process) until(t testing.TB, within time.Duration, what string, is func() bool) {
	t.Helper()
	for end := time.Now().Add(within); !is(); time.Sleep(30 * time.Millisecond) {
		if !p.running() {
			t.Fatalf("%s ended", p.name)
		}
		if time.Now().After(end) {
			t.Fatalf("not within %s: %s", within, what)
		}
	}
}
