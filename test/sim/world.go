package sim

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/purlieu/purlieu/bus"
	"github.com/purlieu/purlieu/bus/bustest"
	"github.com/purlieu/purlieu/classify"
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

// unitSeconds is how long a strict source counts what a node may read of it.
const unitSeconds = 60

// askAbove is so few that an orchard that has grown asks.
const askAbove = 20

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
	nodes  []*node.Node
	thaw   []time.Time // of each node: when it moves again
	done   []string    // runs that ended
	// drained are the nodes that a person told to drain: of each, as the store has it.
	drained []bool
	disks   []*nodetest.Disk
	log     *slog.Logger
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
	budget := model.Budget{}
	if seed%3 == 2 {
		budget = model.Budget{Connections: 1 + int(seed/3%2), UnitSeconds: unitSeconds, Strict: true}
	}
	if err := w.register(budget); err != nil {
		return nil, err
	}
	w.nodes = make([]*node.Node, nodes)
	w.lives, w.thaw, w.drained = make([]int, nodes), make([]time.Time, nodes), make([]bool, nodes)
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
	core := server.NewCore(server.CoreConfig{
		Store: w.store, Ring: w.bus, Fleet: silentFleet{}, Sign: signer(w.sign), Log: w.log, Lease: lease, Orders: w.orders,
		AskAbove: askAbove,
	})
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

func (w *world) orders(_ context.Context, _ server.Tx, node string) (bus.Orders, error) {
	for i, drained := range w.drained {
		if w.nodeID(i) == node {
			return bus.Orders{Drain: drained}, nil
		}
	}
	return bus.Orders{}, nil
}

func (w *world) register(budget model.Budget) error {
	scans := w.cores[0].Scans
	if err := scans.PutKinds(w.ctx, []model.Kind{w.source.Describe()}); err != nil {
		return err
	}
	if _, _, err := scans.PutSource(w.ctx, model.Source{Name: "grove", Kind: kindName, Collection: "root", Settings: model.Settings{"host": "grove.example"}, Budget: budget}); err != nil {
		return err
	}
	_, _, err := scans.PutScan(w.ctx, model.Scan{Name: "all", Source: "grove", Runtime: runtime, Level: model.L3})
	return err
}

func (w *world) nodeID(i int) string { return bus.NodeID(runtime, fmt.Sprintf("node%d", i)) }

// startNode starts a node from what its disk holds.
func (w *world) startNode(i int) error {
	w.lives[i]++
	life := w.lives[i]
	alive := func() bool { return w.lives[i] == life }
	// moves lets the node do something now, or when it thaws; never when it is dead.
	var moves func(do func())
	moves = func(do func()) {
		switch wait := w.thaw[i].Sub(w.Now()); {
		case !alive():
		case wait > 0:
			w.After(wait, func() { moves(do) })
		default:
			do()
		}
	}
	id := w.nodeID(i)
	var n *node.Node
	var wake func()
	soon := false
	step := func() { // one step after whatever happened, and one when the node asks for it
		if soon {
			return
		}
		soon = true
		w.After(0, func() {
			moves(func() {
				soon = false
				wake()
			})
		})
	}
	wake = func() {
		next := n.Step(w.Now())
		w.After(next.Sub(w.Now())+time.Millisecond, func() { moves(step) })
	}
	engine, err := classify.New(ripe())
	if err != nil {
		return err
	}
	workers := &nodetest.Workers{
		Connector: w.source, Engine: engine, Pieces: 1 + w.Rand.IntN(4),
		Killed: func() bool { return w.bad && w.Chance(w.chaos.killed) },
		After: func(do func()) {
			w.After(w.Between(0, 120*time.Millisecond), func() {
				moves(func() {
					do()
					step()
				})
			})
		},
	}
	n, err = node.New(node.Core{
		ID: id, Kinds: []string{kindName}, Slots: 2, Renew: renew, Look: look, MaxSpool: 64 << 10,
		Link: &steppingLink{w.bus.Link(id, alive), moves, step}, Launcher: workers, Disk: w.disks[i],
		Rand: rand.New(rand.NewPCG(w.Rand.Uint64(), 1)), Log: w.log,
		AccountKey: func() ed25519.PublicKey { return w.sign.Public().(ed25519.PublicKey) },
	})
	if err != nil {
		return err
	}
	w.nodes[i] = n
	w.bus.OnTell(id, func(order bus.Tell) {
		moves(func() {
			n.Tell(order)
			step()
		})
	})
	w.bus.OnRing(runtime, id, func() {
		moves(func() {
			n.Ring()
			step()
		})
	})
	step()
	return nil
}

