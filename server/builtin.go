package server

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"os"
	"os/exec"
	"time"

	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/network/stream"
)

// bell rings at nodes over the bus, and starts the built-in node when the bell is its own.
type bell struct{ s *Server }

// Ring says to the nodes of a runtime that work may be waiting.
func (b bell) Ring(runtime string) {
	b.s.bus.Ring(runtime)
	if runtime == model.BuiltInRuntime {
		select {
		case b.s.rung <- struct{}{}:
		default:
		}
	}
}

// BuiltInEnrolPath is where the built-in node enrols: it is served on the node's own stream and nowhere else.
const BuiltInEnrolPath = "/builtin/enrol"

// builtInRest is how long the server waits before it starts a node again that ended.
const builtInRest = 3 * time.Second

// builtIn starts the built-in runtime's node when there is first work for it, and again when it ends.
func (s *Server) builtIn(ctx context.Context, handler http.Handler) error {
	if waiting, err := s.core.Scans.Waiting(ctx, model.BuiltInRuntime); err != nil {
		return err
	} else if waiting {
		bell{s}.Ring(model.BuiltInRuntime)
	}
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-s.rung:
		}
		if err := s.runBuiltIn(ctx, handler); err != nil && ctx.Err() == nil {
			s.cfg.Log.Error("the built-in node ended; it is started again when there is work", "err", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(builtInRest):
		}
	}
}

// runBuiltIn runs one child until it ends or ctx does. Its standard streams carry many connections (yamux) to the same
// doors that everybody uses.
func (s *Server) runBuiltIn(ctx context.Context, handler http.Handler) error {
	cmd := s.cfg.BuiltIn()
	in, err := cmd.StdinPipe()
	if err != nil {
		return err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		return err
	}
	s.cfg.Log.Info("built-in node started", "pid", cmd.Process.Pid)
	session, err := stream.Listen(stream.Pipes(out, in))
	if err != nil {
		return errors.Join(err, cmd.Process.Kill(), cmd.Wait())
	}
	mux := http.NewServeMux()
	mux.HandleFunc("POST "+BuiltInEnrolPath, s.enrolBuiltIn)
	mux.Handle("/", handler)
	server := s.httpServer(mux, nil)
	served := make(chan error, 1)
	go func() { served <- closedIsFine(server.Serve(session)) }()
	ended := make(chan error, 1)
	go func() { ended <- s.endOf(ctx, cmd, session) }()
	err = <-ended
	_ = server.Close() // every stream ended with the child
	<-served
	return err
}

// endOf waits for the child; when ctx ends it closes the child's streams, which tells it to stop, and kills it when it
// does not.
func (s *Server) endOf(ctx context.Context, cmd *exec.Cmd, session stream.Listener) error {
	done := make(chan struct{})
	stopped := make(chan struct{})
	go func() {
		defer close(stopped)
		select {
		case <-done:
			return
		case <-ctx.Done():
		case <-session.Gone():
		}
		_ = session.Close()
		select {
		case <-done:
		case <-time.After(stopWithin / 2):
			_ = cmd.Process.Kill() // it has had its time
		}
	}()
	err := cmd.Wait()
	close(done)
	<-stopped
	_ = session.Close()
	return err
}

// enrolBuiltIn takes the child into the built-in runtime: whoever holds the stream is the child.
func (s *Server) enrolBuiltIn(w http.ResponseWriter, r *http.Request) {
	var req model.EnrolRequest
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 64<<10)).Decode(&req); err != nil {
		http.Error(w, "not an enrolment", http.StatusBadRequest)
		return
	}
	e, err := s.fleet.EnrolBuiltIn(r.Context(), "server", req.PublicKey, req.Info)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(e) // the child is gone when this fails
}
