// Package manage is our own plane, /manage/v1: what has no equivalent in the published description. Nodes enrol here
// and get their tokens; administrators see to nodes, keys, sign-in links, users, app registrations and roles. Users, apps
// and links are for whoever holds collection-administrator on the root collection, person or app: who holds that can
// make others hold it, so a token of theirs that is lost is to be treated as a lost administrator.
//
// The paths that OpenPaths names take no bearer token: a node that enrols has none. All others ask who it is and then
// what that may do. Bodies are JSON of at most 1 MiB; unknown fields are refused, and no error quotes one.
package manage

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/server/internal/access"
	"github.com/purlieu/purlieu/server/internal/api"
	"github.com/purlieu/purlieu/server/internal/fleet"
)

// ErrorWriter answers a request with a failure.
type ErrorWriter func(w http.ResponseWriter, r *http.Request, err error)

// Head is what the account has receipted of one entry of a node's egress ledger.
type Head struct {
	Index    uint64    `json:"index"`
	Head     []byte    `json:"head"` // of the ledger's hash chain behind the entry, 32 bytes
	Unit     int64     `json:"unit"`
	Attempt  uint32    `json:"attempt"`
	Number   uint32    `json:"number"`
	Received time.Time `json:"received"`
}

// Receipts tells what the account has receipted of a node, so that the node's owner can compare (egress reconcile).
type Receipts interface {
	// Highest gives the highest head of a node's ledger, which speaks for all entries before it; false for none.
	Highest(ctx context.Context, node string) (Head, bool, error)
}

// Config is what the plane is made of.
type Config struct {
	Access   *access.Service
	Fleet    *fleet.Service
	Receipts Receipts // nil: receipts are not served
	// Principal tells who asks; fault.Denied when nobody is signed in.
	Principal func(r *http.Request) (access.Principal, error)
	Fail      ErrorWriter
	// SignInURL is the address of the sign-in page as people reach it, without a fragment.
	SignInURL func() string
}

type plane struct{ Config }

// OpenPaths are the paths that need no bearer token.
func OpenPaths() []string {
	return []string{"/manage/v1/enrol", "/manage/v1/nodes/nonce", "/manage/v1/nodes/token"}
}

// New makes the handler of /manage/v1; it serves whole paths.
func New(cfg Config) http.Handler {
	p := &plane{cfg}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /manage/v1/enrol", p.enrol)
	mux.HandleFunc("POST /manage/v1/nodes/nonce", p.nonce)
	mux.HandleFunc("POST /manage/v1/nodes/token", p.token)

	mux.HandleFunc("GET /manage/v1/whoami", p.as(p.whoami))
	mux.HandleFunc("GET /manage/v1/nodes/{node}/receipts", p.as(p.receipts))

	may := func(action access.Action, h handler) http.HandlerFunc {
		return p.as(func(w http.ResponseWriter, r *http.Request, who access.Principal) error {
			if err := p.Access.Allow(r.Context(), who, action, access.RootCollection); err != nil {
				return err
			}
			return h(w, r, who)
		})
	}
	mux.HandleFunc("GET /manage/v1/runtimes/{runtime}/nodes", may(access.ReadRuntime, p.nodes))
	mux.HandleFunc("PUT /manage/v1/runtimes/{runtime}/approval", may(access.WriteRuntime, p.setApproval))
	mux.HandleFunc("GET /manage/v1/runtimes/{runtime}/keys", may(access.WriteRuntime, p.keys))
	mux.HandleFunc("PUT /manage/v1/runtimes/{runtime}/keys/{key}/limit", may(access.WriteRuntime, p.setLimit))
	mux.HandleFunc("DELETE /manage/v1/nodes/{node}", may(access.WriteRuntime, p.removeNode))
	mux.HandleFunc("POST /manage/v1/nodes/{node}/revoke", may(access.WriteRuntime, p.revokeNode))
	mux.HandleFunc("POST /manage/v1/nodes/{node}/approve", may(access.WriteRuntime, p.approveNode))

	mux.HandleFunc("GET /manage/v1/users", may(access.WriteCollection, p.users))
	mux.HandleFunc("POST /manage/v1/users", may(access.WriteCollection, p.addUser))
	mux.HandleFunc("DELETE /manage/v1/users/{id}", may(access.WriteCollection, p.deleteUser))
	mux.HandleFunc("PUT /manage/v1/users/{id}/disabled", may(access.WriteCollection, p.disableUser))
	mux.HandleFunc("POST /manage/v1/signin-links", may(access.WriteCollection, p.addLink))
	mux.HandleFunc("GET /manage/v1/apps", may(access.WriteCollection, p.apps))
	mux.HandleFunc("POST /manage/v1/apps", may(access.WriteCollection, p.addApp))
	mux.HandleFunc("DELETE /manage/v1/apps/{id}", may(access.WriteCollection, p.deleteApp))
	mux.HandleFunc("POST /manage/v1/apps/{id}/secret", may(access.WriteCollection, p.renewSecret))

	mux.HandleFunc("GET /manage/v1/collections/{collection}/roles", p.as(p.roles))
	mux.HandleFunc("PUT /manage/v1/collections/{collection}/roles/{role}/{principal}", p.as(p.assign))
	mux.HandleFunc("DELETE /manage/v1/collections/{collection}/roles/{role}/{principal}", p.as(p.unassign))

	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		p.Fail(w, r, fault.New(fault.NotFound, "NotFound", "there is nothing at this address"))
	})
	return mux
}

// handler serves one request of somebody known; an error is answered once, by its caller.
type handler func(w http.ResponseWriter, r *http.Request, who access.Principal) error

// as finds out who asks.
func (p *plane) as(h handler) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		who, err := p.Principal(r)
		if err == nil && who.ID == "" {
			err = fault.New(fault.Denied, "Unauthenticated", "nobody is signed in").Try("Send a bearer token")
		}
		if err == nil {
			err = h(w, r, who)
		}
		if err != nil {
			p.Fail(w, r, err)
		}
	}
}

const maxBody = 1 << 20

func decode(w http.ResponseWriter, r *http.Request, into any) error {
	return api.ReadStrict(w, r, maxBody, into)
}

func answer(w http.ResponseWriter, status int, body any) error {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body) // the caller has gone when this fails
	return nil
}

func nothing(w http.ResponseWriter, err error) error {
	if err == nil {
		w.WriteHeader(http.StatusNoContent)
	}
	return err
}
