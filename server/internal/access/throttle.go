package access

import (
	"net/netip"
	"sync"
	"time"

	"github.com/purlieu/purlieu/fault"
)

// ThrottleConfig bounds failed sign-ins per replica.
type ThrottleConfig struct {
	Window     time.Duration
	PerUser    int // failures of one user within a window, from one address; ten times as many from all
	PerAddress int // failures from one address (an IPv6 /64) within a window
}

// throttle counts failures. Its memory is bounded: beyond maxCounted names the older half is forgotten.
type throttle struct {
	cfg   ThrottleConfig
	mu    sync.Mutex
	since time.Time
	now   map[string]int
	last  map[string]int
}

const maxCounted = 20_000

// names are what an attempt is counted under, with the bound of each. User "" counts by address alone.
func (t *throttle) names(user, address string) map[string]int {
	if a, err := netip.ParseAddr(address); err == nil && a.Unmap().Is6() {
		if p, err := a.WithZone("").Prefix(64); err == nil {
			address = p.String()
		}
	}
	names := map[string]int{"a " + address: t.cfg.PerAddress}
	if user != "" {
		names["b "+user+" "+address] = t.cfg.PerUser
		names["u "+user] = 10 * t.cfg.PerUser
	}
	return names
}

// begin counts an attempt before any work is done for it, or refuses it. Many attempts at once are so counted too.
func (t *throttle) begin(now time.Time, user, address string) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.turn(now)
	names := t.names(user, address)
	for name, most := range names {
		if t.now[name]+t.last[name] >= most {
			return fault.New(fault.Throttled, "TooManyAttempts", "too many failed sign-ins").
				Try("Wait %s and try again", (2 * t.cfg.Window).Round(time.Second))
		}
	}
	for name := range names {
		t.now[name]++
	}
	return nil
}

// succeeded takes an attempt back: only failures count.
func (t *throttle) succeeded(user, address string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for name := range t.names(user, address) {
		if t.now[name] > 0 {
			t.now[name]--
		}
	}
}

func (t *throttle) turn(now time.Time) {
	age := now.Sub(t.since)
	if t.now != nil && age >= 0 && age < t.cfg.Window && len(t.now) < maxCounted {
		return
	}
	t.last, t.now, t.since = t.now, map[string]int{}, now
	if age >= 2*t.cfg.Window || age < 0 {
		t.last = nil
	}
}
