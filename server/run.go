package server

import (
	"context"
	"crypto/tls"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/network"
)

// Periods of the replica's own work.
const (
	sweepEvery   = 500 * time.Millisecond
	idleEvery    = 250 * time.Millisecond // between looks at an empty inbox or index
	indexLag     = 5 * time.Second        // that the index may fall behind for the sake of a run
	fireEvery    = 5 * time.Second
	revokeEvery  = 2 * time.Second
	accessEvery  = time.Hour
	forgetEvery  = time.Hour
	pastEvery    = 24 * time.Hour
	doorsWithin  = 6 * time.Second // for requests to finish when the server stops
	childWithin  = 3 * time.Second // then for the built-in node to end
	indexPerStep = 1000
)

// door is one listener with what serves it.
type door struct {
	net.Listener
	tls   *tls.Config // nil: without
	local bool        // on a loopback address: this machine's own
}

func (s *Server) listen(ctx context.Context) ([]door, error) {
	var doors []door
	open := func(address string, cfg *tls.Config, local bool) error {
		l, err := network.Listen(ctx, address)
		if err == nil {
			doors = append(doors, door{watched{l, s.gate}, cfg, local})
		}
		return err
	}
	err := open(s.cfg.Listen, s.certs.TLSConfig(), false)
	if err == nil && s.cfg.Plain != "" {
		err = open(s.cfg.Plain, nil, true)
	}
	if err != nil {
		for _, d := range doors {
			err = errors.Join(err, d.Close())
		}
		return nil, err
	}
	s.place.opened(doors[0].Addr(), s.plainAddr(doors))
	return doors, nil
}

func (s *Server) plainAddr(doors []door) net.Addr {
	if len(doors) < 2 {
		return nil
	}
	return doors[1].Addr()
}

// serve runs everything until ctx ends or something breaks. The parts outlive the doors: requests that are being
// finished need them.
func (s *Server) serve(ctx context.Context, doors []door, ready func()) error {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	parts, end := context.WithCancel(context.WithoutCancel(ctx))
	defer end()
	var tasks sync.WaitGroup
	task := func(name string, run func(context.Context) error) {
		tasks.Go(func() {
			if err := run(parts); err != nil && parts.Err() == nil {
				stop(err)
				s.cfg.Log.Error("a part of the server ended", "part", name, "err", err)
			}
		})
	}
	handler := s.guarded(s.handler())
	servers := make([]*http.Server, len(doors))
	for i, d := range doors {
		servers[i] = s.httpServer(handler, d.tls)
		servers[i].ConnContext = arriving(d.local)
		task("door", func(context.Context) error {
			if d.tls != nil {
				return closedIsFine(servers[i].ServeTLS(d, "", ""))
			}
			return closedIsFine(servers[i].Serve(d))
		})
	}
	task("bus", s.bus.Serve)
	select {
	case <-s.bus.Ready():
	case <-ctx.Done():
	}
	task("applier", s.applyLoop)
	task("indexer", s.indexLoop)
	task("sweeper", func(ctx context.Context) error { return s.every(ctx, s.sweepPeriod(), s.sweep) })
	task("triggers", func(ctx context.Context) error { return s.every(ctx, fireEvery, s.core.Scans.Fire) })
	task("revocations", func(ctx context.Context) error { return s.every(ctx, revokeEvery, s.cutRevoked) })
	task("network policy", func(ctx context.Context) error { return s.every(ctx, policyEvery, s.gate.Refresh) })
	task("room", s.watchRoom)
	task("forgetting", s.forgetting)
	task("sign-in", func(ctx context.Context) error { return s.every(ctx, accessEvery, s.access.Sweep) })
	if s.cfg.BuiltIn != nil {
		task("built-in runtime", func(ctx context.Context) error { return s.builtIn(ctx, s.own(doors), handler) })
	}
	if ctx.Err() == nil {
		s.meters.ready.Store(true)
		ready()
	}
	<-ctx.Done()
	s.meters.ready.Store(false)
	shut(servers)
	end()
	tasks.Wait()
	if cause := context.Cause(ctx); !errors.Is(cause, context.Canceled) {
		return cause
	}
	return nil
}

// shut closes all doors at once: requests may finish, and connections that would not end are cut.
func shut(servers []*http.Server) {
	ctx, cancel := context.WithTimeout(context.Background(), doorsWithin)
	defer cancel()
	var all sync.WaitGroup
	for _, server := range servers {
		all.Go(func() {
			if err := server.Shutdown(ctx); err != nil {
				_ = server.Close()
			}
		})
	}
	all.Wait()
}

