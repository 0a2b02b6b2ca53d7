package access

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"runtime"
	"runtime/debug"
	"strings"

	"golang.org/x/crypto/argon2"

	"github.com/purlieu/purlieu/fault"
)

// PasswordCost is what one argon2id hash (RFC 9106) costs.
type PasswordCost struct {
	Passes    uint32
	MemoryKiB uint32
	Threads   uint8
}

// passwords hashes and compares. At most one hash per processor runs at a time: its memory is bounded, whoever asks.
type passwords struct {
	cost  PasswordCost
	slots chan struct{}
	dummy string // what an unknown user's password is compared with, so that it takes as long
}

func (p *passwords) init(cost PasswordCost) {
	p.cost = cost
	p.slots = make(chan struct{}, runtime.GOMAXPROCS(0))
	p.dummy = p.encode(make([]byte, 16), make([]byte, 32))
}

const (
	minPassword = 12
	maxPassword = 256
)

// checkPassword refuses what must not become a password.
func checkPassword(password, name string) error {
	bad := func(why string) error {
		return fault.New(fault.Invalid, "WeakPassword", "the password %s", why).
			Try("Choose %d to %d characters, such as four words", minPassword, maxPassword)
	}
	switch {
	case len(password) < minPassword:
		return bad("is too short")
	case len(password) > maxPassword:
		return bad("is too long")
	case strings.EqualFold(password, name):
		return bad("is the user's name")
	case strings.Count(password, password[:1]) == len(password):
		return bad("is one character over and over")
	}
	return nil
}

func (p *passwords) run(ctx context.Context, password string, salt []byte, c PasswordCost) ([]byte, error) {
	select {
	case p.slots <- struct{}{}:
	case <-ctx.Done():
		return nil, fault.New(fault.Throttled, "Busy", "too many people sign in at once").Because(ctx.Err())
	}
	defer func() {
		debug.FreeOSMemory() // a hash takes 64 MiB for a moment, more than the rest of an idle account
		<-p.slots
	}()
	return argon2.IDKey([]byte(password), salt, c.Passes, c.MemoryKiB, c.Threads, 32), nil
}

// hash makes what is stored: "argon2id$passes$memory$threads$salt$hash".
func (p *passwords) hash(ctx context.Context, password string) (string, error) {
	salt := make([]byte, 16)
	rand.Read(salt)
	sum, err := p.run(ctx, password, salt, p.cost)
	if err != nil {
		return "", err
	}
	return p.encode(salt, sum), nil
}

func (p *passwords) encode(salt, sum []byte) string {
	b64 := base64.RawStdEncoding.EncodeToString
	return fmt.Sprintf("argon2id$%d$%d$%d$%s$%s", p.cost.Passes, p.cost.MemoryKiB, p.cost.Threads, b64(salt), b64(sum))
}

// matches compares with a stored hash; an empty one, of a user without a password or of no user, takes as long and
// never matches.
func (p *passwords) matches(ctx context.Context, password, stored string) (bool, error) {
	known := stored != ""
	if !known {
		stored = p.dummy
	}
	parts := strings.Split(stored, "$")
	var c PasswordCost
	broken := fault.New(fault.Internal, "BadDocument", "a stored password hash can't be read")
	if len(parts) != 6 || parts[0] != "argon2id" {
		return false, broken
	}
	if _, err := fmt.Sscan(strings.Join(parts[1:4], " "), &c.Passes, &c.MemoryKiB, &c.Threads); err != nil {
		return false, broken.Because(err)
	}
	salt, err1 := base64.RawStdEncoding.DecodeString(parts[4])
	want, err2 := base64.RawStdEncoding.DecodeString(parts[5])
	if err1 != nil || err2 != nil {
		return false, broken
	}
	if len(password) > maxPassword {
		password, known = password[:maxPassword], false
	}
	got, err := p.run(ctx, password, salt, c)
	if err != nil {
		return false, err
	}
	return subtle.ConstantTimeCompare(got, want) == 1 && known, nil
}
