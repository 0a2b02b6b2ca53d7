package sim

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"time"

	"github.com/purlieu/purlieu/bus"
	"github.com/purlieu/purlieu/bus/bustest"
	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/node"
	"github.com/purlieu/purlieu/node/nodetest"
	"github.com/purlieu/purlieu/server"
)

// Times of the world: a tenth of the real ones, since the clock is virtual only in the simulation's favour.
const (
	lease   = 600 * time.Millisecond
	renew   = 200 * time.Millisecond
	look    = 300 * time.Millisecond
	timeout = 250 * time.Millisecond
	runtime = "orchard"
)

// chaos is how bad the world is while it is bad.
type chaos struct {
	faults  bustest.Faults
	crash   float64 // chance per tick that a node loses power
	restart float64 // that a replica starts anew
	forget  float64 // that the bus forgets all
	cut     float64 // that a node is cut off for a while
	store   float64 // that a commit fails, or succeeds unheard
	killed  float64 // that a worker is killed, per piece
}

// world is one simulated account with its nodes.
type world struct {
	*bustest.World
	ctx    context.Context
	bus    *bustest.Bus
	store  server.Store
	sign   ed25519.PrivateKey
	source *orchard
	chaos  chaos
	bad    bool // faults are on
	cores  []*server.Core
	lives  []int // of each node: an incarnation that is not the latest is dead
	disks  []*nodetest.Disk
	log    *slog.Logger
}

type signer ed25519.PrivateKey

func (s signer) Sign(text []byte) []byte { return ed25519.Sign(ed25519.PrivateKey(s), text) }

type silentFleet struct{}

func (silentFleet) Beat(context.Context, string, bus.Beat) error { return nil }

var errStore = errors.New("the store failed, as the world wanted")

func newWorld(seed uint64, source *orchard, c chaos, replicas, nodes int) (*world, error) {
	w := &world{
		World: bustest.NewWorld(seed), ctx: context.Background(), source: source, chaos: c, log: slog.New(slog.DiscardHandler),
		sign: ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize)),
	}
	st, err := server.OpenStore(w.ctx, server.StoreOptions{Path: server.MemoryStore, Now: w.Now, Relaxed: true, Fail: func(string) error {
		if w.bad && w.Chance(w.chaos.store) {
			return errStore
		}
		return nil
	}})
	if err != nil {
		return nil, err
	}
	w.store = st
	handlers := make([]bus.Handler, replicas)
	w.bus = bustest.NewBus(w.World, bustest.Faults{Timeout: timeout}, handlers...)
	w.cores = make([]*server.Core, replicas)
	for i := range replicas {
		w.startReplica(i)
	}
	if err := w.register(); err != nil {
		return nil, err
	}
	w.lives = make([]int, nodes)
	for i := range nodes {
		w.disks = append(w.disks, nodetest.NewDisk(rand.New(rand.NewPCG(seed, uint64(i)))))
		if err := w.startNode(i); err != nil {
			return nil, err
		}
	}
	return w, nil
}

func (w *world) close() error { return w.store.Close() }

// startReplica puts a new process in a replica's place; the old one's steps end.
func (w *world) startReplica(i int) {
	core := server.NewCore(server.CoreConfig{Store: w.store, Ring: w.bus, Fleet: silentFleet{}, Sign: signer(w.sign), Log: w.log, Lease: lease})
	w.cores[i] = core
	w.bus.SetReplica(i, core)
	current := func() bool { return w.cores[i] == core }
	w.Every(lease/10, func() bool {
		if current() {
			_, _ = core.Sweep(w.ctx) // a failing store is part of the world
		}
		return current()
	})
	w.Every(lease/30, func() bool {
		if current() {
			_, _ = core.Step(w.ctx)
		}
		return current()
	})
}

func (w *world) register() error {
	scans := w.cores[0].Scans
	if err := scans.PutKinds(w.ctx, []model.Kind{w.source.Describe()}); err != nil {
		return err
	}
	if _, _, err := scans.PutSource(w.ctx, model.Source{Name: "grove", Kind: kindName, Collection: "root", Settings: model.Settings{"host": "grove.example"}}); err != nil {
		return err
	}
	_, _, err := scans.PutScan(w.ctx, model.Scan{Name: "all", Source: "grove", Runtime: runtime, Level: model.L2})
	return err
}

