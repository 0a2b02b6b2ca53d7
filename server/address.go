package server

import (
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/server/internal/fleet"
)

// Addresses are where the doors of an account are, as the server left it in the data folder when it last opened them.
type Addresses struct {
	TLS   string `json:"tls"`             // https://host:port
	Plain string `json:"plain,omitempty"` // http://host:port on loopback; "" when there is none
	// Before are the addresses that TLS has had, the newest last. Nodes dial what their key said.
	Before []formerly `json:"before,omitempty"`
}

// formerly is an address of the past, and when the server was first started at another one.
type formerly struct {
	TLS   string    `json:"tls"`
	Until time.Time `json:"until"`
}

// mostFormer is how many addresses of the past are remembered.
const mostFormer = 10

func addressPath(data string) string { return filepath.Join(data, "address.json") }

// readAddresses gives those that the last server left; none of a folder in which none has opened its doors.
func readAddresses(data string) (a Addresses, err error) {
	text, err := os.ReadFile(addressPath(data))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return a, nil
	case err != nil:
		return a, err
	}
	err = json.Unmarshal(text, &a)
	return a, err
}

// record leaves the addresses of the open doors in the data folder, and says who may look for the account elsewhere.
func (s *Server) record(ctx context.Context) error {
	s.place.mu.Lock()
	plain := *s.place.plain
	s.place.mu.Unlock()
	now := Addresses{TLS: s.place.get().AccountURL}
	if plain != "" {
		now.Plain = "http://" + plain
	}
	last, err := readAddresses(s.cfg.Data)
	if err != nil {
		s.cfg.Log.Warn("where the doors were before can't be told", "err", err)
	}
	now.Before = last.Before
	if last.TLS != "" && last.TLS != now.TLS {
		now.Before = append(now.Before, formerly{last.TLS, s.cfg.Now()})
		now.Before = now.Before[max(0, len(now.Before)-mostFormer):]
	}
	s.warnOfMove(ctx, last, now)
	text, err := json.Marshal(now)
	if err != nil {
		return err
	}
	return replace(addressPath(s.cfg.Data), append(text, '\n'))
}

// warnOfMove says at which address people and nodes may look for the account in vain: people once, nodes at each start until
// they are seen again.
func (s *Server) warnOfMove(ctx context.Context, last, now Addresses) {
	var moved []string
	if last.TLS != "" && last.TLS != now.TLS {
		moved = append(moved, last.TLS)
	}
	if last.Plain != "" && last.Plain != now.Plain {
		moved = append(moved, last.Plain)
	}
	if len(moved) > 0 {
		s.cfg.Log.Warn("the account has moved: clients that signed in at its old address don't find it. Start the server there again (--listen, --http, --name), or sign in anew (purlieu login)",
			"was", strings.Join(moved, ", "), "now", strings.TrimSuffix(now.TLS+", "+now.Plain, ", "))
	}
	all, err := s.fleet.Statuses(ctx)
	if err != nil {
		s.cfg.Log.Warn("which nodes know the account by another address can't be told", "err", err)
		return
	}
	lost := now.lost(all)
	for _, at := range slices.Sorted(maps.Keys(lost)) {
		s.cfg.Log.Warn("nodes know the account by another address, and have not been seen since. Start the server there again (--listen, --name), or enrol them anew with a key that is made now (purlieu runtime keys, purlieu-runtime enrol --again)",
			"was", at, "now", now.TLS, "nodes", strings.Join(lost[at], ", "))
	}
}

// lost are the nodes that were last seen while the account had another address than now, by that address.
func (a Addresses) lost(all []fleet.RuntimeStatus) map[string][]string {
	lost := map[string][]string{}
	for _, runtime := range all {
		if runtime.Runtime.Kind == model.RuntimeManaged {
			continue // its node comes through the server's own pipe
		}
		for _, n := range runtime.Nodes {
			seen := n.LastConnect
			if n.Registered.After(seen) {
				seen = n.Registered
			}
			i := slices.IndexFunc(a.Before, func(f formerly) bool { return seen.Before(f.Until) })
			if i < 0 || a.Before[i].TLS == a.TLS || n.State == fleet.NeedRegistration {
				continue
			}
			lost[a.Before[i].TLS] = append(lost[a.Before[i].TLS], runtime.Runtime.Name+"/"+n.Name)
		}
	}
	return lost
}
