package node

import (
	"crypto/tls"
	"encoding/json"
	"errors"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/network"
	"github.com/purlieu/purlieu/network/proxy"
)

// The proxy modes that need no address.
const (
	ProxyNone        = "none"
	ProxyEnvironment = "environment"
)

// Way is how the node reaches its account: through which proxy. It is chosen at enrolment and kept in the state
// directory; sources are reached directly.
type Way struct {
	Proxy string `json:"proxy"` // ProxyNone, ProxyEnvironment, or the proxy's address
	User  string `json:"user,omitempty"`
	// PasswordFile holds the user's password. It is read anew at each start; the password is kept nowhere else.
	PasswordFile string `json:"passwordFile,omitempty"`
}

// Dial is the way as a dialer. getenv reads the process's environment. fault.Invalid when the settings can't be used.
func (w Way) Dial(getenv func(string) string) (Dial, error) {
	switch w.Proxy {
	case "", ProxyNone:
		return new(network.Dialer).DialContext, nil
	case ProxyEnvironment:
		return (&network.Dialer{Proxy: proxy.Environment(getenv)}).DialContext, nil
	}
	settings := proxy.Settings{Address: w.Proxy, User: w.User}
	if w.PasswordFile != "" {
		text, err := os.ReadFile(w.PasswordFile)
		if err != nil {
			return nil, fault.New(fault.Invalid, "BadPasswordFile", "the file %s with the proxy's password can't be read", w.PasswordFile).
				Try("Give one that this user can read with --proxy-password-file").Because(err)
		}
		settings.Secret = strings.TrimRight(string(text), "\r\n")
	}
	choose, err := proxy.Custom(settings)
	if err != nil {
		return nil, err
	}
	return (&network.Dialer{Proxy: choose}).DialContext, nil
}

func wayPath(stateDir string) string { return filepath.Join(stateDir, "way.json") }

// Save keeps the way in the state directory.
func (w Way) Save(stateDir string) error {
	text, err := json.MarshalIndent(w, "", "  ")
	if err == nil {
		err = os.WriteFile(wayPath(stateDir), append(text, '\n'), 0o600)
	}
	if err != nil {
		return fault.New(fault.Internal, "StateDir", "%s can't be written", wayPath(stateDir)).Because(err)
	}
	return nil
}

// LoadWay is the way that was chosen at enrolment.
func LoadWay(stateDir string) (Way, error) {
	text, err := os.ReadFile(wayPath(stateDir))
	if errors.Is(err, fs.ErrNotExist) {
		return Way{Proxy: ProxyNone}, nil
	}
	var w Way
	if err == nil {
		err = json.Unmarshal(text, &w)
	}
	if err != nil {
		return w, fault.New(fault.Internal, "StateDir", "%s can't be read", wayPath(stateDir)).
			Try("Enrol this machine again").Because(err)
	}
	return w, nil
}

// Account makes what an enrolled node signs in with: the source of its tokens, over dial.
func Account(state State, dial Dial) (*TokenSource, *http.Client) {
	client := state.Client(dial, time.Now)
	return NewTokenSource(state, client, time.Now), client
}

// accountTLS is for both doors: the account's authorities vouch for one of its names. nil where both are http.
func accountTLS(state State) (*tls.Config, error) {
	var configs []*tls.Config
	for _, address := range []string{state.AccountURL, state.IngestURL} {
		u, err := url.Parse(address)
		if err != nil || u.Hostname() == "" {
			return nil, fault.New(fault.Invalid, "BadAddress", "the account's address in the node's state can't be used").Try("Enrol this machine again")
		}
		if u.Scheme == "http" {
			continue
		}
		c, err := state.TLS(u.Hostname(), time.Now)
		if err != nil {
			return nil, err
		}
		configs = append(configs, c)
	}
	if len(configs) == 0 {
		return nil, nil
	}
	both := configs[0].Clone()
	both.ServerName = "" // each connection sends its own
	both.VerifyConnection = func(cs tls.ConnectionState) error {
		var first error
		for _, c := range configs {
			err := c.VerifyConnection(cs)
			if err == nil {
				return nil
			}
			if first == nil {
				first = err
			}
		}
		return first
	}
	return both, nil
}
