package broker

import (
	"maps"
	"os/exec"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/purlieu/purlieu/bus"
	"github.com/purlieu/purlieu/fault"
)

// pool keeps idle workers for the next attempt on the same source with the same credential, and for nothing else. A
// *fresh* one, which has served nobody, may wait for whatever comes first.
type pool struct {
	command func() *exec.Cmd
	most    int
	keep    time.Duration
	wg      sync.WaitGroup
	orders  chan order // to the spawner; nil until it runs

	mu     sync.Mutex
	closed bool
	busy   int
	idle   []*process // longest idle first
	warm   bool       // a fresh one is to wait where there is no other
	fresh  *process   // there is none beside it, idle or busy
}

type order struct {
	key    string
	result chan started
}

type started struct {
	p   *process
	err error
}

func newPool(command func() *exec.Cmd, most int, keep time.Duration) *pool {
	return &pool{command: command, most: most, keep: keep}
}

// poolKey tells what a worker may be used for again: what was read there may own it, so that it is not shown what another
// place of the same source answers, or is asked with.
func poolKey(g bus.Grant) string {
	var b strings.Builder
	add := func(texts ...string) {
		for _, s := range texts {
			b.WriteString(strconv.Quote(s))
		}
	}
	add(g.Kind, g.Source, g.Authority, g.Login.Name, g.Login.Kind)
	for _, texts := range []map[string]string{g.Settings, g.Login.Open} {
		for _, k := range slices.Sorted(maps.Keys(texts)) {
			add(k, texts[k])
		}
		b.WriteByte('|')
	}
	for _, k := range slices.Sorted(maps.Keys(g.Login.Secrets)) {
		r := g.Login.Secrets[k]
		add(k, r.Vault, r.Name, r.Version)
		for _, o := range slices.Sorted(maps.Keys(r.Options)) {
			add(o, r.Options[o])
		}
		b.WriteByte('|')
	}
	return b.String()
}

// take gives an idle worker of the key, or a new one. It must come back by put.
func (o *pool) take(key string) (*process, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.closed {
		return nil, fault.New(fault.Unreachable, "Stopping", "the node stops")
	}
	for i := len(o.idle) - 1; i >= 0; i-- {
		if p := o.idle[i]; p.key == key {
			o.idle = slices.Delete(o.idle, i, i+1)
			p.expiry.Stop()
			if !p.gone() {
				o.busy++
				return p, nil
			}
			p.close()
		}
	}
	if p := o.fresh; p != nil {
		o.fresh = nil
		if !p.gone() {
			p.key = key
			o.busy++
			return p, nil
		}
		p.close()
	}
	if o.busy+len(o.idle) >= o.most && len(o.idle) > 0 {
		o.retire(o.idle[0])
	}
	p, err := o.start(key)
	if err == nil {
		o.busy++
	}
	return p, err
}

// heat has a fresh worker wait whenever there is no other, until cool.
func (o *pool) heat() {
	o.mu.Lock()
	o.warm = true
	o.mu.Unlock()
	o.prepare()
}

func (o *pool) cool() {
	o.mu.Lock()
	o.warm = false
	o.mu.Unlock()
}

// prepare starts a fresh worker where there is no other: the first attempt is spared the start of a process.
func (o *pool) prepare() {
	o.mu.Lock()
	defer o.mu.Unlock()
	if !o.warm || o.closed || o.fresh != nil || o.busy+len(o.idle) > 0 {
		return
	}
	if p, err := o.start(""); err == nil { // else an attempt tries again, and tells
		o.fresh = p
	}
}

// spare gives a new worker that is not counted and not kept: its taker ends it.
func (o *pool) spare() (*process, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.closed {
		return nil, fault.New(fault.Unreachable, "Stopping", "the node stops")
	}
	return o.start("")
}

// start has the spawner start a worker. The caller holds the lock.
func (o *pool) start(key string) (*process, error) {
	if o.orders == nil {
		o.orders = make(chan order)
		o.wg.Go(o.spawner(o.orders))
	}
	ask := order{key, make(chan started, 1)}
	o.orders <- ask
	s := <-ask.result
	return s.p, s.err
}

// spawner starts all workers from one thread that lives as long as the pool: on Linux a child that is bound to its
// parent dies with the thread that started it.
func (o *pool) spawner(orders <-chan order) func() {
	return func() {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		for ask := range orders {
			p, err := spawn(o.command(), ask.key)
			ask.result <- started{p, err}
		}
	}
}

// put gives a worker back: to be kept a while, or to be ended now.
func (o *pool) put(p *process, keep bool) {
	if !keep {
		p.end()
		o.mu.Lock()
		o.busy--
		o.mu.Unlock()
		o.wg.Go(o.prepare) // nobody waits for a new process
		return
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	o.busy--
	p.expiry = time.AfterFunc(o.keep, func() {
		o.mu.Lock()
		o.retire(p)
		o.mu.Unlock()
		o.prepare()
	})
	o.idle = append(o.idle, p)
}

// retire ends an idle worker in the background. The caller holds the lock.
func (o *pool) retire(p *process) {
	i := slices.Index(o.idle, p)
	if i < 0 {
		return
	}
	o.idle = slices.Delete(o.idle, i, i+1)
	p.expiry.Stop()
	o.wg.Go(p.retire)
}

// close ends all idle workers and returns when they have ended. No worker may be out.
func (o *pool) close() {
	o.mu.Lock()
	o.closed = true
	for len(o.idle) > 0 {
		o.retire(o.idle[0])
	}
	if p := o.fresh; p != nil {
		o.fresh = nil
		o.wg.Go(p.retire)
	}
	if o.orders != nil {
		close(o.orders)
		o.orders = nil
	}
	o.mu.Unlock()
	o.wg.Wait()
}
