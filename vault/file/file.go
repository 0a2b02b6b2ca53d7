// Package file is the vault of files below one folder: the reference "file:shop-password" is the content of the file
// shop-password there, without one trailing newline.
//
// A name may lead through folders below that one and through links that stay inside, as Kubernetes mounts secrets;
// it never leads out. A file that everybody on the machine can read or write is refused.
package file

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"unicode"

	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/vault"
)

// MaxSize is the size of the largest file that is taken for a secret, in bytes.
const MaxSize = 64 << 10

// Config says where the secrets are.
type Config struct {
	Folder string // absolute; "" is no folder: every reference is NotFound
}

// New is the vault. It looks at nothing until a reference is resolved.
func New(cfg Config) vault.Vault { return files{cfg} }

type files struct{ cfg Config }

func (files) Kind() string { return "file" }

// Resolve reads the file anew each time.
func (v files) Resolve(ctx context.Context, ref model.SecretRef) (vault.Secret, error) {
	var none vault.Secret
	if err := ctx.Err(); err != nil {
		return none, fault.New(fault.Unreachable, "Cancelled", "%s was not read: the time for it is over", ref).Because(err)
	}
	if err := v.check(ref); err != nil {
		return none, err
	}
	root, err := os.OpenRoot(v.cfg.Folder)
	if err != nil {
		return none, v.failed(ref, err)
	}
	defer root.Close()
	info, err := root.Stat(ref.Name) // before opening: a pipe would keep us waiting
	if err != nil {
		return none, v.failed(ref, err)
	}
	if err := v.judge(ref, info); err != nil {
		return none, err
	}
	f, err := root.Open(ref.Name)
	if err != nil {
		return none, v.failed(ref, err)
	}
	defer f.Close()
	if info, err = f.Stat(); err != nil {
		return none, v.failed(ref, err)
	}
	if err := v.judge(ref, info); err != nil { // what was opened may not be what was looked at
		return none, err
	}
	value, err := io.ReadAll(io.LimitReader(f, MaxSize+3))
	if err != nil {
		return none, v.failed(ref, err)
	}
	value = trim(value)
	if len(value) > MaxSize {
		return none, fault.New(fault.Invalid, "SecretTooBig", "the file of %s has more than %d bytes", ref, MaxSize)
	}
	if len(value) == 0 {
		return none, fault.New(fault.Invalid, "SecretEmpty", "the file of %s is empty", ref)
	}
	return vault.NewSecret(value), nil
}

func (v files) check(ref model.SecretRef) error {
	switch {
	case ref.Vault != v.Kind():
		return fault.New(fault.Invalid, "WrongVault", "%s is not a reference into this vault", ref)
	case v.cfg.Folder == "":
		return fault.New(fault.NotFound, "NoVaultFolder", "this node has no folder for secrets").
			Try("Start the node with one, purlieu-runtime run --vault-file FOLDER (the built-in runtime: purlieu server --vault FOLDER), or use another vault")
	case ref.Version != "" || len(ref.Options) > 0:
		return fault.New(fault.Invalid, "BadReference", "a reference into the file vault has a name only, no version and no options")
	case ref.Name == "" || ref.Name == "." || !filepath.IsLocal(ref.Name) || strings.ContainsFunc(ref.Name, func(r rune) bool { return r == '\\' || unicode.IsControl(r) }):
		return fault.New(fault.Denied, "OutsideFolder", "%q does not name a file below the folder for secrets", ref.Name).
			Try("Use a name without \"..\" and without a leading slash")
	}
	return nil
}

func (v files) judge(ref model.SecretRef, info fs.FileInfo) error {
	if !info.Mode().IsRegular() {
		return fault.New(fault.Denied, "NotAFile", "%s is not a regular file", ref)
	}
	if runtime.GOOS != "windows" && info.Mode().Perm()&0o006 != 0 {
		return fault.New(fault.Denied, "FileTooOpen", "the file of %s can be read or written by everybody on this machine", ref).
			Try("Run: chmod o-rw %s", quote(filepath.Join(v.cfg.Folder, ref.Name)))
	}
	return nil
}

// failed sorts the errors of the operating system. What they say may go to the operator's log: it holds names only.
func (v files) failed(ref model.SecretRef, err error) error {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return fault.New(fault.NotFound, "SecretNotFound", "there is no file for %s", ref).
			Try("Write it to %s, readable by the node's user alone", quote(filepath.Join(v.cfg.Folder, ref.Name))).Because(err)
	case errors.Is(err, fs.ErrPermission):
		return fault.New(fault.Denied, "FileNotReadable", "the node may not read the file of %s", ref).
			Try("Give the node's user the right to read it").Because(err)
	case strings.Contains(err.Error(), "path escapes"): // os.Root gives this case no value of its own
		return fault.New(fault.Denied, "OutsideFolder", "%s leads out of the folder for secrets", ref).Because(err)
	}
	return fault.New(fault.Unreachable, "FileNotRead", "the file of %s can't be read", ref).Because(err)
}

// trim takes one newline off the end, as editors leave it.
func trim(b []byte) []byte {
	if n := len(b); n > 0 && b[n-1] == '\n' {
		b = b[:n-1]
		if n := len(b); n > 0 && b[n-1] == '\r' {
			b = b[:n-1]
		}
	}
	return b
}

// quote makes a path one word of a shell.
func quote(path string) string { return "'" + strings.ReplaceAll(path, "'", `'\''`) + "'" }
