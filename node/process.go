package node

import (
	"context"
	"crypto/ed25519"
	"errors"
	"io"
	"log/slog"
	"math/rand/v2"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"github.com/purlieu/purlieu/bus"
	"github.com/purlieu/purlieu/bus/nats"
	"github.com/purlieu/purlieu/connector"
	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/lineage"
	"github.com/purlieu/purlieu/lock"
	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/network"
	"github.com/purlieu/purlieu/node/internal/broker"
	"github.com/purlieu/purlieu/node/internal/console"
	"github.com/purlieu/purlieu/node/internal/disk"
	"github.com/purlieu/purlieu/node/internal/enrol"
	"github.com/purlieu/purlieu/node/internal/outbox"
	"github.com/purlieu/purlieu/node/internal/witness"
	"github.com/purlieu/purlieu/vault"
)

// ProcessOptions are what one node process is made of. A self-hosted node and the server's built-in one differ in
// these only.
type ProcessOptions struct {
	State    State  // who the node is, and where and by what key it knows its account
	StateDir string // policy.yaml, outbox, status.json; one process at a time
	Version  string // of the build

	Connectors []connector.Connector // what it can read
	Dialects   []lineage.Dialect     // whose SQL it can take values out of
	Vaults     []vault.Vault         // what it can open
	Command    func() *exec.Cmd      // starts a worker: a process that calls Work

	// Token gives a bearer token of the node and its end; it is called before each connection. refused says that the
	// account did not take the token of the last call.
	Token func(ctx context.Context, refused bool) (token string, ends time.Time, err error)
	// Rotate makes a new key for the node and has the account take it in place of the old one; record writes to the egress
	// ledger what is about to leave. It is called again after a failure. nil for a node whose key dies with its process.
	Rotate func(ctx context.Context, record func(detail string, body []byte) error) error
	// Dial opens connections to the account, and to nothing else; nil dials directly. TLS is done on top of it, for
	// https addresses.
	Dial Dial
	// Refuse judges connections to sources before the local policy does; nil refuses nothing.
	Refuse func(host string, addr netip.Addr, port int) error

	// Keep are folders that no source is ever read from, beside the state directory.
	Keep []string

	// Owner is how the owner allows a source, a secret or a folder, as refusals say it.
	Owner Owner

	Slots    int // attempts at once; 0 takes one per processor, from 2 to 8. The local policy may lower it
	MemoryMB int // of one worker; 0 takes 512. The local policy may lower it
	Log      *slog.Logger
}

// Bounds of a process.
const (
	beatEvery    = 5 * time.Second
	lookEvery    = time.Second // at itself: status, beat
	unitDeadline = 2 * time.Hour
	flushTime    = 5 * time.Second // for messages that wait, at the end
)

// OutboxPath is the folder of ledger, spool and receipts of a state directory.
func OutboxPath(stateDir string) string { return filepath.Join(stateDir, "outbox") }

// roomPath is the folder in which workers make files of their own, such as for what the last scan saw.
func roomPath(stateDir string) string { return filepath.Join(stateDir, "room") }

// RunProcess runs a node until ctx ends, then stops in order: it claims no more, ends its workers, sends what waits for
// up to five seconds, and closes the ledger. What it could not send stays on disk for the next start. It fails with
// fault.Conflict ("AlreadyRunning") when another process has the state directory, and does not fail for the account's
// sake: without an account it tries to connect for ever.
func RunProcess(ctx context.Context, o ProcessOptions) error {
	p, err := newProcess(o)
	if err != nil {
		return err
	}
	defer p.lock.Close()
	return p.run(ctx)
}

// process is one running node and what stands around it.
type process struct {
	o       ProcessOptions
	log     *slog.Logger
	lock    io.Closer
	rules   *rules
	gate    *gatekeeper
	broker  *broker.Broker
	node    *Node
	client  *nats.Client
	started time.Time
	machine string
	kinds   *announcer
	warning func() *console.Warning

	witnesses *witness.Witnesses

	others   sync.WaitGroup // what runs beside, and ends with the process
	rotation rotation

	connected bool // at the last look
	lastBeat  time.Time
	ticks     [2]uint64 // all and idle, at the last beat
}

func newProcess(o ProcessOptions) (_ *process, err error) {
	handler, warning := console.Watch(o.Log.Handler())
	p := &process{o: o, log: slog.New(handler), warning: warning, started: time.Now(), rotation: rotation{turn: make(chan struct{}, 1)}}
	p.machine, _ = os.Hostname() // "" is allowed for
	if p.lock, err = lockState(o.StateDir); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			_ = p.lock.Close()
		}
	}()
	p.witnesses = witness.New(o.State.Node, time.Now, p.log, func(upTo uint64) {
		p.node.Post(func() {
			p.node.box.Attested(upTo)
			p.kinds.attested(upTo)
		})
	})
	p.rules = &rules{path: PolicyPath(o.StateDir), owner: o.Owner, log: p.log}
	policy, err := p.rules.now()
	if err != nil {
		return nil, err
	}
	p.o.Slots = capped(o.Slots, min(max(runtime.NumCPU(), 2), 8), policy.Limits().Attempts)
	p.o.MemoryMB = capped(o.MemoryMB, 512, policy.Limits().MemoryMB)
	folder, err := disk.Dir(OutboxPath(o.StateDir))
	if err != nil {
		return nil, fault.New(fault.Denied, "StateDir", "the outbox in %s can't be opened", o.StateDir).Because(err)
	}
	return p, p.assemble(folder, policy.Limits().Connections)
}

