package node

import (
	"context"
	"io"

	"github.com/purlieu/purlieu/lock"
	"github.com/purlieu/purlieu/node/internal/console"
	"github.com/purlieu/purlieu/node/internal/survey"
)

// Work is the whole life of a worker process: it reads jobs from in and writes what it finds to out, until the node
// lets it go. It returns nil then; garbage in is fault.Invalid.
func Work(ctx context.Context, in io.Reader, out io.Writer, members Members) error {
	return survey.Worker(ctx, in, out, members)
}

// Members are the lists of plug-ins that a worker has.
type Members = survey.Members

// Status is how a node does, as it wrote down a moment ago: see node/internal/console.
type Status = console.Status

// ReadStatus is the last status that a node wrote; fault.NotFound when none ever ran with the state directory. One that
// was killed wrote no last word: it has stopped, too.
func ReadStatus(stateDir string) (Status, error) {
	s, err := console.Read(stateDir)
	if err == nil && lock.Free(stateDir) {
		s.State = console.Stopped
	}
	return s, err
}
