package scan

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
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
	Title   string   // of the description; "" where the account has none
	Problem string   // why it is unfit, or why a build of the account put it out of force
	Nodes   []string // bus.NodeID of those that announced it when they last connected
	First   time.Time
	Decided time.Time // zero while nobody has
	By      string
	Current bool // it is what the account knows the kind by
	Known   int  // the version that the account knows the kind by; 0 where it knows none
	// Described is the description; nil in lists, and where the account has none.
	Described *model.Kind
}

// announcedDoc is stored by ID. The description is a document of its own, where Title is not empty.
type announcedDoc struct {
	Kind    string         `json:"kind"`
	Version int            `json:"version"`
	Hash    string         `json:"hash"`
	State   AnnouncedState `json:"state"`
	Title   string         `json:"title,omitempty"`
	Problem string         `json:"problem,omitempty"`
	Build   string         `json:"build,omitempty"` // the account's, by whose laws it is unfit
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

// open reports whether nobody has answered: then it is kept for as long as a node announces it.
func (d announcedDoc) open() bool {
	return d.State == AnnouncedProposed || d.State == AnnouncedUnfit || d.State == AnnouncedDiffers
}

// decided reports whether people are not asked again, and nothing else comes of it.
func (d announcedDoc) decided() bool {
	return d.State == AnnouncedRejected || d.State == AnnouncedWithdrawn
}

func announcedID(kind string, version int, hash string) string {
	return fmt.Sprintf("%s.%d.%s", kind, version, hash)
}

// sound reports whether a mark can be one: others have no description that could be taken.
func sound(m bus.Mark) bool { return model.KindName(m.Kind) && m.Version > 0 }

func idOf(m bus.Mark) string { return announcedID(m.Kind, m.Version, hex.EncodeToString(m.Hash[:])) }

// Announced gives what nodes announced, by kind and version, without the descriptions.
func (s *Service) Announced(ctx context.Context) ([]Announced, error) {
	var out []Announced
	err := s.store.View(ctx, func(tx store.Tx) error {
		out = nil
		held := heldKinds{}
		return eachDoc(ctx, tx, docAnnounced, func(d store.Doc) error {
			var body announcedDoc
			if err := json.Unmarshal(d.Body, &body); err != nil {
				return err
			}
			if body.open() { // what a newer build or approval has answered is no question any more
				if need, err := s.need(ctx, tx, held, body.mark()); err != nil || need == needNothing {
					return err
				}
			}
			v, err := viewOf(ctx, tx, held, d.Key, body)
			out = append(out, v)
			return err
		})
	})
	slices.SortStableFunc(out, func(a, b Announced) int {
		if a.Kind != b.Kind {
			return strings.Compare(a.Kind, b.Kind)
		}
		return b.Version - a.Version
	})
	return out, err
}

// AnnouncedOne gives one description that nodes announced; NotFound.
func (s *Service) AnnouncedOne(ctx context.Context, id string) (Announced, error) {
	var out Announced
	err := s.store.View(ctx, func(tx store.Tx) (err error) {
		out, err = announcedOne(ctx, tx, id)
		return err
	})
	return out, err
}

func announcedOne(ctx context.Context, tx store.Tx, id string) (Announced, error) {
	var body announcedDoc
	if _, err := load(ctx, tx, docAnnounced, id, &body); err != nil {
		return Announced{}, missing(err, "announced kind", id)
	}
	v, err := viewOf(ctx, tx, heldKinds{}, id, body)
	if err != nil || body.Title == "" {
		return v, err
	}
	v.Described = &model.Kind{}
	_, err = load(ctx, tx, docDescribed, id, v.Described)
	return v, err
}

func viewOf(ctx context.Context, tx store.Tx, held heldKinds, id string, body announcedDoc) (Announced, error) {
	current, err := held.of(ctx, tx, body.Kind)
	return Announced{
		ID: id, Kind: body.Kind, Version: body.Version, Hash: body.Hash, State: body.State, Title: body.Title, Problem: body.Problem,
		Nodes: body.Nodes, First: body.First, Decided: body.Decided, By: body.By,
		Current: current.Announced == body.Hash, Known: current.Version,
	}, err
}

// heldKind is by what the account knows a kind: no version where it knows none. What else the description says costs time
// to read, and lists ask for many.
type heldKind struct {
	Version   int    `json:"version"`
	Announced string `json:"announced"` // see kindDoc
	there     bool
	body      []byte
	hash      string // see hashed
}

// heldKinds are those of one transaction, each read once.
type heldKinds map[string]*heldKind

func (h heldKinds) of(ctx context.Context, tx store.Tx, kind string) (*heldKind, error) {
	if k, known := h[kind]; known {
		return k, nil
	}
	k := &heldKind{}
	doc, err := load(ctx, tx, DocKind, kind, k)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return k, err
	}
	k.there, k.body, h[kind] = err == nil, doc.Body, k
	return k, nil
}

// hashed is the hash of the description, as its mark has it.
func (k *heldKind) hashed() (string, error) {
	if k.hash == "" {
		var kind model.Kind
		if err := json.Unmarshal(k.body, &kind); err != nil {
			return "", err
		}
		mark, _, err := bus.Describe(kind)
		if err != nil {
			return "", err
		}
		k.hash = hex.EncodeToString(mark.Hash[:])
	}
	return k.hash, nil
}

// need says what the account has to do about a mark that it has not met.
type need int

const (
	needNothing     need = iota // it knows the kind by that description, or by a newer one
	needDescription             // it wants the description, to propose it
	needNote                    // its own build has another description of that version
)

func (s *Service) need(ctx context.Context, tx store.Tx, held heldKinds, m bus.Mark) (need, error) {
	if s.ownMarks[m] {
		return needNothing, nil
	}
	current, err := held.of(ctx, tx, m.Kind)
	switch {
	case err != nil:
		return needNothing, err
	case !current.there || m.Version > current.Version:
		return needDescription, nil
	case m.Version < current.Version:
		return needNothing, nil
	}
	same, other := current.Announced, needDescription
	if same == "" {
		other = needNote
		if same, err = current.hashed(); err != nil {
			return needNothing, err
		}
	}
	if same == hex.EncodeToString(m.Hash[:]) {
		return needNothing, nil
	}
	return other, nil
}
