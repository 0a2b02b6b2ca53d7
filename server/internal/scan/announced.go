package scan

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/purlieu/purlieu/bus"
	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/server/internal/store"
)

// AnnouncedState is where a description stands that a node announced.
type AnnouncedState string

// The states. Only what is approved counts as a kind; what was rejected or withdrawn is not asked about again.
const (
	AnnouncedProposed  AnnouncedState = "proposed"
	AnnouncedApproved  AnnouncedState = "approved"
	AnnouncedRejected  AnnouncedState = "rejected"
	AnnouncedWithdrawn AnnouncedState = "withdrawn"
	AnnouncedUnfit     AnnouncedState = "unfit"   // it breaks a law of descriptions
	AnnouncedDiffers   AnnouncedState = "differs" // the account's own build has another description of that version
)

// Announced is one description that nodes have and the account's build does not.
type Announced struct {
	ID      string // kind, version and hash, with dots between
	Kind    string
	Version int
	Hash    string // SHA-256 in hex
	State   AnnouncedState
	Problem string   // why it is unfit
	Nodes   []string // bus.NodeID of those that announced it when they last connected
	First   time.Time
	Decided time.Time // zero while nobody has
	By      string
	Current bool // it is what the account knows the kind by
	// Described is the description; nil where the account has none.
	Described *model.Kind
}

// announcedDoc is stored by ID. The description is a document of its own.
type announcedDoc struct {
	Kind    string         `json:"kind"`
	Version int            `json:"version"`
	Hash    string         `json:"hash"`
	State   AnnouncedState `json:"state"`
	Problem string         `json:"problem,omitempty"`
	Nodes   []string       `json:"nodes"`
	First   time.Time      `json:"first"`
	Decided time.Time      `json:"decided,omitzero"`
	By      string         `json:"by,omitempty"`
}

func (d announcedDoc) mark() bus.Mark {
	m := bus.Mark{Kind: d.Kind, Version: d.Version}
	_, _ = hex.Decode(m.Hash[:], []byte(d.Hash)) // it was written by keep
	return m
}

// Bounds of what nodes may announce.
const (
	maxAnnounced  = 500 // descriptions of all nodes, whatever became of them
	maxUnanswered = 32  // of one node that nobody has answered
	maxNamedNodes = 256 // nodes that are named for one description
)

func announcedID(kind string, version int, hash string) string {
	return fmt.Sprintf("%s.%d.%s", kind, version, hash)
}

// sound reports whether a mark can be one: others have no description that could be taken.
func sound(m bus.Mark) bool { return model.KindName(m.Kind) && m.Version > 0 }

func idOf(m bus.Mark) string { return announcedID(m.Kind, m.Version, hex.EncodeToString(m.Hash[:])) }

// announcers remembers what each node announced when all of it was dealt with, so that a beat costs nothing.
type announcers struct {
	mu      sync.Mutex
	settled map[string][32]byte
}

func (a *announcers) same(node string, marks [32]byte) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	last, known := a.settled[node]
	return known && last == marks
}

func (a *announcers) settle(node string, marks [32]byte) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.settled == nil {
		a.settled = map[string][32]byte{}
	}
	a.settled[node] = marks
}

func digestOf(marks []bus.Mark) [32]byte {
	h := sha256.New()
	for _, m := range marks {
		fmt.Fprintf(h, "%q %d %x\n", m.Kind, m.Version, m.Hash)
	}
	return [32]byte(h.Sum(nil))
}

// Announce takes the marks of a node's descriptions, as each beat brings them, and says which of them the account wants to
// have: those of kinds that it does not know and of newer versions than it knows. It is cheap when nothing is new.
func (s *Service) Announce(ctx context.Context, node string, marks []bus.Mark) ([]bus.Mark, error) {
	if len(marks) == 0 {
		return nil, nil // a node of an older build
	}
	if len(marks) > bus.MaxMarks {
		return nil, fault.New(fault.Invalid, "TooManyKinds", "a node has at most %d descriptions", bus.MaxMarks)
	}
	digest := digestOf(marks)
	if s.announcers.same(node, digest) {
		return nil, nil
	}
	marks = slices.DeleteFunc(slices.Clone(marks), func(m bus.Mark) bool { return !sound(m) })
	var want []bus.Mark
	err := s.store.Update(ctx, store.Ingest, func(tx store.Tx) (err error) {
		want, err = s.announce(ctx, tx, node, marks)
		return err
	})
	if err == nil && len(want) == 0 {
		s.announcers.settle(node, digest)
	}
	return want[:min(len(want), bus.MaxWanted)], err
}

