package node

import (
	"bytes"
	"errors"
	"io/fs"
	"net/netip"
	"os"
	"strings"

	"github.com/purlieu/purlieu/connector/folder"
	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/node/internal/console"
	"github.com/purlieu/purlieu/node/internal/policy"
)

// Allowance is one thing that a node's owner allows it: to reach a source, to send a secret to one, or to read a folder.
type Allowance struct {
	Source    string // "kind://host:port"
	Secret    string // "vault:name", which may go to the source; "": the source may be reached
	Plaintext bool   // also over a connection that is not verified TLS
	Folder    string // with all below it
}

// Ward is the node that something is allowed, in the words of the command that does it.
type Ward struct {
	State string       // its state directory, which the policy is in
	Name  string       // "this node"
	Own   string       // the folder that is never read: its state directory, or one that this lies in
	OwnIs string       // what people call that: "the node's own state"
	Owner Owner        // how what is still missing is allowed
	Kinds []model.Kind // that it can read
}

// Allowed is what came of it, in sentences for people. Their names of hosts, folders and secrets are as they were given.
type Allowed struct {
	Said     []string // what the node may do from now on, and where that stands
	Warnings []string // what it still may not, and what it may beyond what was named
}

// Allow writes an allowance into the node's policy. A node that runs obeys at once. It fails with fault.Invalid where the
// allowance can't be meant so.
func (w Ward) Allow(what Allowance) (out Allowed, err error) {
	if what.Folder != "" && (what.Source != "" || what.Secret != "" || what.Plaintext) {
		return out, fault.New(fault.Invalid, "BadPolicy", "a folder takes no source and no secret").Try("Give --folder in a command of its own")
	}
	if what.Plaintext && what.Secret == "" {
		return out, fault.New(fault.Invalid, "BadPolicy", "--plaintext is about a secret").Try("Name it with --secret")
	}
	before, err := w.text()
	if err != nil {
		return out, err
	}
	switch {
	case what.Folder != "":
		err = w.folder(what, &out)
	case what.Secret != "":
		err = w.secret(what, &out)
	default:
		err = w.source(what, &out)
	}
	if err != nil {
		return out, err
	}
	after, err := w.text()
	if err != nil {
		return out, err
	}
	where := "Written to " + PolicyPath(w.State)
	if before != nil && bytes.Equal(before, after) {
		where = "That was allowed already: " + PolicyPath(w.State) + " is as it was."
	}
	out.Said = append(out.Said, where)
	return out, nil
}

// text is the policy as it is written; nil where there is none.
func (w Ward) text() ([]byte, error) {
	data, err := os.ReadFile(PolicyPath(w.State))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fault.New(fault.Internal, "PolicyUnreadable", "the policy %s can't be read", PolicyPath(w.State)).Because(err)
	}
	return data, nil
}

func (w Ward) source(what Allowance, out *Allowed) error {
	if err := CheckSource(what.Source, w.Kinds); err != nil {
		return err
	}
	if err := AllowSource(w.State, what.Source); err != nil {
		return err
	}
	reach, err := Reach(w.State)
	if err != nil {
		return err
	}
	out.Said = append(out.Said, upper(w.Name)+" may reach "+what.Source+". "+reach)
	return nil
}

func (w Ward) secret(what Allowance, out *Allowed) error {
	if err := CheckSource(what.Source, w.Kinds); err != nil {
		return err
	}
	if err := AllowSecret(w.State, what.Secret, what.Source, what.Plaintext); err != nil {
		return err
	}
	how := "over verified TLS"
	if what.Plaintext {
		how = "over any connection"
	}
	out.Said = append(out.Said, upper(w.Name)+" may send "+what.Secret+" to "+what.Source+", "+how+".")
	var denied *fault.Error
	switch err := mayReach(w.State, what.Source, w.Owner); {
	case fault.Is(err, fault.Denied) && errors.As(err, &denied):
		out.Warnings = append(out.Warnings, "the address itself is not allowed yet. "+denied.Remedy)
	case err != nil:
		return err
	}
	p, err := policy.Load(PolicyPath(w.State))
	if err == nil && p.TrustsAccount() {
		out.Warnings = append(out.Warnings, "trustAccount: over verified TLS "+what.Secret+" may go to any other source that the account names, too, as any secret may.")
	}
	return err
}

