package gate

import (
	"net/netip"
	"slices"
	"time"

	"github.com/purlieu/purlieu/network/endpoint"
)

// Refusal is one arrival that was refused, and why.
type Refusal struct {
	At     time.Time
	Door   string
	Peer   netip.Addr
	Reason string
}

// Recent is who came to a door lately, from one address.
type Recent struct {
	Arrival     Arrival
	First, Last time.Time
	Count       int64
	Refused     bool // the last time
}

type recentKey struct {
	door endpoint.Door
	way  string
	peer netip.Addr
}

// The gate remembers so many refusals and so many visitors, in memory: what a restart forgets is no loss.
const (
	refusalsKept = 200
	recentKept   = 1000
)

// note remembers an arrival. The lock is held.
func (s *Service) note(a Arrival, allow bool, reason string) {
	now, peer := s.now(), a.Peer.Addr().Unmap()
	if !allow {
		r := Refusal{At: now, Door: string(a.Door), Peer: peer, Reason: reason}
		if len(s.refused) < refusalsKept {
			s.refused = append(s.refused, r)
		} else {
			s.refused[s.next] = r
		}
		s.next = (s.next + 1) % refusalsKept
	}
	key := recentKey{a.Door, wayOf(a), peer}
	r := s.recent[key]
	if r == nil {
		if len(s.recent) >= recentKept {
			s.forgetOldest()
		}
		r = &Recent{First: now}
		s.recent[key] = r
	}
	r.Arrival, r.Last, r.Refused = a, now, !allow
	r.Count++
}

// forgetOldest makes room for one of whom nothing is known yet.
func (s *Service) forgetOldest() {
	var oldest recentKey
	var at time.Time
	for key, r := range s.recent {
		if at.IsZero() || r.Last.Before(at) {
			oldest, at = key, r.Last
		}
	}
	delete(s.recent, oldest)
}

func wayOf(a Arrival) string {
	switch {
	case a.InProcess:
		return "in process"
	case a.Local:
		return "local"
	case a.PrivateEndpoint != "":
		return "private"
	}
	return "public"
}

// Refusals are the newest arrivals that were refused, newest first.
func (s *Service) Refusals(limit int) []Refusal {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []Refusal
	for i := 1; i <= len(s.refused) && len(out) < limit; i++ {
		out = append(out, s.refused[(s.next-i+refusalsKept)%refusalsKept])
	}
	return out
}

// Tried is what a policy would say to somebody who came lately.
type Tried struct {
	Recent
	Way    string // "public", "private", "local", "in process"
	Live   int    // connections that are open now
	Allow  bool
	Reason string
}

// Try judges those who came lately by a policy that is not in force, those whom it refuses first, then the newest.
func (s *Service) Try(p Policy) []Tried {
	s.mu.Lock()
	defer s.mu.Unlock()
	live := map[recentKey]int{}
	for c := range s.live {
		for _, a := range c.doors {
			live[recentKey{a.Door, wayOf(a), a.Peer.Addr().Unmap()}]++
		}
	}
	var out []Tried
	for key, r := range s.recent {
		allow, reason := endpoint.Decide(p, r.Arrival)
		out = append(out, Tried{Recent: *r, Way: key.way, Live: live[key], Allow: allow, Reason: reason})
	}
	slices.SortFunc(out, func(a, b Tried) int {
		if a.Allow != b.Allow {
			if a.Allow {
				return 1
			}
			return -1
		}
		return b.Last.Compare(a.Last)
	})
	return out
}

// Judge says what a policy would say to one arrival.
func Judge(p Policy, a Arrival) (allow bool, reason string) { return endpoint.Decide(p, a) }