func (s *Service) announce(ctx context.Context, tx store.Tx, node string, marks []bus.Mark) (want []bus.Mark, err error) {
	known, unanswered, err := announcedBy(ctx, tx, node)
	if err != nil {
		return nil, err
	}
	announced := map[string]bool{}
	for _, m := range marks {
		id := idOf(m)
		if announced[id] {
			continue
		}
		announced[id] = true
		need, err := s.need(ctx, tx, m)
		if err != nil {
			return nil, err
		}
		doc, there := known[id]
		switch {
		case there && doc.body.open() && need == needNothing: // a newer build, or a newer approval, has answered it
			err = forgetAnnounced(ctx, tx, doc)
		case there:
			err = join(ctx, tx, doc, node)
		case need == needNothing:
		case len(known) >= maxAnnounced || unanswered >= maxUnanswered:
			s.log.Warn("a description of a kind is left: too many wait for an answer", "node", node, "kind", m.Kind, "version", m.Version)
		case need == needDescription:
			want = append(want, m)
			unanswered++
		case need == needNote:
			unanswered++
			err = s.keep(ctx, tx, m, announcedDoc{State: AnnouncedDiffers, Nodes: []string{node}}, nil)
		}
		if err != nil {
			return nil, err
		}
	}
	for id, doc := range known {
		if !announced[id] && slices.Contains(doc.body.Nodes, node) {
			if err := leave(ctx, tx, doc, node); err != nil {
				return nil, err
			}
		}
	}
	return want, nil
}

type storedAnnounced struct {
	doc  store.Doc
	body announcedDoc
}

// announcedBy reads what was announced, by ID, and how much of it nobody has answered and this node has.
func announcedBy(ctx context.Context, tx store.Tx, node string) (known map[string]storedAnnounced, unanswered int, err error) {
	known = map[string]storedAnnounced{}
	err = eachDoc(ctx, tx, docAnnounced, func(d store.Doc) error {
		var body announcedDoc
		if err := json.Unmarshal(d.Body, &body); err != nil {
			return err
		}
		known[d.Key] = storedAnnounced{d, body}
		if body.open() && slices.Contains(body.Nodes, node) {
			unanswered++
		}
		return nil
	})
	return known, unanswered, err
}

// open reports whether nobody has answered: then it is kept for as long as a node announces it.
func (d announcedDoc) open() bool {
	return d.State == AnnouncedProposed || d.State == AnnouncedUnfit || d.State == AnnouncedDiffers
}

// need says what the account has to do about a mark that it has not met.
type need int

const (
	needNothing     need = iota // it knows the kind by that description, or by a newer one
	needDescription             // it wants the description, to propose it
	needNote                    // its own build has another description of that version
)

func (s *Service) need(ctx context.Context, tx store.Tx, m bus.Mark) (need, error) {
	var current kindDoc
	_, err := load(ctx, tx, DocKind, m.Kind, &current)
	switch {
	case fault.Is(err, fault.NotFound):
		return needDescription, nil
	case err != nil:
		return needNothing, err
	case m.Version < current.Version:
		return needNothing, nil
	case m.Version > current.Version:
		return needDescription, nil
	case current.Announced != "":
		if current.Announced == hex.EncodeToString(m.Hash[:]) {
			return needNothing, nil
		}
		return needDescription, nil
	}
	own, _, err := bus.Describe(current.Kind)
	if err != nil || own.Hash == m.Hash {
		return needNothing, err
	}
	return needNote, nil
}

