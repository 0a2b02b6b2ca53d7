package enrol

import (
	"context"
	"crypto/ed25519"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/purlieu/purlieu/failpoint"
	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/model"
)

// Rotate makes a new node key in the state directory and has the account take it in place of the old one, which proves
// nothing from then on; the tokens that follow are had with the new one. record writes what is about to leave to the egress
// ledger, with a sentence about it. After a failure, or in the next life of a process that was killed anywhere in it, it goes
// on with the key that it made; no moment has less than the key that the account has on the disk.
func (s *TokenSource) Rotate(ctx context.Context, dir string, record func(detail string, body []byte) error) error {
	if err := s.take(ctx); err != nil {
		return err
	}
	defer func() { <-s.busy }()
	if err := s.prepare(dir); err != nil {
		return err
	}
	var nonce model.NonceAnswer
	if err := s.ask(ctx, "nonce", model.NonceRequest{Node: s.state.Node}, &nonce); err != nil {
		return err
	}
	public := publicOf(s.state.next)
	proof := model.KeyProof(s.state.Node, nonce.Nonce, public)
	req := model.KeyRequest{
		Node: s.state.Node, Nonce: nonce.Nonce, PublicKey: public,
		Signature: ed25519.Sign(s.state.private, proof), NewSignature: ed25519.Sign(s.state.next, proof),
	}
	body, err := json.Marshal(req)
	if err != nil {
		return fault.New(fault.Internal, "Internal", "a request can't be written").Because(err)
	}
	if err := record(fmt.Sprintf("a new key of this node: %x in place of %x", public, publicOf(s.state.private)), body); err != nil {
		return err
	}
	failpoint.Hit("enrol.key.before")
	var got model.KeyAnswer
	if err := s.ask(ctx, "key", req, &got); err != nil {
		return err
	}
	failpoint.Hit("enrol.key.after")
	return s.promote(dir)
}

// prepare makes the next key durable, unless there is one.
func (s *TokenSource) prepare(dir string) (err error) {
	if s.state.next != nil {
		return nil
	}
	next, err := makeKey(nextPath(dir))
	if err != nil {
		return err
	}
	failpoint.Hit("enrol.next.made")
	if err := syncFolder(dir); err != nil {
		return stateFault("%s can't be made durable", nextPath(dir)).Because(err)
	}
	failpoint.Hit("enrol.next.durable")
	s.state.next = next
	return nil
}

// promote puts the next key in the place of the one before it. Where the disk does not let it, both stay, and both are tried.
func (s *TokenSource) promote(dir string) error {
	if err := os.Rename(nextPath(dir), keyPath(dir)); err != nil {
		return stateFault("%s can't be replaced", keyPath(dir)).Because(err)
	}
	failpoint.Hit("enrol.next.placed")
	s.state.private, s.state.next, s.token = s.state.next, nil, ""
	if err := syncFolder(dir); err != nil {
		return stateFault("%s can't be made durable", keyPath(dir)).Because(err)
	}
	return nil
}

// forgetNext gives up a rotation, and the owner's wish for one.
func forgetNext(dir string) error {
	for _, path := range []string{askedPath(dir), nextPath(dir)} {
		if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return stateFault("%s can't be removed", path).Because(err)
		}
	}
	return nil
}

// syncFolder makes the names in a folder durable. Windows has no such call; there the journal of NTFS keeps names.
func syncFolder(dir string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer f.Close()
	failpoint.Hit("enrol.folder.before")
	return f.Sync()
}

// askedPath holds, in hex, the public key that the machine's owner wants replaced.
func askedPath(dir string) string { return filepath.Join(dir, "rotate") }

// AskRotation asks for a rotation in the name of the machine's owner: of whatever process has the state directory, now or
// next. It gives the public key that is to be replaced.
func AskRotation(dir string) (ed25519.PublicKey, error) {
	state, err := Load(dir)
	if err != nil {
		return nil, err
	}
	public := publicOf(state.private)
	next := askedPath(dir) + ".new"
	defer os.Remove(next)
	if err := replaceFile(next, []byte(hex.EncodeToString(public)+"\n")); err != nil {
		return nil, stateFault("%s can't be written", askedPath(dir)).Because(err)
	}
	if err := own(next, keyPath(dir)); err != nil {
		return nil, stateFault("the node could not read %s", askedPath(dir)).Try("Run the command as the user that the node runs as").Because(err)
	}
	if err := os.Rename(next, askedPath(dir)); err != nil {
		return nil, stateFault("%s can't be written", askedPath(dir)).Because(err)
	}
	return public, nil
}

// RotationAsked reports whether a rotation is under way, or the machine's owner asked for one: and removes the
// question when it has been done.
func RotationAsked(dir string) (bool, error) {
	if _, err := os.Stat(nextPath(dir)); err == nil {
		return true, nil
	}
	text, err := os.ReadFile(askedPath(dir))
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, stateFault("%s can't be read", askedPath(dir)).Because(err)
	}
	private, err := readKey(keyPath(dir))
	if err != nil {
		return false, err
	}
	if strings.TrimSpace(string(text)) == hex.EncodeToString(publicOf(private)) {
		return true, nil
	}
	if err := os.Remove(askedPath(dir)); err != nil {
		return false, stateFault("%s can't be removed", askedPath(dir)).Because(err)
	}
	return false, nil
}

// PublicKey is the public half of the node key in a state directory.
func PublicKey(dir string) (ed25519.PublicKey, error) {
	private, err := readKey(keyPath(dir))
	if err != nil {
		return nil, err
	}
	return publicOf(private), nil
}
