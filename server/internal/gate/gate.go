// Package gate stands at the doors: it keeps the account's network policy, judges every arrival by it, and remembers whom
// it refused and who came lately, so that a policy can be tried on them before it counts.
//
// An *arrival* (network/endpoint) is one connection at one door. A connection is *live* from its first arrival until it is
// closed; a policy that no longer allows what it came for closes it. This machine's own door, the listener on a loopback
// address, is never closed: whoever has locked everybody out goes there. The policy is a document of the account; other
// replicas read it within seconds. The room starts no goroutine.
package gate

import (
	"context"
	"encoding/json"
	"net"
	"sync"
	"time"

	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/network/endpoint"
	"github.com/purlieu/purlieu/server/internal/store"
)

// The words of network/endpoint, for doors that do not see the network.
type (
	// Policy is what arrivals are judged by.
	Policy = endpoint.Policy
	// Rule allows or refuses arrivals at a door.
	Rule = endpoint.Rule
	// Arrival is one connection at one door.
	Arrival = endpoint.Arrival
	// Door is what is asked for.
	Door = endpoint.Door
)

// Versioned is the policy in force. Version counts its writes, from 0; By is who wrote it last.
type Versioned struct {
	Policy  Policy
	Version int64
	By      string
	At      time.Time // zero: never written
}

// docNetwork is the kind of the one document, with the key "policy".
const (
	docNetwork = "network"
	docPolicy  = "policy"
)

type policyDoc struct {
	Access      endpoint.Access `json:"access"`
	PortalPages bool            `json:"portalPages,omitempty"`
	Rules       []Rule          `json:"rules,omitempty"`
	By          string          `json:"by,omitempty"`
}

// Service is the room. Safe for concurrent use.
type Service struct {
	store store.Store
	now   func() time.Time

	mu      sync.Mutex
	current Versioned
	live    map[*Conn]bool
	recent  map[recentKey]*Recent
	refused []Refusal // a ring: the newest is before next
	next    int
}

// Open reads the policy.
func Open(ctx context.Context, st store.Store, now func() time.Time) (*Service, error) {
	s := &Service{store: st, now: now, live: map[*Conn]bool{}, recent: map[recentKey]*Recent{}}
	return s, s.Refresh(ctx)
}

// Refresh reads the policy anew, and closes what it no longer allows: another replica may have written it.
func (s *Service) Refresh(ctx context.Context) error {
	v, err := s.Policy(ctx)
	if err == nil {
		s.enforce(v)
	}
	return err
}

// Policy is the policy in force.
func (s *Service) Policy(ctx context.Context) (v Versioned, err error) {
	err = s.store.View(ctx, func(tx store.Tx) error {
		v, err = read(ctx, tx)
		return err
	})
	return v, err
}

func read(ctx context.Context, tx store.Tx) (Versioned, error) {
	doc, err := tx.Docs().Get(ctx, docNetwork, docPolicy)
	if fault.Is(err, fault.NotFound) {
		return Versioned{}, nil
	}
	if err != nil {
		return Versioned{}, err
	}
	var body policyDoc
	if err := json.Unmarshal(doc.Body, &body); err != nil {
		return Versioned{}, fault.New(fault.Internal, "BadDocument", "the network policy can't be read").Because(err)
	}
	p := Policy{Access: body.Access, PortalPages: body.PortalPages, Rules: body.Rules}
	return Versioned{Policy: p, Version: doc.Version, By: body.By, At: doc.Modified}, nil
}

// MaxRules bounds a policy.
const MaxRules = 500

// Put writes the policy over the version that was read, and closes what it no longer allows. Conflict when another was
// written since.
func (s *Service) Put(ctx context.Context, p Policy, version int64, by string) (Versioned, error) {
	if err := Check(p); err != nil {
		return Versioned{}, err
	}
	body, err := json.Marshal(policyDoc{Access: p.Access, PortalPages: p.PortalPages, Rules: p.Rules, By: by})
	if err != nil {
		return Versioned{}, fault.New(fault.Internal, "BadDocument", "the network policy can't be written").Because(err)
	}
	var v Versioned
	err = s.store.Update(ctx, store.People, func(tx store.Tx) error {
		old, err := read(ctx, tx)
		if err != nil {
			return err
		}
		if old.Version != version {
			return fault.New(fault.Conflict, "PolicyChanged", "the network policy was changed since version %d was read", version).
				Try("Read it again, and make your change to what is there")
		}
		doc := store.Doc{Kind: docNetwork, Key: docPolicy, Version: version, Body: body}
		if err := tx.Docs().Put(ctx, &doc); err != nil {
			return err
		}
		v, err = read(ctx, tx)
		return err
	})
	if err == nil {
		s.enforce(v)
	}
	return v, err
}

// Check refuses a policy that can't be applied, with fault.Invalid.
func Check(p Policy) error {
	if len(p.Rules) > MaxRules {
		return fault.New(fault.Invalid, "TooManyRules", "a policy has at most %d rules", MaxRules)
	}
	return p.Validate()
}

// enforce makes a policy the one that counts, unless a newer one does already.
func (s *Service) enforce(v Versioned) {
	s.mu.Lock()
	if v.Version < s.current.Version {
		s.mu.Unlock()
		return
	}
	changed := v.Version != s.current.Version
	s.current = v
	var gone []*Conn
	for c := range s.live {
		if changed && !c.allowed(v.Policy) {
			gone = append(gone, c)
		}
	}
	s.mu.Unlock()
	for _, c := range gone {
		_ = c.Close() // one that is gone already is as good
	}
}

// Admit judges one arrival on a connection, by the policy in force, and says why.
func (s *Service) Admit(c *Conn, a Arrival) (allow bool, reason string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	allow, reason = endpoint.Decide(s.current.Policy, a)
	s.note(a, allow, reason)
	if allow && c != nil && s.live[c] {
		c.doors[a.Door] = a
	}
	return allow, reason
}

// Conn is a connection that the gate knows.
type Conn struct {
	net.Conn
	gate  *Service
	once  sync.Once
	doors map[endpoint.Door]Arrival // what it came for, held by the gate's lock
}

// Track lets the gate know of a connection until it is closed.
func (s *Service) Track(c net.Conn) *Conn {
	t := &Conn{Conn: c, gate: s, doors: map[endpoint.Door]Arrival{}}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.live[t] = true
	return t
}

// Close closes the connection and lets the gate forget it.
func (c *Conn) Close() error {
	c.once.Do(func() {
		c.gate.mu.Lock()
		defer c.gate.mu.Unlock()
		delete(c.gate.live, c)
	})
	return c.Conn.Close()
}

// allowed reports whether a policy allows all that the connection came for.
func (c *Conn) allowed(p Policy) bool {
	for _, a := range c.doors {
		if allow, _ := endpoint.Decide(p, a); !allow {
			return false
		}
	}
	return true
}