// join adds a node to those that announce a description.
func join(ctx context.Context, tx store.Tx, d storedAnnounced, node string) error {
	if slices.Contains(d.body.Nodes, node) || len(d.body.Nodes) >= maxNamedNodes {
		return nil
	}
	d.body.Nodes = append(d.body.Nodes, node)
	slices.Sort(d.body.Nodes)
	_, err := save(ctx, tx, docAnnounced, d.doc.Key, d.doc.Version, d.body)
	return err
}

// leave takes a node away, and with the last one what nobody has answered.
func leave(ctx context.Context, tx store.Tx, d storedAnnounced, node string) error {
	d.body.Nodes = slices.DeleteFunc(d.body.Nodes, func(n string) bool { return n == node })
	if len(d.body.Nodes) > 0 || !d.body.open() {
		_, err := save(ctx, tx, docAnnounced, d.doc.Key, d.doc.Version, d.body)
		return err
	}
	return forgetAnnounced(ctx, tx, d)
}

// forgetAnnounced forgets a description.
func forgetAnnounced(ctx context.Context, tx store.Tx, d storedAnnounced) error {
	if err := tx.Docs().Delete(ctx, docDescribed, d.doc.Key, 0); err != nil && !fault.Is(err, fault.NotFound) {
		return err
	}
	return tx.Docs().Delete(ctx, docAnnounced, d.doc.Key, d.doc.Version)
}

// keep writes what became of a mark that the account has not met.
func (s *Service) keep(ctx context.Context, tx store.Tx, m bus.Mark, body announcedDoc, kind *model.Kind) error {
	body.Kind, body.Version, body.Hash, body.First = m.Kind, m.Version, hex.EncodeToString(m.Hash[:]), tx.Now()
	if kind != nil {
		if _, err := save(ctx, tx, docDescribed, idOf(m), 0, kind); err != nil {
			return err
		}
	}
	_, err := save(ctx, tx, docAnnounced, idOf(m), 0, body)
	return err
}

// Described takes a description that the account asked a node for, once: doubled and late ones change nothing. It is then
// a proposal, or, where it breaks a law, known as unfit. note is called in the transaction.
func (s *Service) Described(ctx context.Context, node string, d bus.Description, note func(tx store.Tx) error) (bus.DescriptionAnswer, error) {
	answer := bus.DescriptionAnswer{V: version}
	kind, err := d.Kind()
	if err == nil {
		err = fitting(kind)
	}
	if err != nil {
		answer.Code, answer.Text = fault.CodeOf(err), err.Error()
	}
	if answer.Code == "NotAsMarked" || !sound(d.Mark) {
		return answer, s.store.Update(ctx, store.Ingest, note)
	}
	body := announcedDoc{State: AnnouncedProposed, Nodes: []string{node}}
	described := &kind
	if err != nil {
		body.State, body.Problem, described = AnnouncedUnfit, answer.Text, nil
	}
	err = s.store.Update(ctx, store.Ingest, func(tx store.Tx) error {
		if err := note(tx); err != nil {
			return err
		}
		known, unanswered, err := announcedBy(ctx, tx, node)
		if err != nil {
			return err
		}
		if doc, there := known[idOf(d.Mark)]; there {
			return join(ctx, tx, doc, node)
		}
		need, err := s.need(ctx, tx, d.Mark)
		if err != nil || need != needDescription || len(known) >= maxAnnounced || unanswered >= maxUnanswered {
			return err
		}
		return s.keep(ctx, tx, d.Mark, body, described)
	})
	if err != nil {
		return bus.DescriptionAnswer{}, err
	}
	if answer.Code == "" {
		s.log.Info("a node describes a kind of source; it is a proposal", "node", node, "kind", d.Mark.Kind, "version", d.Mark.Version)
	}
	return answer, nil
}

// fitting asks for what an account needs beyond the laws: credentials that people can make.
func fitting(kind model.Kind) error {
	for _, use := range kind.Credentials {
		if !slices.Contains(credentialKinds(), use.Kind) {
			return fault.New(fault.Invalid, "BadKind", "the description's credentials: no credential is of kind %s", clip(use.Kind))
		}
	}
	return nil
}
