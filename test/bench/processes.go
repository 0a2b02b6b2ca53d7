package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"time"
)

// tick is the unit of the kernel's times in /proc: the same on every Linux that Go runs on.
const tick = 10 * time.Millisecond

// proc is what /proc says of one process.
type proc struct {
	parent int
	cpu    time.Duration // its own and that of its children that have ended
	rss    int64         // bytes
}

// processes reads all of /proc. What ends in the meantime is left out.
func processes() map[int]proc {
	all := map[int]proc{}
	names, _ := filepath.Glob("/proc/[0-9]*/stat")
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			continue
		}
		pid, _ := strconv.Atoi(filepath.Base(filepath.Dir(name)))
		if p, ok := parseStat(text); ok {
			all[pid] = p
		}
	}
	return all
}

// parseStat reads one line of /proc/<pid>/stat: the fields behind the name, which may hold blanks and brackets.
func parseStat(text []byte) (p proc, ok bool) {
	at := bytes.LastIndexByte(text, ')')
	if at < 0 {
		return p, false
	}
	fields := bytes.Fields(text[at+1:]) // fields[0] is the third of proc(5)
	if len(fields) < 22 {
		return p, false
	}
	number := func(i int) int64 {
		n, _ := strconv.ParseInt(string(fields[i]), 10, 64)
		return n
	}
	p.parent = int(number(1))
	p.cpu = time.Duration(number(11)+number(12)+number(13)+number(14)) * tick
	p.rss = number(21) * int64(os.Getpagesize())
	return p, true
}

// tree sums a process and everything below it.
func tree(all map[int]proc, root int) (cpu time.Duration, rss int64) {
	for pid := range all {
		for up := pid; up > 1; up = all[up].parent {
			if up == root {
				cpu += all[pid].cpu
				rss += all[pid].rss
				break
			}
		}
	}
	return cpu, rss
}

// below gives a process that stands below root and has nothing below itself; 0 when there is none.
func below(all map[int]proc, root int) int {
	parents := map[int]bool{}
	for _, p := range all {
		parents[p.parent] = true
	}
	for pid := range all {
		for up := all[pid].parent; up > 1 && !parents[pid]; up = all[up].parent {
			if up == root {
				return pid
			}
		}
	}
	return 0
}

// cpuOf is the processor time that trees of processes have taken so far.
func cpuOf(roots ...int) []time.Duration {
	all := processes()
	out := make([]time.Duration, len(roots))
	for i, root := range roots {
		out[i], _ = tree(all, root)
	}
	return out
}

// watch samples the resident memory of trees of processes until stop is called, which gives their peaks in bytes.
func watch(roots ...int) (stop func() []int64) {
	end, done := make(chan struct{}), make(chan []int64)
	go func() {
		peaks := make([]int64, len(roots))
		for {
			all := processes()
			for i, root := range roots {
				_, rss := tree(all, root)
				peaks[i] = max(peaks[i], rss)
			}
			select {
			case <-end:
				done <- peaks
				return
			case <-time.After(100 * time.Millisecond):
			}
		}
	}()
	return func() []int64 { close(end); return <-done }
}

// begin starts a program whose words go to a log file.
func begin(log, program string, env []string, args ...string) (*exec.Cmd, error) {
	out, err := os.OpenFile(log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, err
	}
	defer out.Close()
	cmd := exec.Command(program, args...) //nolint:gosec // own binaries
	cmd.Stdout, cmd.Stderr, cmd.Env = out, out, append(os.Environ(), env...)
	return cmd, cmd.Start()
}

// end asks a process to stop and waits; after ten seconds it is killed.
func end(cmd *exec.Cmd) {
	if cmd == nil || cmd.Process == nil || cmd.ProcessState != nil {
		return
	}
	_ = cmd.Process.Signal(syscall.SIGTERM)
	kill := time.AfterFunc(10*time.Second, func() { _ = cmd.Process.Kill() })
	_ = cmd.Wait()
	kill.Stop()
}

// call runs a program to its end and gives its words.
func call(program string, env []string, args ...string) ([]byte, error) {
	cmd := exec.Command(program, args...) //nolint:gosec // own binaries
	cmd.Env = append(os.Environ(), env...)
	out, err := cmd.CombinedOutput()
	if err != nil {
		return out, fmt.Errorf("%s %v: %w: %s", filepath.Base(program), args, err, out)
	}
	return out, nil
}

// until looks again and again, for a while.
func until(what string, patience time.Duration, look func() bool) error {
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); time.Sleep(2 * time.Millisecond) {
		if look() {
			return nil
		}
	}
	return fmt.Errorf("%s did not happen within %s", what, patience)
}
