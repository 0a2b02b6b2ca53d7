package node

import (
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/node/internal/policy"
)

// PolicyPath is the file of the local policy of a state directory. It need not be there.
func PolicyPath(stateDir string) string { return filepath.Join(stateDir, "policy.yaml") }

// Owner is how the owner of a node's policy edits it, as refusals tell them.
type Owner = policy.Owner

// CheckSource looks at a source as AllowSource takes it: fault.Invalid when it names none, or one of a kind that is not
// among these, which the policy would never be asked about.
func CheckSource(source string, kinds []model.Kind) error {
	s, err := policy.ParseSource(source)
	if err != nil {
		return err
	}
	names := make([]string, len(kinds))
	for i, k := range kinds {
		if names[i] = k.Name; k.Name == s.Kind {
			return nil
		}
	}
	unknown := fault.New(fault.Invalid, "UnknownKind", "this build reads no sources of kind %s", s.Kind)
	if near := model.Near(s.Kind, names); near != "" {
		meant := policy.Source{Kind: near, Host: s.Host, Port: s.Port}
		return unknown.Try("Perhaps %s is meant", meant)
	}
	return unknown.Try("It reads %s", strings.Join(names, ", "))
}

// Reach says in a sentence which sources the policy lets be reached.
func Reach(stateDir string) (string, error) {
	p, err := policy.Load(PolicyPath(stateDir))
	if err != nil {
		return "", err
	}
	return p.Reach(), nil
}

// Binds reports whether the policy lets a secret of this vault go to some source; not where it is no policy, of which a node speaks
// by itself.
func Binds(stateDir, vault string) bool {
	p, err := policy.Load(PolicyPath(stateDir))
	return err == nil && p.Binds(vault)
}

// TrustAccount lets every secret go to whatever source the account names, over verified TLS, or takes that back.
func TrustAccount(stateDir string, trust bool) error {
	return policy.TrustAccount(PolicyPath(stateDir), trust)
}

// ReadPolicy is the policy as it is written; "" where there is no file. It fails as the node would, when the file is no
// policy.
func ReadPolicy(stateDir string) (text string, trustsAccount bool, err error) {
	p, err := policy.Load(PolicyPath(stateDir))
	if err != nil {
		return "", false, err
	}
	data, err := os.ReadFile(PolicyPath(stateDir))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return "", false, fault.New(fault.Internal, "PolicyUnreadable", "the policy %s can't be read", PolicyPath(stateDir)).Because(err)
	}
	return string(data), p.TrustsAccount(), nil
}

// rules is the local policy as its file says it now: an edit counts from the next decision on. A file that can't be
// read, is no policy, or was there and is gone, allows nothing: some editors move a file away before they write it anew.
// Safe for concurrent use.
type rules struct {
	path  string
	owner policy.Owner // in refusals
	log   *slog.Logger

	mu     sync.Mutex
	known  bool
	there  bool        // once it was
	info   fs.FileInfo // of the file as it was loaded; nil for none
	policy *policy.Policy
	err    error
}

// now is the policy, or why there is none.
func (r *rules) now() (*policy.Policy, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	info, err := os.Stat(r.path)
	if err != nil {
		info = nil // loading says what is wrong
	}
	if r.known && same(r.info, info) {
		return r.policy, r.err
	}
	r.there = r.there || info != nil
	load := policy.Load
	if r.there {
		load = policy.LoadThere
	}
	before, trouble := r.known, r.err
	if r.policy, r.err = load(r.path); r.err == nil {
		r.policy = r.policy.With(r.owner)
	}
	var said *fault.Error // else the system could not read it, and may the next time
	r.known, r.info = r.err == nil || errors.As(r.err, &said), info
	switch {
	case r.err != nil && (trouble == nil || trouble.Error() != r.err.Error()):
		r.log.Error("the local policy can't be used; nothing is allowed", "file", r.path, "err", r.err)
	case r.err == nil && (before || trouble != nil):
		r.log.Info("the local policy was read again", "file", r.path)
	}
	return r.policy, r.err
}

// same reports whether two looks at a path saw one file, unchanged.
func same(a, b fs.FileInfo) bool {
	if a == nil || b == nil {
		return a == nil && b == nil
	}
	return os.SameFile(a, b) && a.Size() == b.Size() && a.Mode() == b.Mode() && a.ModTime().Equal(b.ModTime())
}