// own are the places of the account that this replica knows of.
func (s *Server) own(doors []door) (own Own) {
	for _, d := range doors {
		if a, ok := d.Addr().(*net.TCPAddr); ok {
			own.Doors = append(own.Doors, a.Port)
		}
	}
	if st, ok := s.store.(interface{ Servers() []string }); ok {
		own.Store = st.Servers()
	}
	return own
}

func (s *Server) httpServer(h http.Handler, cfg *tls.Config) *http.Server {
	return &http.Server{
		Handler: h, TLSConfig: cfg, ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute,
		MaxHeaderBytes: 64 << 10,                                                // a thousand guids fit into one address
		ErrorLog:       slog.NewLogLogger(s.cfg.Log.Handler(), slog.LevelDebug), // handshakes that fail are the caller's affair
	}
}

func closedIsFine(err error) error {
	if errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return err
}

// sweepPeriod is short enough for leases shorter than usual: a replica that looks too rarely may not judge.
func (s *Server) sweepPeriod() time.Duration {
	if s.cfg.Lease > 0 {
		return min(sweepEvery, s.cfg.Lease/10)
	}
	return sweepEvery
}

// every does something at a period; what fails is logged and tried again.
func (s *Server) every(ctx context.Context, period time.Duration, do func(context.Context) error) error {
	tick := time.NewTicker(period)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
		s.try(ctx, do)
	}
}

func (s *Server) try(ctx context.Context, do func(context.Context) error) {
	if err := do(ctx); err != nil && ctx.Err() == nil {
		s.meters.failures.Inc()
		s.cfg.Log.Warn("housekeeping failed, and is tried again", "code", fault.CodeOf(err), "err", err)
	}
}

func (s *Server) sweep(ctx context.Context) error {
	for {
		more, err := s.core.Sweep(ctx)
		if err != nil || !more {
			return err
		}
	}
}

// forgetting removes what its time is over for, and once a day looks through the past: of that most is kept for ever, and
// only a day makes some of it too old.
func (s *Server) forgetting(ctx context.Context) error {
	var past time.Time // when it was looked through
	return s.every(ctx, forgetEvery, func(ctx context.Context) error {
		if err := s.forget(ctx); err != nil {
			return err
		}
		now := s.cfg.Now()
		if now.Sub(past) < pastEvery {
			return nil
		}
		err := s.forgetPast(ctx)
		if err == nil {
			past = now
		}
		return err
	})
}

// forget removes what scans need no more, in small transactions that let people in between.
func (s *Server) forget(ctx context.Context) error {
	for {
		more, err := s.core.Scans.Forget(ctx)
		if err != nil || !more {
			return err
		}
	}
}

// forgetPast removes old measures and changes.
func (s *Server) forgetPast(ctx context.Context) error {
	last, err := s.core.Graph.ForgetMeasures(ctx, nil)
	for err == nil && last != nil {
		last, err = s.core.Graph.ForgetMeasures(ctx, last)
	}
	if err != nil {
		return err
	}
	for after := int64(0); ; {
		next, err := s.core.Graph.ForgetHistory(ctx, after)
		if err != nil || next == 0 {
			return err
		}
		after = next
	}
}

// loop does steps while there is work, and looks again when it is woken or after a while.
func (s *Server) loop(ctx context.Context, woken <-chan struct{}, step func(context.Context) (bool, error)) error {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-woken:
		case <-timer.C:
		}
		s.try(ctx, func(ctx context.Context) error {
			for ctx.Err() == nil {
				more, err := step(ctx)
				if err != nil || !more {
					return err
				}
			}
			return nil
		})
		timer.Reset(idleEvery)
	}
}

func (s *Server) applyLoop(ctx context.Context) error {
	return s.loop(ctx, s.work, func(ctx context.Context) (bool, error) {
		more, err := s.core.Step(ctx)
		if err == nil && !more {
			_, err = s.core.Sweep(ctx) // the last batch may have ended a run
			ring(s.applied)
		}
		return more, err
	})
}

// cutRevoked ends the connections of nodes that were revoked on another replica.
func (s *Server) cutRevoked(ctx context.Context) error {
	gone, err := s.fleet.Gone(ctx, s.bus.Nodes())
	for _, node := range gone {
		s.bus.Disconnect(node)
	}
	return err
}
