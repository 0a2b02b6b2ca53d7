// Package stream carries many connections over one pair of pipes: the way between the server and its built-in node,
// which is a child process and opens no port.
//
// The parent *accepts*: to it the child's connections are a listener like any other. The child *dials*.
package stream

import (
	"context"
	"errors"
	"io"
	"net"

	"github.com/hashicorp/yamux"

	"github.com/purlieu/purlieu/fault"
)

// Pipes joins what is read and what is written to one stream. Close closes both.
func Pipes(in io.ReadCloser, out io.WriteCloser) io.ReadWriteCloser { return pipes{in, out} }

type pipes struct {
	io.ReadCloser
	out io.WriteCloser
}

func (p pipes) Write(b []byte) (int, error) { return p.out.Write(b) }
func (p pipes) Close() error                { return errors.Join(p.out.Close(), p.ReadCloser.Close()) }

// Listener is the parent's side.
type Listener struct{ *yamux.Session }

// Gone is closed when the other side has gone, or after Close.
func (l Listener) Gone() <-chan struct{} { return l.CloseChan() }

// Listen accepts connections from the other end of the stream, which it owns from then on.
func Listen(both io.ReadWriteCloser) (Listener, error) {
	s, err := yamux.Server(both, config())
	return Listener{s}, err
}

// Dialer is the child's side.
type Dialer struct{ session *yamux.Session }

// NewDialer opens connections over the stream, which it owns from then on.
func NewDialer(both io.ReadWriteCloser) (*Dialer, error) {
	s, err := yamux.Client(both, config())
	return &Dialer{s}, err
}

// DialContext opens a connection to the parent, whatever address it is asked for.
func (d *Dialer) DialContext(context.Context, string, string) (net.Conn, error) {
	c, err := d.session.Open()
	if err != nil {
		return nil, fault.New(fault.Unreachable, "ParentGone", "the server has gone").Because(err)
	}
	return c, nil
}

// Gone is closed when the parent has gone.
func (d *Dialer) Gone() <-chan struct{} { return d.session.CloseChan() }

// Close ends the stream. It does not wait for a read of it that goes on: nothing ends a read of a process's standard
// input but its other end, and the connections end with it.
func (d *Dialer) Close() error {
	go func() { _ = d.session.Close() }() // it has no error to give
	<-d.session.CloseChan()
	return nil
}

// config is silent and sends no signs of life: a pipe says by itself when its other end is gone.
func config() *yamux.Config {
	cfg := yamux.DefaultConfig()
	cfg.LogOutput, cfg.EnableKeepAlive = io.Discard, false
	return cfg
}
