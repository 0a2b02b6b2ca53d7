package server

import (
	"bytes"
	"context"

	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/network/certs"
)

// sharedAuthority is the name under which the account's certificate authority is kept for all replicas.
const sharedAuthority = "authority"

// openCerts opens the account's certificate authority. Nodes hold on to it by its pin, so all replicas have the same: the
// first one makes it, and a new replica takes it from the store, which keeps it sealed under the account's key file.
func (s *Server) openCerts(ctx context.Context) error {
	dir := tlsPath(s.cfg.Data)
	mine, err := certs.Authorities(dir)
	if err != nil {
		return err
	}
	kept, err := s.access.Shared(ctx, sharedAuthority, mine)
	if err != nil {
		return err
	}
	if kept == nil { // a new account
		if _, err := certs.Open(dir, s.cfg.Now, s.cfg.names()); err != nil {
			return err
		}
		if mine, err = certs.Authorities(dir); err != nil {
			return err
		}
		if kept, err = s.access.Shared(ctx, sharedAuthority, mine); err != nil {
			return err
		}
		if !bytes.Equal(kept, mine) { // another replica was first
			mine = nil
		}
	}
	switch {
	case mine == nil:
		if err := certs.Adopt(dir, kept); err != nil {
			return err
		}
	case !bytes.Equal(kept, mine):
		return fault.New(fault.Conflict, "OtherAuthority", "the certificate authority in %s is not that of the account in the store", dir).
			Try("Give the data folder of a replica of this account with --data, or an empty one with the account's account.key in it")
	}
	s.certs, err = certs.Open(dir, s.cfg.Now, s.cfg.names())
	return err
}