// startNode starts a node from what its disk holds.
func (w *world) startNode(i int) error {
	w.lives[i]++
	life := w.lives[i]
	alive := func() bool { return w.lives[i] == life }
	id := bus.NodeID(runtime, fmt.Sprintf("node%d", i))
	var n *node.Node
	var wake func()
	soon := false
	step := func() { // one step after whatever happened, and one when the node asks for it
		if soon {
			return
		}
		soon = true
		w.After(0, func() {
			soon = false
			if alive() {
				wake()
			}
		})
	}
	wake = func() {
		next := n.Step(w.Now())
		w.After(next.Sub(w.Now())+time.Millisecond, func() {
			if alive() {
				step()
			}
		})
	}
	workers := &nodetest.Workers{
		Connector: w.source, Pieces: 1 + w.Rand.IntN(4),
		Killed: func() bool { return w.bad && w.Chance(w.chaos.killed) },
		After: func(do func()) {
			w.After(w.Between(0, 120*time.Millisecond), func() {
				if alive() {
					do()
					step()
				}
			})
		},
	}
	n, err := node.New(node.Core{
		ID: id, Kinds: []string{kindName}, Slots: 2, Renew: renew, Look: look, MaxSpool: 64 << 10,
		Link: &steppingLink{w.bus.Link(id, alive), step}, Launcher: workers, Disk: w.disks[i],
		Rand: rand.New(rand.NewPCG(w.Rand.Uint64(), 1)), Log: w.log,
		AccountKey: func() ed25519.PublicKey { return w.sign.Public().(ed25519.PublicKey) },
	})
	if err != nil {
		return err
	}
	w.bus.OnRing(runtime, id, func() {
		if alive() {
			n.Ring()
			step()
		}
	})
	step()
	return nil
}

// steppingLink lets the node step after each answer, as its loop does.
type steppingLink struct {
	bus.Link
	step func()
}

func (l *steppingLink) Request(subject bus.Subject, payload []byte, answered func([]byte, error)) {
	l.Link.Request(subject, payload, func(answer []byte, err error) {
		answered(answer, err)
		l.step()
	})
}

// rage makes the world bad for a while.
func (w *world) rage(d time.Duration) {
	w.bad = true
	w.bus.SetFaults(w.chaos.faults)
	end := w.Now().Add(d)
	w.Every(100*time.Millisecond, func() bool {
		if w.Now().After(end) {
			w.bad = false
			w.bus.SetFaults(bustest.Faults{})
			return false
		}
		w.mischief()
		return true
	})
}

func (w *world) mischief() {
	c := w.chaos
	for i := range w.lives {
		if w.Chance(c.crash) {
			w.crash(i)
		}
		if w.Chance(c.cut) {
			id := bus.NodeID(runtime, fmt.Sprintf("node%d", i))
			w.bus.Cut(id, true)
			w.After(w.Between(0, 3*lease), func() { w.bus.Cut(id, false) })
		}
	}
	for i := range w.cores {
		if w.Chance(c.restart) {
			w.bus.Down(i, true)
			w.cores[i] = nil
			w.After(w.Between(0, 2*lease), func() {
				w.startReplica(i)
				w.bus.Down(i, false)
			})
		}
	}
	if w.Chance(c.forget) {
		w.bus.Forget()
	}
}

// crash takes the power from a node and starts it again later, from what its disk kept.
func (w *world) crash(i int) {
	w.lives[i]++
	dead := w.lives[i]
	w.disks[i] = w.disks[i].Reboot()
	w.After(w.Between(0, 2*lease), func() {
		if w.lives[i] == dead {
			if err := w.startNode(i); err != nil {
				panic(fmt.Sprintf("node %d does not start from its disk: %v", i, err))
			}
		}
	})
}

// scan runs the scan to its end and gives its state.
func (w *world) scan() (model.RunState, error) {
	var id string
	started := w.Run(time.Minute, func() bool {
		for _, core := range w.cores {
			if core == nil || id != "" {
				continue
			}
			if got, err := core.Start(w.ctx, "grove", "all", false); err == nil {
				id = got
			}
		}
		return id != ""
	})
	if !started {
		return "", errors.New("the run could not be started")
	}
	var state model.RunState
	w.Every(100*time.Millisecond, func() bool {
		if core := w.cores[0]; core != nil {
			if v, err := core.Scans.Run(w.ctx, id); err == nil {
				state = v.State
			}
		}
		return !state.Ended()
	})
	over := w.Run(10*time.Minute, func() bool { return state.Ended() })
	if !over {
		return state, fmt.Errorf("the run did not end: it is %s", state)
	}
	return state, nil
}

func (w *world) dump() (string, error) {
	var b bytes.Buffer
	err := server.Dump(w.ctx, w.store, &b)
	return b.String(), err
}
