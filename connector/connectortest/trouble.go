package connectortest

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/model"
)

func (s Suite) stop(t *testing.T) {
	units, err := Units(t.Context(), s.Connector, s.Env)
	if err != nil {
		t.Fatal(err)
	}
	for _, u := range units {
		h := &Haul{Enough: 1}
		err := s.Connector.Scan(t.Context(), s.Env, u, h)
		if h.Late > 1 {
			t.Errorf("%s: %d assets came after the stop", u.Title, h.Late)
		}
		if h.Late == 1 && !errors.Is(err, ErrEnough) {
			t.Errorf("%s: the error of emit became %v", u.Title, err)
		}
	}
}

func (s Suite) cancel(t *testing.T) {
	env := s.Slow
	if env == nil {
		env = s.Env
	}
	units, err := Units(t.Context(), s.Connector, env)
	if err != nil {
		t.Fatal(err)
	}
	for _, u := range units {
		ctx, cancel := context.WithCancel(t.Context())
		h := &Haul{On: func(*model.Asset) { cancel() }}
		start := time.Now()
		time.AfterFunc(300*time.Millisecond, cancel)
		_ = s.Connector.Scan(ctx, env, u, h)
		cancel()
		if took := time.Since(start); took > 5*time.Second {
			t.Errorf("%s: it took %v to end", u.Title, took)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := s.Connector.Scan(ctx, env, units[len(units)-1], &Haul{}); err == nil {
		t.Error("a cancelled scan ended well")
	}
}

func (s Suite) unreachable(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	free := l.Addr().(*net.TCPAddr).Port
	_ = l.Close()
	env := s.Env.With(s.Host, "127.0.0.1").With(s.Port, strconv.Itoa(free))
	if err := s.Connector.Plan(t.Context(), env, func(model.Unit) error { return nil }); !fault.Is(err, fault.Unreachable) {
		t.Errorf("planning: %v", err)
	}
	units, err := Units(t.Context(), s.Connector, s.Env)
	if err != nil {
		t.Fatal(err)
	}
	for _, u := range units {
		if err := s.Connector.Scan(t.Context(), env, u, &Haul{}); !fault.Is(err, fault.Unreachable) {
			t.Errorf("%s: %v", u.Title, err)
		}
	}
}

// undialled holds a source that is read without connections to saying so.
func (s Suite) undialled(t *testing.T) {
	kind := s.Connector.Describe()
	env := s.Env.copy()
	if _, err := Read(t.Context(), s.Connector, env); err != nil || env.Dialed.Load() > 0 || len(kind.Dials) > 0 || len(kind.Credentials) > 0 {
		t.Errorf("%d connections, dials %v, %v", env.Dialed.Load(), kind.Dials, err)
	}
}

func (s Suite) absent(t *testing.T) {
	_, err := Units(t.Context(), s.Connector, s.Wrong)
	var known *fault.Error
	if !errors.As(err, &known) || known.Kind == fault.Internal {
		t.Errorf("got %v", err)
	}
}

// stranger answers with what no database says.
func (s Suite) stranger(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			_, _ = conn.Write([]byte("HTTP/1.1 400 Bad Request\r\n\r\ncanary"))
			_ = conn.Close()
		}
	}()
	env := s.Env.With(s.Host, "127.0.0.1").With(s.Port, strconv.Itoa(l.Addr().(*net.TCPAddr).Port))
	_, err = Units(t.Context(), s.Connector, env)
	var known *fault.Error
	if !errors.As(err, &known) || known.Kind == fault.Internal || strings.Contains(err.Error(), "canary") {
		t.Errorf("got %v", err)
	}
}

func (s Suite) wrongPassword(t *testing.T) {
	const wrong = "canary-password"
	_, err := Units(t.Context(), s.Connector, s.Env.WithSecret(s.Password, wrong))
	if !fault.Is(err, fault.Denied) || fault.CodeOf(err) != "WrongPassword" {
		t.Fatalf("got %v (%s)", err, fault.CodeOf(err))
	}
	for e := err; e != nil; e = errors.Unwrap(e) {
		if strings.Contains(fmt.Sprintf("%v %+v %#v", e, e, e), wrong) {
			t.Errorf("the password is in %T", e)
		}
	}
}

func (s Suite) foreignUnit(t *testing.T) {
	err := s.Connector.Scan(t.Context(), s.Env, model.Unit{Step: "no such step"}, &Haul{})
	if !fault.Is(err, fault.Invalid) {
		t.Errorf("got %v", err)
	}
}
