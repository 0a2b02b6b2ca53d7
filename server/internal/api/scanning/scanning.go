// Package scanning is the published scanning plane: sources, scans, runs, filters, credentials, vault connections and
// integration runtimes. What has no published equivalent is in the manage plane.
//
// The shapes are those of the scanning description 2023-09-01; the older run operations are served too. *Properties*
// are split by the source's kind into settings, which this account understands, and the rest, which is kept and
// returned as it came. Members whose names begin with "purlieu" are ours.
package scanning

import (
	"context"
	"net/http"
	"time"

	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/server/internal/access"
	"github.com/purlieu/purlieu/server/internal/api"
	"github.com/purlieu/purlieu/server/internal/api/published"
	"github.com/purlieu/purlieu/server/internal/scan"
)

// Prefix is where the published plane is served.
const Prefix = "/scan"

// Definitions are what a person configures; scan.Service is one.
type Definitions interface {
	Kinds(ctx context.Context) ([]model.Kind, error)
	Kind(ctx context.Context, name string) (model.Kind, error)

	PutSource(ctx context.Context, src model.Source) (model.Source, bool, error)
	Source(ctx context.Context, name string) (model.Source, error)
	ListSources(ctx context.Context, after string, limit int) ([]model.Source, string, error)
	DeleteSource(ctx context.Context, name string) error

	PutScan(ctx context.Context, sc model.Scan) (model.Scan, bool, error)
	SetScope(ctx context.Context, source, scan string, scope model.Scope) (bool, error)
	Scan(ctx context.Context, source, name string) (model.Scan, error)
	ListScans(ctx context.Context, source, after string, limit int) ([]model.Scan, string, error)
	DeleteScan(ctx context.Context, source, name string) error

	PutTrigger(ctx context.Context, t scan.Trigger) (scan.Trigger, bool, error)
	Trigger(ctx context.Context, source, scan string) (scan.Trigger, error)
	Triggers(ctx context.Context, source, after string, limit int) (map[string]scan.Trigger, error)
	EnableTrigger(ctx context.Context, source, scan string, enabled bool) (scan.Trigger, error)
	DeleteTrigger(ctx context.Context, source, scan string) error

	PutCredential(ctx context.Context, c scan.Credential) (bool, error)
	Credential(ctx context.Context, name string) (scan.Credential, error)
	ListCredentials(ctx context.Context, after string, limit int) ([]scan.Credential, string, error)
	// CredentialUsers are the scans of some collections by the credential that they use.
	CredentialUsers(ctx context.Context, collections []string) (map[string][]model.Scan, error)
	DeleteCredential(ctx context.Context, name string) error

	PutVault(ctx context.Context, v scan.VaultConnection) (bool, error)
	Vault(ctx context.Context, name string) (scan.VaultConnection, error)
	ListVaults(ctx context.Context, after string, limit int) ([]scan.VaultConnection, string, error)
	DeleteVault(ctx context.Context, name string) error
}

// Runs start, stop and show executions; scan.Service is one.
type Runs interface {
	Start(ctx context.Context, source, scan string, o scan.StartOptions) (scan.RunView, error)
	Cancel(ctx context.Context, source, scan, runID string) error
	Run(ctx context.Context, id string) (scan.RunView, error)
	// History gives runs newest first, before a cursor ("" at first), and the cursor of the next page.
	History(ctx context.Context, f scan.RunFilter, before string, limit int) ([]scan.RunView, string, error)
	Gaps(ctx context.Context, runID string, after int64, limit int) ([]scan.GapRow, error)
}

// Runtimes are the integration runtimes and their nodes. Only Runtime has to give state and nodes.
type Runtimes interface {
	PutRuntime(ctx context.Context, name string, kind model.RuntimeKind, description string) (Runtime, bool, error)
	Runtime(ctx context.Context, name string) (Runtime, error)
	ListRuntimes(ctx context.Context, after string, limit int) ([]Runtime, string, error)
	DeleteRuntime(ctx context.Context, name string) error
	Keys(ctx context.Context, name string) (Keys, error)
	// RegenerateKey makes key 1 or 2 anew.
	RegenerateKey(ctx context.Context, name string, number int) (Keys, error)
	RemoveNode(ctx context.Context, runtime, node string) error
}

// Runtime is an integration runtime with its nodes.
type Runtime struct {
	ID, Name, Description string
	Kind                  model.RuntimeKind
	Created               time.Time
	State                 string // "Online", "Limited", "Offline", "NeedRegistration", "Started"
	Nodes                 []Node
}

// Node is one process of a runtime.
type Node struct {
	Name, Machine, Version string
	Status                 string // "Online", "Offline", "NeedRegistration", "Resting"
	Registered, LastSeen   time.Time
	Running, Slots         int    // attempts it holds, and could hold
	Drain                  string // "none", "draining", "drained"
}

// Keys are the two authentication keys of a runtime. They are secrets: shown to who asks, never logged.
type Keys struct{ Key1, Key2 string }

// Plane is what the operations stand on.
type Plane struct {
	Definitions Definitions
	Runs        Runs
	Runtimes    Runtimes
	Decider     api.Decider
}