func (w Ward) folder(what Allowance, out *Allowed) error {
	if err := AllowFolder(w.State, what.Folder); err != nil {
		return err
	}
	out.Said = append(out.Said, upper(w.Name)+" may read "+what.Folder+", and what is below it.")
	if _, err := os.Stat(what.Folder); errors.Is(err, fs.ErrNotExist) {
		out.Warnings = append(out.Warnings, "there is no such folder on this machine now.")
	}
	out.Warnings = append(out.Warnings, w.kept(what.Folder)...)
	return nil
}

// upper begins a sentence.
func upper(words string) string { return strings.ToUpper(words[:1]) + words[1:] }

// AllowSource lets the node reach a source, written "kind://host:port". A node that runs obeys at once. fault.Invalid
// when it names no source.
func AllowSource(stateDir, source string) error {
	s, err := policy.ParseSource(source)
	if err != nil {
		return err
	}
	return policy.AllowSource(PolicyPath(stateDir), s)
}

// AllowSecret lets a secret, written "vault:name", go to a source; plaintext also over a connection that is not
// verified TLS. A node that runs obeys at once.
func AllowSecret(stateDir, secret, source string, plaintext bool) error {
	s, err := policy.ParseSource(source)
	if err != nil {
		return err
	}
	vault, name, ok := strings.Cut(secret, ":")
	if !ok || vault == "" || name == "" {
		return fault.New(fault.Invalid, "BadReference", "%q does not name a secret", secret).
			Try("Write it as vault:name, such as file:shop-password")
	}
	return policy.AllowSecret(PolicyPath(stateDir), model.SecretRef{Vault: vault, Name: name}, s, plaintext)
}

// mayReach judges a source, written "kind://host:port", whose host is an address or "localhost": nil or fault.Denied, with
// the command that would allow it. What another name resolves to is known when it is dialled, so it is nil for those.
func mayReach(stateDir, source string, owner Owner) error {
	s, err := policy.ParseSource(source)
	if err != nil {
		return err
	}
	addr, err := netip.ParseAddr(s.Host)
	switch {
	case s.Host == "localhost":
		addr = netip.AddrFrom4([4]byte{127, 0, 0, 1})
	case err != nil:
		return nil
	}
	p, err := policy.Load(PolicyPath(stateDir))
	if err != nil {
		return err
	}
	return p.With(owner).MayDial(s.Kind, s.Host, addr, s.Port)
}

// kept warns of a folder that lies in one which the node never reads, or holds such a one: Own, and what it said of itself
// when it ran, such as the folder of its secrets.
func (w Ward) kept(path string) (warnings []string) {
	type kept struct{ path, is string }
	all := []kept{{w.Own, w.OwnIs}}
	if s, err := console.Read(w.State); err == nil {
		for _, own := range s.Kept {
			if in, _ := folder.Nested(own, w.Own); !in {
				all = append(all, kept{own, "the node's own folder"})
			}
		}
	}
	for _, k := range all {
		in, holds := folder.Nested(path, k.path)
		switch {
		case in:
			return []string{"it lies in " + k.is + " " + k.path + ", which is never read: keep the data in a folder beside it."}
		case holds:
			warnings = append(warnings, k.is+" "+k.path+" lies in it, and is left out.")
		}
	}
	return warnings
}

// AllowFolder lets the node read a folder of its machine, with all below it but its own. A node that runs obeys at once.
func AllowFolder(stateDir, folder string) error {
	return policy.AllowFolder(PolicyPath(stateDir), folder)
}
