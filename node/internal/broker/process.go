package broker

import (
	"bytes"
	"os"
	"os/exec"
	"sync"
	"time"

	"github.com/purlieu/purlieu/bus"
	"github.com/purlieu/purlieu/failpoint"
	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/node/internal/pipe"
)

// process is one worker process. It is for one attempt at a time; kill and memory may be called beside it.
type process struct {
	key    string
	cmd    *exec.Cmd
	in     *os.File // to its standard input
	out    *os.File // from its standard output
	w      *pipe.Writer
	r      *pipe.Reader
	errs   *headOf
	expiry *time.Timer   // of an idle worker; the pool's
	exited chan struct{} // closed when it was waited for

	mu     sync.Mutex
	reaped bool
}

// spawn starts a worker. It must be called on the pool's own thread: see pool.spawner.
func spawn(cmd *exec.Cmd, key string) (*process, error) {
	childIn, in, err := os.Pipe()
	if err != nil {
		return nil, cantStart(err)
	}
	out, childOut, err := os.Pipe()
	if err != nil {
		_ = childIn.Close()
		_ = in.Close()
		return nil, cantStart(err)
	}
	widen(out)
	p := &process{
		key: key, cmd: cmd, in: in, out: out, w: pipe.NewWriter(in), r: pipe.NewReader(out),
		errs: &headOf{}, exited: make(chan struct{}),
	}
	if cmd.Env == nil {
		cmd.Env = []string{} // nil would mean the supervisor's own
	}
	cmd.Stdin, cmd.Stdout, cmd.Stderr, cmd.ExtraFiles = childIn, childOut, p.errs, nil
	cmd.WaitDelay = stopGrace
	bind(cmd)
	failpoint.Hit("worker.start.before")
	err = cmd.Start()
	_ = childIn.Close()
	_ = childOut.Close()
	if err != nil {
		p.close()
		return nil, cantStart(err)
	}
	failpoint.Hit("worker.start.after")
	go p.wait()
	return p, nil
}

func cantStart(err error) error {
	return fault.New(fault.Unreachable, "WorkerNotStarted", "a worker could not be started").Because(err).
		Try("Look for limits on processes and memory on the node's machine")
}

// wait reaps the process and what it left in its group.
func (p *process) wait() {
	_ = p.cmd.Wait() // how it ended is asked of its state
	p.mu.Lock()
	killGroup(p.cmd)
	p.reaped = true
	p.mu.Unlock()
	_ = p.out.SetReadDeadline(time.Now().Add(stopGrace)) // what escaped the group may still hold the pipe
	close(p.exited)
}

// order gives the worker a job. Its base and start follow.
func (p *process) order(job pipe.Job) error { return p.w.Send(pipe.KindJob, job) }

// lend gives the worker a piece of the base of its job.
func (p *process) lend(piece []bus.BaseBlock) error {
	const most = 1 << 20 / bus.BaseRowSize * bus.BaseRowSize
	for _, b := range piece {
		for rows := b.Rows; len(rows) > 0; {
			n := min(len(rows), most)
			part := bus.BaseBlock{
				Container: b.Container, Generation: b.Generation, Rows: rows[:n],
				First: b.First + uint32((len(b.Rows)-len(rows))/bus.BaseRowSize),
			}
			if err := p.w.Send(pipe.KindBase, part); err != nil {
				return err
			}
			rows = rows[n:]
		}
	}
	return nil
}

// start gives the worker the secrets of its job and says that all is there.
func (p *process) start(secrets map[string][]byte) error {
	for name, value := range secrets {
		if err := p.w.SendSecret(name, value); err != nil {
			return err
		}
	}
	return p.w.Send(pipe.KindStart, nil)
}

// kill ends the process and its group at once.
func (p *process) kill() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.reaped {
		killGroup(p.cmd)
		_ = p.cmd.Process.Kill()
	}
}

// retire lets an idle process end by itself, and kills it when it does not.
func (p *process) retire() {
	_ = p.in.Close()
	select {
	case <-p.exited:
	case <-time.After(stopGrace):
		p.kill()
		<-p.exited
	}
	p.close()
}

// end kills the process and waits for it.
func (p *process) end() {
	p.kill()
	<-p.exited
	p.close()
}

func (p *process) close() {
	_ = p.in.Close()
	_ = p.out.Close()
}

func (p *process) gone() bool {
	select {
	case <-p.exited:
		return true
	default:
		return false
	}
}

// state is how the process ended; ask after exited.
func (p *process) state() string { return p.cmd.ProcessState.String() }

// trace is the part of the standard error that can't quote a source: the goroutines of a crash, not its message.
func (p *process) trace() string {
	all := p.errs.bytes()
	if i := bytes.Index(all, []byte("\ngoroutine ")); i >= 0 {
		return string(bytes.ToValidUTF8(all[i+1:], []byte("?")))
	}
	return ""
}

// headOf keeps the beginning of what is written to it, and takes the rest without keeping it.
type headOf struct {
	mu   sync.Mutex
	kept []byte
}

const maxErrs = 8 << 10

func (h *headOf) Write(b []byte) (int, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.kept = append(h.kept, b[:min(len(b), maxErrs-len(h.kept))]...)
	return len(b), nil
}

func (h *headOf) bytes() []byte {
	h.mu.Lock()
	defer h.mu.Unlock()
	return bytes.Clone(h.kept)
}
