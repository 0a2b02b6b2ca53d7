package survey

import (
	"context"
	"log/slog"
	"net"

	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/node/internal/pipe"
	"github.com/purlieu/purlieu/vault"
)

// env is the connector.Env of one run.
type env struct {
	job      *pipe.Job
	kind     *model.Kind
	dial     func(ctx context.Context, host string, port int) (net.Conn, error)
	log      *slog.Logger
	surveyor *surveyor // nil in a job that asks
}

func (e *env) Setting(name string) string    { return e.kind.Get(e.job.Grant.Settings, name) }
func (e *env) Scope() model.Scope            { return e.job.Grant.Scope }
func (e *env) Level() model.Level            { return e.job.Grant.Level }
func (e *env) Budget() model.Budget          { return e.job.Grant.Budget }
func (e *env) Credential(name string) string { return e.job.Grant.Login.Open[name] }
func (e *env) CredentialKind() string        { return e.job.Grant.Login.Kind }
func (e *env) Log() *slog.Logger             { return e.log }

func (e *env) Lets(r model.Release) bool { return e.job.Terms.Lets(r) }

func (e *env) Secret(name string) vault.Secret { return vault.NewSecret(e.job.Secrets[name]) }

func (e *env) Dial(ctx context.Context, host string, port int) (net.Conn, error) {
	return e.dial(ctx, host, port)
}

// Want looks the asset up in the base. One that need not be opened counts as seen: the connector says no more of it.
func (e *env) Want(typeName, path string, stamp uint64) (open, sample bool) {
	s := e.surveyor
	if s == nil { // a job that asks has no base, and samples nothing
		return true, false
	}
	deep := s.engine != nil
	m := mark(stamp, s.stance)
	if s.grant.Full || m == 0 || s.ready() != nil || s.misplaced(typeName, path) != "" {
		return true, deep
	}
	open, sample = true, deep
	hash := hashOf(s.grant.Authority, typeName, path)
	s.base.above(path, func(l *listing) bool {
		row, position, ok := l.find(hash)
		if !ok {
			return false
		}
		due := deep && row.Sampled.Stale(s.today)
		if row.Stamp != m || due {
			return true
		}
		open, sample = false, false
		if l.meet(position) {
			l.see(position)
			s.count()
		}
		return true
	})
	return open, sample
}
