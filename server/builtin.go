package server

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"os"
	"os/exec"
	"time"

	"github.com/purlieu/purlieu/bus"
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

// Tell sends an order to a node over the bus.
func (b bell) Tell(node string, order bus.Tell) { b.s.bus.Tell(node, order) }

// BuiltInEnrolPath is where the built-in node enrols: it is served on the node's own stream and nowhere else.
const BuiltInEnrolPath = "/builtin/enrol"

// How long the server rests before it starts a node again that ended: twice as long each time that one ends at once.
const (
	builtInRest     = time.Second
	builtInLongRest = 30 * time.Second
)

// builtIn starts the built-in runtime's node when there is work for it, and again when it ends while work waits.
func (s *Server) builtIn(ctx context.Context, own Own, handler http.Handler) error {
	for rest := builtInRest; ; {
		waiting, err := s.core.Scans.Waiting(ctx, model.BuiltInRuntime)
		if err == nil && !waiting {
			select {
			case <-ctx.Done():
			case <-s.rung:
			}
		}
		began := time.Now()
		if err == nil && ctx.Err() == nil {
			err = s.runBuiltIn(ctx, own, handler)
		}
		if ctx.Err() != nil {
			return nil
		}
		if time.Since(began) > builtInLongRest {
			rest = builtInRest
		}
		s.cfg.Log.Error("the built-in node is not running; it is started again when there is work", "rest", rest, "err", err)
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(rest):
		}
		rest = min(2*rest, builtInLongRest)
	}
}

// runBuiltIn runs one child until it ends or ctx does. Its standard streams carry many connections (yamux) to the same
// doors that everybody uses.
func (s *Server) runBuiltIn(ctx context.Context, own Own, handler http.Handler) error {
	cmd := s.cfg.BuiltIn(own)
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
	server.ConnContext = inside
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
		case <-time.After(childWithin):
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
	e, err := s.fleet.EnrolBuiltIn(r.Context(), s.name, req.PublicKey, req.Info)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(e) // the child is gone when this fails
}
