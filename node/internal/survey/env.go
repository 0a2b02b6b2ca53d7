package survey

import (
	"context"
	"log/slog"
	"net"

	"github.com/purlieu/purlieu/connector"
	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/format"
	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/node/internal/pipe"
	"github.com/purlieu/purlieu/vault"
)

// env is the connector.Env of one run.
type env struct {
	job      *pipe.Job
	kind     *model.Kind
	deps     Deps
	surveyor *surveyor // nil in a job that asks
}

func (e *env) Setting(name string) string    { return e.kind.Get(e.job.Grant.Settings, name) }
func (e *env) Scope() model.Scope            { return e.job.Grant.Scope }
func (e *env) Level() model.Level            { return e.job.Grant.Level }
func (e *env) Budget() model.Budget          { return e.job.Grant.Budget }
func (e *env) Credential(name string) string { return e.job.Grant.Login.Open[name] }
func (e *env) CredentialKind() string        { return e.job.Grant.Login.Kind }
func (e *env) Log() *slog.Logger             { return e.deps.Log }
func (e *env) Formats() *format.Set          { return e.deps.Formats }

func (e *env) Lets(r model.Release) bool { return e.job.Terms.Lets(r) }

func (e *env) Secret(name string) vault.Secret { return vault.NewSecret(e.job.Secrets[name]) }

func (e *env) Dial(ctx context.Context, host string, port int) (net.Conn, error) {
	return e.deps.Dial(ctx, host, port)
}

func (e *env) Folder(ctx context.Context) (connector.Folder, error) {
	if e.deps.Folder == nil {
		return nil, fault.New(fault.Unsupported, "NoFolder", "sources of kind %s are no folders", e.kind.Name)
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return e.deps.Folder()
}

// Afresh says that there is no base, or that it does not count.
func (e *env) Afresh() bool {
	return e.surveyor == nil || e.surveyor.grant.Full || len(e.surveyor.base.listings) == 0
}

// Want looks the asset up in the base. One that need not be opened counts as seen: the connector says no more of it.
func (e *env) Want(typeName, path string, stamp uint64) (open, sample bool) {
	s := e.surveyor
	if s == nil { // a job that asks has no base, and samples nothing
		return true, false
	}
	deep := s.engine != nil
	m := mark(stamp, s.stance)
	if e.Afresh() || m == 0 || s.ready() != nil || s.misplaced(typeName, path) != "" {
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
