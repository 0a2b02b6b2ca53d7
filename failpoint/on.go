//go:build failpoints

package failpoint

import (
	"os"
	"strconv"
	"strings"
	"sync"
)

// Enabled reports whether this build can be killed at its failpoints.
const Enabled = true

// Hit passes a failpoint. It does not return where the process was to die. Safe for concurrent use.
func Hit(name string) { armed().pass(name) }

// HitAbout passes the failpoint "name/about".
func HitAbout(name, about string) { armed().pass(name + "/" + about) }

var armed = sync.OnceValue(func() *trap {
	name, text, _ := strings.Cut(os.Getenv(EnvPoint), ":")
	nth, err := strconv.Atoi(text)
	if name != "" && (err != nil || nth < 1) {
		panic(EnvPoint + " must be name:number")
	}
	t := &trap{name: name, nth: nth}
	if path := os.Getenv(EnvLog); path != "" {
		if t.log, err = os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600); err != nil {
			panic(err)
		}
	}
	return t
})

// trap is what the environment asked for.
type trap struct {
	mu   sync.Mutex
	name string
	nth  int
	seen int
	log  *os.File
}

func (t *trap) pass(name string) {
	t.mu.Lock() // held while the process dies: nothing passes another failpoint meanwhile
	defer t.mu.Unlock()
	if t.log != nil {
		if _, err := t.log.WriteString(name + "\n"); err != nil {
			panic(err)
		}
	}
	if name != t.name {
		return
	}
	if t.seen++; t.seen == t.nth {
		die()
	}
}

// die ends the process as a power loss would: no handler, no deferred function runs.
func die() {
	self, err := os.FindProcess(os.Getpid())
	if err == nil {
		err = self.Kill()
	}
	if err != nil {
		panic(err)
	}
	select {}
}
