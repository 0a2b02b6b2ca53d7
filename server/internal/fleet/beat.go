package fleet

import (
	"context"
	"time"
	"unicode/utf8"

	"github.com/purlieu/purlieu/bus"
	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/server/internal/store"
)

// maxKinds bounds the kinds of source that a node says it reads.
const maxKinds = 128

// Beat notes that a node lives. It writes to the store at most once a minute per node; between, other replicas know
// of the beat only when the bus hands it to them too. Beats of unknown nodes are forgotten.
func (s *Service) Beat(ctx context.Context, node string, beat bus.Beat) error {
	var now time.Time
	if err := s.store.View(ctx, func(tx store.Tx) error { now = tx.Now(); return nil }); err != nil {
		return err
	}
	beat.Version, beat.Machine = cut(beat.Version, 64), cut(beat.Machine, 255)
	if len(beat.Kinds) > maxKinds {
		beat.Kinds = beat.Kinds[:maxKinds]
	}
	for i, kind := range beat.Kinds {
		beat.Kinds[i] = cut(kind, 63)
	}
	s.mu.Lock()
	last, known := s.beats[node]
	write := !known || now.Sub(last.stored) >= s.cfg.BeatEvery
	if known {
		if write {
			last.stored = now // one of many callers writes
		}
		last.at, last.beat = now, beat
		s.beats[node] = last
	}
	s.mu.Unlock()
	if !write {
		return nil
	}
	err := s.store.Update(ctx, store.Ingest, func(tx store.Tx) error {
		body, doc, err := get[nodeDoc](ctx, tx, docNode, node)
		if err != nil {
			return err
		}
		if body.Started.IsZero() || now.Sub(body.Seen) > 2*s.cfg.BeatEvery {
			body.Started = now
		}
		body.Seen, body.Beat = now, beat
		return put(ctx, tx, docNode, node, doc.Version, body)
	})
	if fault.Is(err, fault.NotFound) {
		s.mu.Lock()
		delete(s.beats, node)
		s.mu.Unlock()
		return nil
	}
	if err == nil && !known {
		s.mu.Lock()
		s.beats[node] = lastBeat{at: now, stored: now, beat: beat}
		s.mu.Unlock()
	}
	return err
}

// cut shortens what a node said, between characters, to a text that every store can hold.
func cut(text string, most int) string {
	end := min(most, len(text))
	for 0 < end && end < len(text) && !utf8.RuneStart(text[end]) {
		end--
	}
	return model.Stored(text[:end])
}

// NodeStatus is a node as people and the API see it: the fields of the published node object, and ours.
type NodeStatus struct {
	ID          string // bus.NodeID
	Name        string
	Runtime     string
	Machine     string
	Version     string
	System      string
	State       string // "Online", "Offline", "NeedRegistration"; of a managed runtime's "Resting" in place of "Offline"
	Pending     bool   // waits for approval
	Revoked     bool
	Key         int // of the runtime's keys, the one that enrolled it: 1 or 2; 0 for the built-in node
	Registered  time.Time
	LastConnect time.Time // last sign of life
	LastStart   time.Time // zero before the first beat
	Expires     time.Time // when it must enrol anew if it stays silent; zero for the built-in node
	Attempts    int       // running now
	Slots       int       // attempts that it can run at once
	FreeMB      int
	CPU         int // per cent
	Spooled     int // messages without a receipt
	// Kinds are the source kinds that it can read; nil when it did not say.
	Kinds []string
	// KeyMade is since when it has its key, NewKey whether a person told it to make another and it has not yet.
	KeyMade time.Time
	NewKey  bool
	Drain   Drain
	// DrainSince is when a person told it to drain; zero when it may claim.
	DrainSince time.Time
}

// Drain says how far a node is that a person told to claim no more.
type Drain string

// The steps of a drain. A node of an older build never says that it is through.
const (
	NotDraining Drain = "none"
	Draining    Drain = "draining" // it holds something, or has not heard of it yet
	Drained     Drain = "drained"  // it has said that it holds nothing and starts nothing
)

// RuntimeStatus is a runtime with its nodes.
type RuntimeStatus struct {
	Runtime Runtime
	State   string // "Online", "Limited", "Offline", "NeedRegistration"; of a managed one "Started"
	Version string // of the first node that is online; "" when none is
	Nodes   []NodeStatus
	Online  int // of the nodes
	Awaited int // of the nodes, those that are online or should be: not those that rest
}

// The states of nodes and runtimes, as published; but Resting, which is ours. A node of a managed runtime *rests* where nobody
// hears of it: it is started when there is work, and no outage.
const (
	Online           = "Online"
	Limited          = "Limited"
	Offline          = "Offline"
	NeedRegistration = "NeedRegistration"
	Started          = "Started"
	Resting          = "Resting"
)

