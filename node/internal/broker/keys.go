package broker

import (
	"sync"
	"time"
)

// keys are the secrets of a job. They are opened before anything is waited for, since what policy refuses waits for
// nothing. Those that are not used within a turn are wiped where they wait, and opened again at their use: the vault may
// have others by then, and nothing is held for nothing.
type keys struct {
	open func() (map[string][]byte, error)

	mu    sync.Mutex
	held  map[string][]byte
	wiped bool // they waited too long
	used  bool
	aged  *time.Timer
}

// first opens the secrets, which age from then on. close must be called in any case.
func (k *keys) first(after func(time.Duration, func()) *time.Timer) (err error) {
	if k.held, err = k.open(); err == nil {
		k.aged = after(turn, k.age)
	}
	return err
}

// age wipes secrets that wait.
func (k *keys) age() {
	k.mu.Lock()
	defer k.mu.Unlock()
	if !k.used {
		k.wipe()
		k.wiped = true
	}
}

// use gives the secrets, good until close.
func (k *keys) use() (secrets map[string][]byte, err error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.used = true
	if k.wiped {
		k.held, err = k.open()
		k.wiped = false
	}
	return k.held, err
}

// close wipes them.
func (k *keys) close() {
	if k.aged != nil {
		k.aged.Stop()
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	k.used = true
	k.wipe()
}

func (k *keys) wipe() {
	for _, s := range k.held {
		clear(s)
	}
	k.held = nil
}