// Routes are the operations, below Prefix.
func (p *Plane) Routes() []api.Route {
	const src, sc = "/datasources/{source}", "/datasources/{source}/scans/{scan}"
	return []api.Route{
		{Method: "GET", Pattern: "/datasources", Handler: p.listSources},
		{Method: "GET", Pattern: src, Handler: p.getSource},
		{Method: "PUT", Pattern: src, Handler: p.putSource},
		{Method: "DELETE", Pattern: src, Handler: p.deleteSource},
		{Method: "GET", Pattern: src + "/scans", Handler: p.listScans},
		{Method: "POST", Pattern: sc + ":run", Handler: p.run},
		{Method: "GET", Pattern: sc, Handler: p.getScan},
		{Method: "PUT", Pattern: sc, Handler: p.putScan},
		{Method: "DELETE", Pattern: sc, Handler: p.deleteScan},
		{Method: "GET", Pattern: sc + "/filters/custom", Handler: p.getFilter},
		{Method: "PUT", Pattern: sc + "/filters/custom", Handler: p.putFilter},
		{Method: "GET", Pattern: sc + "/triggers/default", Handler: p.getTrigger},
		{Method: "PUT", Pattern: sc + "/triggers/default", Handler: p.putTrigger},
		{Method: "DELETE", Pattern: sc + "/triggers/default", Handler: p.deleteTrigger},
		{Method: "POST", Pattern: sc + "/triggers/default:enable", Handler: p.enable(true)},
		{Method: "POST", Pattern: sc + "/triggers/default:disable", Handler: p.enable(false)},
		{Method: "POST", Pattern: sc + "/run", Handler: p.runOlder},
		{Method: "PUT", Pattern: sc + "/run", Handler: p.runOlder},
		{Method: "GET", Pattern: sc + "/runs", Handler: p.listRuns},
		{Method: "POST", Pattern: sc + "/runs/{run}:cancel", Handler: p.cancel},
		{Method: "POST", Pattern: sc + "/runs/{run}/:cancel", Handler: p.cancel},
		{Method: "GET", Pattern: sc + "/runs/{run}", Handler: p.getRun},
		{Method: "PUT", Pattern: sc + "/runs/{run}", Handler: p.runOlder},
		{Method: "GET", Pattern: "/credentials", Handler: p.listCredentials},
		{Method: "GET", Pattern: "/credentials/{name}", Handler: p.getCredential},
		{Method: "PUT", Pattern: "/credentials/{name}", Handler: p.putCredential},
		{Method: "DELETE", Pattern: "/credentials/{name}", Handler: p.deleteCredential},
		{Method: "GET", Pattern: "/azureKeyVaults", Handler: p.listVaults},
		{Method: "GET", Pattern: "/azureKeyVaults/{name}", Handler: p.getVault},
		{Method: "PUT", Pattern: "/azureKeyVaults/{name}", Handler: p.putVault},
		{Method: "DELETE", Pattern: "/azureKeyVaults/{name}", Handler: p.deleteVault},
		{Method: "GET", Pattern: "/integrationRuntimes", Handler: p.listRuntimes},
		{Method: "POST", Pattern: "/integrationRuntimes/{name}:listAuthKeys", Handler: p.listKeys},
		{Method: "POST", Pattern: "/integrationRuntimes/{name}/:listAuthKeys", Handler: p.listKeys},
		{Method: "POST", Pattern: "/integrationRuntimes/{name}:regenerateAuthKey", Handler: p.regenerateKey},
		{Method: "POST", Pattern: "/integrationRuntimes/{name}/:regenerateAuthKey", Handler: p.regenerateKey},
		{Method: "GET", Pattern: "/integrationRuntimes/{name}", Handler: p.getRuntime},
		{Method: "PUT", Pattern: "/integrationRuntimes/{name}", Handler: p.putRuntime},
		{Method: "DELETE", Pattern: "/integrationRuntimes/{name}", Handler: p.deleteRuntime},
		{Method: "GET", Pattern: "/integrationRuntimes/{name}/status", Handler: p.runtimeStatus},
		{Method: "DELETE", Pattern: "/integrationRuntimes/{name}/nodes/{node}", Handler: p.removeNode},
	}
}

// Planes are all that this package serves, ready to mount.
func (p *Plane) Planes() []api.Plane {
	return []api.Plane{{Prefixes: []string{Prefix}, Handler: api.Routes(published.With(Prefix, p.Routes())...)}}
}

// maxPage is how many things one answer lists.
const maxPage = 100

// may asks the Decider.
func (p *Plane) may(r *http.Request, a access.Action, collection string) error {
	return p.Decider.Allow(r.Context(), api.PrincipalOf(r), a, collection)
}

// mayAnywhere is for things that hang on no collection: who may do it on any collection may see them.
func (p *Plane) mayAnywhere(r *http.Request, a access.Action) error {
	where, err := p.Decider.CollectionsFor(r.Context(), api.PrincipalOf(r), a)
	if err != nil || len(where) > 0 {
		return err
	}
	return p.may(r, a, access.RootCollection) // says which role is missing
}

// hide turns Denied into the answer for a thing that is not there.
func hide(err error, what, name string) error {
	if fault.Is(err, fault.Denied) {
		return scan.NotFound(what, name)
	}
	return err
}

// written is the status of a PUT.
func written(created bool) int {
	if created {
		return http.StatusCreated
	}
	return http.StatusOK
}

// list is the published form of a page.
func list(r *http.Request, value []any, next string) map[string]any {
	if value == nil {
		value = []any{}
	}
	return map[string]any{"value": value, "count": len(value), "nextLink": api.NextLink(r, next)}
}
