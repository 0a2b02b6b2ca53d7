package postgres

import (
	"context"
	"hash/fnv"

	"github.com/purlieu/purlieu/connector"
	"github.com/purlieu/purlieu/model"
)

// Identify reads the server's own identifier, which its replicas share, and a digest of the login, the roles that it is
// a member of, and the rights on databases and on the schemas of the database that it signed in to. The identifier is
// unknown where the provider keeps the login from it.
func (c *Connector) Identify(ctx context.Context, env connector.Env) (model.Identity, error) {
	s, err := c.openHome(ctx, env)
	if err != nil {
		return model.Identity{}, err
	}
	defer s.close()
	id, err := s.systemID(ctx)
	if err != nil {
		return model.Identity{}, err
	}
	digest := fnv.New64a()
	err = s.query(ctx, sqlGrants, func(r row) error {
		for _, field := range r {
			_, _ = digest.Write(field)
			_, _ = digest.Write([]byte{0xff}) // no text of the server holds this byte
		}
		return nil
	})
	return model.Identity{System: id, Grants: digest.Sum64()}, err
}

// systemID is the identifier of the server's data, "" where the login may not read it.
func (s *session) systemID(ctx context.Context) (id string, err error) {
	may := false
	if err := s.query(ctx, sqlRightID, func(r row) error { may = r.yes(0); return nil }); err != nil || !may {
		return "", err
	}
	err = s.query(ctx, sqlSystemID, func(r row) error { id = r.text(0); return nil })
	return id, err
}