// Status gives a runtime with its nodes, by name; NotFound.
func (s *Service) Status(ctx context.Context, runtime string) (RuntimeStatus, error) {
	var out RuntimeStatus
	err := s.store.View(ctx, func(tx store.Tx) error {
		body, doc, err := getRuntime(ctx, tx, runtime)
		if err != nil {
			return err
		}
		docs, err := list(ctx, tx, docNode, runtime+"--")
		if err != nil {
			return err
		}
		nodes, err := s.nodesOf(docs, tx.Now())
		out = statusOf(body.view(doc), nodes[runtime])
		return err
	})
	return out, err
}

// Statuses gives all runtimes with their nodes, by name: in two reads, however many there are.
func (s *Service) Statuses(ctx context.Context) ([]RuntimeStatus, error) {
	var out []RuntimeStatus
	err := s.store.View(ctx, func(tx store.Tx) error {
		out = nil
		runtimes, err := list(ctx, tx, docRuntime, "")
		if err != nil {
			return err
		}
		docs, err := list(ctx, tx, docNode, "")
		if err != nil {
			return err
		}
		nodes, err := s.nodesOf(docs, tx.Now())
		if err != nil {
			return err
		}
		for _, doc := range runtimes {
			body, err := decode[runtimeDoc](doc)
			if err != nil {
				return err
			}
			out = append(out, statusOf(body.view(doc), nodes[doc.Key]))
		}
		return nil
	})
	return out, err
}

// nodesOf are the nodes of documents, by runtime.
func (s *Service) nodesOf(docs []store.Doc, now time.Time) (map[string][]NodeStatus, error) {
	out := map[string][]NodeStatus{}
	for _, doc := range docs {
		node, err := decode[nodeDoc](doc)
		if err != nil {
			return nil, err
		}
		out[node.Runtime] = append(out[node.Runtime], s.nodeStatus(doc.Key, node, now))
	}
	return out, nil
}

func statusOf(runtime Runtime, nodes []NodeStatus) RuntimeStatus {
	out := RuntimeStatus{Runtime: runtime, Nodes: nodes}
	for i, n := range nodes {
		if n.State == Offline && runtime.Kind == model.RuntimeManaged {
			nodes[i].State = Resting
			continue
		}
		out.Awaited++
		if n.State != Online {
			continue
		}
		if out.Online == 0 {
			out.Version = n.Version
		}
		out.Online++
	}
	out.State = runtimeState(runtime.Kind, len(nodes), out.Online)
	return out
}

func runtimeState(kind model.RuntimeKind, nodes, online int) string {
	switch {
	case kind == model.RuntimeManaged:
		return Started // its node starts when there is work
	case nodes == 0:
		return NeedRegistration
	case online == 0:
		return Offline
	case online < nodes:
		return Limited
	}
	return Online
}

func (s *Service) nodeStatus(id string, node nodeDoc, now time.Time) NodeStatus {
	s.mu.Lock()
	last, ok := s.beats[id]
	s.mu.Unlock()
	at, beat := node.Started, node.Beat
	if !node.Started.IsZero() {
		at = node.Seen
	}
	if ok && last.at.After(at) {
		at, beat = last.at, last.beat
	}
	out := NodeStatus{
		ID: id, Name: node.Name, Runtime: node.Runtime, Machine: node.Info.Machine, Version: node.Info.Version,
		System: node.Info.System, State: Offline, Pending: node.Pending, Revoked: node.Revoked, Key: node.Key,
		Registered: node.Enrolled, LastConnect: node.Seen, LastStart: node.Started,
		Attempts: beat.Attempts, Slots: beat.Slots, FreeMB: beat.FreeMB, CPU: beat.CPU, Spooled: beat.Spooled,
		Kinds: beat.Kinds, Drain: drainOf(node.Drain, at, beat), DrainSince: node.Drain, KeyMade: node.KeyMade, NewKey: !node.NewKey.IsZero(),
	}
	if out.KeyMade.IsZero() {
		out.KeyMade = node.Enrolled
	}
	if at.After(out.LastConnect) {
		out.LastConnect = at
	}
	if beat.Version != "" {
		out.Version = beat.Version
	}
	if beat.Machine != "" {
		out.Machine = beat.Machine
	}
	if node.Runtime != model.BuiltInRuntime {
		out.Expires = out.LastConnect.Add(s.cfg.Lapse)
	}
	switch {
	case node.Revoked || s.lapsed(node, now):
		out.State = NeedRegistration
	case !at.IsZero() && !node.Pending && now.Sub(at) < s.cfg.Silent:
		out.State = Online
	}
	return out
}

// drainOf judges by the last beat, which came at a time. One of before the drain speaks of an earlier drain.
func drainOf(since, at time.Time, beat bus.Beat) Drain {
	switch {
	case since.IsZero():
		return NotDraining
	case at.After(since) && beat.Drained && beat.Attempts == 0 && beat.Spooled == 0:
		return Drained
	}
	return Draining
}