// assemble joins the parts. The link is joined last, since it posts to a loop that must be there.
func (p *process) assemble(folder disk.Disk, connections int) (err error) {
	var kinds []model.Kind
	var names []string
	for _, c := range p.o.Connectors {
		kinds = append(kinds, c.Describe())
		names = append(names, c.Describe().Name)
	}
	p.gate = &gatekeeper{rules: p.rules, kinds: kinds, vaults: p.o.Vaults, refuse: p.o.Refuse}
	for _, path := range append([]string{p.o.StateDir}, p.o.Keep...) {
		if path, err = filepath.Abs(path); err != nil {
			return fault.New(fault.Internal, "NoFolder", "where a folder that is never read lies can't be told").Because(err)
		}
		p.gate.kept = append(p.gate.kept, path)
	}
	room, err := freshRoom(p.o.StateDir)
	if err != nil {
		return err
	}
	post := func(f func()) { p.node.Post(f) }
	p.broker = broker.New(broker.Config{
		Command: p.o.Command, Kinds: kinds, Dial: p.gate.dial, Secrets: p.gate.secrets, Folder: p.gate.folder, Check: p.rules.check,
		Post: post, Dialects: p.o.Dialects, Terms: p.terms, Room: room,
		MemoryMB: p.o.MemoryMB, MaxWorkers: p.o.Slots, Connections: connections, UnitDeadline: unitDeadline, Clock: time.Now, Log: p.log,
	})
	link := &lateLink{}
	p.node, err = New(Core{
		ID: p.o.State.Node, Kinds: names, Slots: p.o.Slots, Link: link, Launcher: guarded{p.broker, p.rules}, Disk: folder,
		Rand: rand.New(rand.NewPCG(rand.Uint64(), rand.Uint64())), Log: p.log, FreeMB: p.room, UnitMB: p.o.MemoryMB, Vouch: p.vouch,
		AccountKey: func() ed25519.PublicKey { return p.o.State.ReceiptKey },
	})
	if err != nil {
		return err
	}
	if err := p.requireWitness(); err != nil {
		return err
	}
	err = enrol.Record(p.o.StateDir, func(detail string, body []byte) error {
		_, err := p.node.box.Record(time.Now(), outbox.EntryEnrol, detail, body)
		return err
	})
	if err != nil {
		return err
	}
	if p.kinds, err = announce(kinds, p.node, time.Now, p.log); err != nil {
		return err
	}
	p.client, err = p.connect(post)
	link.Link = p.client
	return err
}

// freshRoom makes the workers' folder, without what workers that were killed have left in it: none lives yet.
func freshRoom(stateDir string) (string, error) {
	room := roomPath(stateDir)
	if err := errors.Join(os.RemoveAll(room), os.Mkdir(room, 0o700)); err != nil {
		return "", fault.New(fault.Denied, "StateDir", "the folder %s can't be made", room).Because(err)
	}
	return filepath.Abs(room)
}

// lateLink is a link that is joined after the node was made and before its loop begins.
type lateLink struct{ bus.Link }

// connect begins to connect to the account.
func (p *process) connect(post func(func())) (*nats.Client, error) {
	conf, err := accountTLS(p.o.State)
	if err != nil {
		return nil, err
	}
	dial := p.o.Dial
	if dial == nil {
		dial = new(network.Dialer).DialContext
	}
	var made atomic.Pointer[nats.Client] // the first token is asked for before Dial has returned
	client, err := nats.Dial(nats.ClientConfig{
		AccountURL: p.o.State.AccountURL + "/bus", IngestURL: p.o.State.IngestURL + "/ingest/bus",
		Node: p.o.State.Node, Runtime: p.o.State.Runtime, TLS: conf, DialContext: dial, Post: post, Log: p.log,
		Token: func(ctx context.Context) (string, time.Time, error) {
			c := made.Load()
			return p.o.Token(ctx, c != nil && fault.CodeOf(c.Trouble()) == "TokenRefused")
		},
		OnRing: func() { p.node.Ring() },
		OnTell: func(t bus.Tell) { p.node.Tell(t) },
		OnAsk:  p.desk().Answer,
	})
	if err != nil {
		return nil, err
	}
	made.Store(client)
	return client, nil
}

func capped(asked, usual, most int) int {
	if asked <= 0 {
		asked = usual
	}
	if most > 0 {
		return min(asked, most)
	}
	return asked
}

// lockState takes the state directory for this process.
func lockState(dir string) (io.Closer, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fault.New(fault.Denied, "StateDir", "the state directory %s can't be made", dir).Because(err)
	}
	l, taken, err := lock.Take(dir)
	if taken {
		return nil, fault.New(fault.Conflict, "AlreadyRunning", "another process of this node runs with the state directory %s", dir).
			Try("Stop it first, or give each node a --state of its own")
	}
	if err != nil {
		return nil, fault.New(fault.Denied, "StateDir", "the state directory %s can't be locked", dir).Because(err)
	}
	return l, nil
}

// room is the memory that new work could have, in MiB, as claims tell it: without what the workers may still grow by.
func (p *process) room() int {
	free := freeMB()
	if free == 0 {
		return 0
	}
	if free -= p.broker.GrowthMB(); free == 0 {
		return -1 // 0 would say that it is not known
	}
	return free
}
