package witness

import (
	"errors"
	"os"

	"github.com/purlieu/purlieu/failpoint"
)

// file is a witness that is a file. It is opened for each line, so that one that was moved away, or is on another machine, is found
// where its name leads now.
type file string

// Tell implements teller.
func (f file) Tell(line string) (err error) {
	out, err := os.OpenFile(string(f), os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, out.Close()) }()
	if _, err := out.WriteString(line + "\n"); err != nil {
		return err
	}
	failpoint.Hit("witness.sync.before")
	return out.Sync()
}

// Close implements teller.
func (f file) Close() error { return nil }
