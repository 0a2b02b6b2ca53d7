package survey

import (
	"github.com/purlieu/purlieu/bus"
	"github.com/purlieu/purlieu/connector"
	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/model"
)

// codeSourceAway is the code of an attempt on a folder that told its identity before, and tells none now.
const codeSourceAway = "SourceAway"

// Known is what a worker was told of its source's identity in one run. Where the catalogue shows everything to any
// login only the system counts, and one answer serves all units that the worker reads in the run; rights are asked for
// at each unit, since they may change between two. So is which folder a node-local source is: asking costs nothing, and
// a mount can go away without a word. It is for one goroutine.
type Known struct {
	run      string
	identity model.Identity
}

// identify asks which source was reached. One that is not the grant's is not read.
func (s *surveyor) identify(conn connector.Connector, env *env) error {
	asker, ok := conn.(connector.Identifier)
	if !ok {
		return nil
	}
	lasting := s.kind.ShowsAll && s.known != nil && s.kind.Folder == ""
	if lasting && s.grant.Unit.Step != "" && s.known.run == s.grant.Run {
		s.identity = s.known.identity
		return s.expected()
	}
	id, err := s.ask(asker, env)
	if err != nil {
		return err
	}
	s.identity = id
	if lasting {
		*s.known = Known{run: s.grant.Run, identity: id}
	}
	return s.expected()
}

// confirm asks again behind the reading, where what is shown depends on the login: rights that changed meanwhile prove
// nothing, in whatever order they did. A folder is asked too: another may have taken its place.
func (s *surveyor) confirm(conn connector.Connector, env *env) error {
	asker, ok := conn.(connector.Identifier)
	if !ok || s.kind.Folder == "" && (s.kind.ShowsAll || s.identity.Grants == 0) {
		return nil
	}
	again, err := s.ask(asker, env)
	if err != nil {
		return err
	}
	if again != s.identity {
		s.identity.Grants = 0
	}
	if again.Other(s.identity) || s.kind.Folder != "" && again.System != s.identity.System {
		s.identity = again
		return errChanged()
	}
	return s.expected()
}

func (s *surveyor) ask(asker connector.Identifier, env *env) (model.Identity, error) {
	id, err := asker.Identify(s.ctx, env)
	if err == nil && !id.Sound() {
		err = fault.New(fault.Internal, "BadIdentity", "the connector gave an identity that can't be kept")
	}
	return id, err
}

// expected holds what was reached against the grant. A known folder that tells no identity is not read either: it may be
// the empty place where a disk was mounted.
func (s *surveyor) expected() error {
	switch {
	case s.identity.Other(model.Identity{System: s.grant.System}):
		return errChanged()
	case s.kind.Folder != "" && s.grant.System != "" && s.identity.System == "":
		return fault.New(fault.Conflict, codeSourceAway, "the folder tells no identity, and it told one when it was scanned before: its disk may not be mounted").
			Try("Mount it again; where it was moved for good to a file system without times of birth, register it as another source")
	}
	return nil
}

func errChanged() error {
	return fault.New(fault.Conflict, bus.CodeSourceChanged, "another source answers at the address than the one that was scanned before").
		Try("Look at the account's proposals: a person says there whether the source has moved")
}