// steppingLink lets the node step after each answer, as its loop does.
type steppingLink struct {
	bus.Link
	moves func(do func())
	step  func()
}

func (l *steppingLink) Request(subject bus.Subject, payload []byte, answered func([]byte, error)) {
	l.Link.Request(subject, payload, func(answer []byte, err error) {
		l.moves(func() {
			answered(answer, err)
			l.step()
		})
	})
}

// scan runs the scan to its end and gives its state.
func (w *world) scan() (model.RunState, error) {
	id, err := w.begin()
	if err != nil {
		return "", err
	}
	state, err := w.ended(id)
	if err == nil {
		w.done = append(w.done, id)
	}
	return state, err
}

// begin starts a run of the scan.
func (w *world) begin() (id string, err error) {
	started := w.Run(10*time.Minute, func() bool { // what was started unheard is read first, in a strict source by one after another
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
	return id, nil
}

// ended waits for the end of a run.
func (w *world) ended(id string) (model.RunState, error) {
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

// write lets a person write texts over tables, by qualified name.
func (w *world) write(names map[string]string) error {
	for _, text := range slices.Sorted(maps.Keys(names)) {
		written := w.Run(time.Minute, func() bool {
			core := w.cores[0]
			return core != nil && core.Describe(w.ctx, "orchard_table", names[text], "person:kim", text) == nil
		})
		if !written {
			return fmt.Errorf("nothing could be written over %s", names[text])
		}
	}
	return nil
}

func (w *world) dump() (string, error) {
	var b bytes.Buffer
	err := server.Dump(w.ctx, w.store, &b)
	return b.String(), err
}

// bare checks that nothing of the work is left once the runs have ended, the nodes have had time to hear of it, and what
// they may read of a strict source counts no more.
func (w *world) bare() error {
	w.calm()
	if !w.Run(time.Minute, w.idle) { // longer than any message is late or waits to be tried again
		return errors.New("the runs have ended, and a node still reads or waits for receipts")
	}
	var left server.Left
	var err error
	if !w.Run(2*unitSeconds*time.Second, func() bool {
		left, err = server.LeftOf(w.ctx, w.store)
		return err != nil || left == (server.Left{})
	}) {
		return fmt.Errorf("the runs have ended and left %+v", left)
	}
	return err
}

// tidy checks what a world must not leave behind.
func (w *world) tidy() error {
	if err := w.bare(); err != nil {
		return err
	}
	for i, d := range w.disks {
		head, _, err := w.cores[0].Ingest.Highest(w.ctx, w.nodeID(i))
		if err != nil {
			return err
		}
		if err := nodetest.Verify(d, w.sign.Public().(ed25519.PublicKey), head.Index, head.Head); err != nil {
			return fmt.Errorf("node %d: %w", i, err)
		}
	}
	tables := w.source.size()
	for i, id := range w.done {
		v, err := w.cores[0].Scans.Run(w.ctx, id)
		if err != nil {
			return err
		}
		c := v.Counts
		if i == len(w.done)-1 && c.Discovered != tables {
			return fmt.Errorf("run %d discovered %d assets of %d", i+1, c.Discovered, tables)
		}
		if c.Gaps != 0 || c.Quarantine != 0 || c.NotSeen != 0 || c.Changed > c.Discovered || c.Created+c.Updated < 0 || c.Batches < v.Units[model.UnitClosed]-1 {
			return fmt.Errorf("run %d counts %+v in %v", i+1, c, v.Units)
		}
	}
	return nil
}
