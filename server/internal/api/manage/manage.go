// Package manage is our own plane, /manage/v1: what has no equivalent in the published description. Nodes enrol here
// and get their tokens; people find here what they may do, the kinds of source and which runtime can serve them, whether
// a source answers and which names it has, runs of all scans with their units, gaps and changes, an overview, and what an
// asset was. Administrators see to nodes, keys, sign-in links, users, app registrations and roles. Users, apps and links
// are for whoever holds collection-administrator on the root collection, person or app: who holds that can make others
// hold it, so a token of theirs that is lost is to be treated as a lost administrator.
//
// The operations of Open take no bearer token: a node that enrols has none. All others ask who it is and then what that
// may do. Bodies are JSON of at most 1 MiB; unknown fields are refused, and no error quotes one. All of it is described
// in server/internal/api/openapi, and a test holds the two together.
package manage

import (
	"context"
	"net/http"
	"time"

	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/server/internal/access"
	"github.com/purlieu/purlieu/server/internal/api"
	"github.com/purlieu/purlieu/server/internal/fleet"
	"github.com/purlieu/purlieu/server/internal/gate"
	"github.com/purlieu/purlieu/server/internal/search"
)

// Prefix is where the plane is served.
const Prefix = "/manage/v1"

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

// Plane is what the operations stand on. The operations of a part that is nil are not served.
type Plane struct {
	Decider  api.Decider
	Now      func() time.Time
	People   *access.Service
	Fleet    *fleet.Service
	Receipts Receipts
	// SignInURL is the address of the sign-in page as people reach it, without a fragment.
	SignInURL func() string

	Sources   Sources
	Runs      Runs
	Proposals Proposals
	Announced Announced
	Map       Map
	Search    search.Searcher

	Network Network
	// Arrival tells how a request came.
	Arrival func(r *http.Request) gate.Arrival

	// Questions go to nodes.
	Questions Questions

	// Short tells whether the store's disk has so little room that scans wait; nil: never.
	Short func() bool

	// Build is the version of this replica.
	Build string
}

// Planes are all that this package serves, ready to mount: the open operations first.
func (p *Plane) Planes() []api.Plane {
	var out []api.Plane
	for _, route := range p.Open() {
		open := route
		open.Pattern = "/"
		out = append(out, api.Plane{Prefixes: []string{Prefix + route.Pattern}, Handler: api.Routes(open), Open: true})
	}
	return append(out, api.Plane{Prefixes: []string{Prefix}, Handler: api.Routes(p.Routes()...)})
}

// Open are the operations that take no bearer token.
func (p *Plane) Open() []api.Route {
	if p.Fleet == nil {
		return nil
	}
	return []api.Route{
		{Method: "POST", Pattern: "/enrol", Handler: p.enrol},
		{Method: "POST", Pattern: "/nodes/nonce", Handler: p.nonce},
		{Method: "POST", Pattern: "/nodes/token", Handler: p.token},
		{Method: "POST", Pattern: "/nodes/key", Handler: p.replaceKey},
	}
}

// Routes are all other operations, below Prefix.
func (p *Plane) Routes() []api.Route {
	routes := []api.Route{
		{Method: "GET", Pattern: "/openapi.json", Handler: p.openAPI},
		{Method: "GET", Pattern: "/retention", Handler: p.as(p.retention)},
	}
	if p.People != nil {
		routes = append(routes, p.peopleRoutes()...)
	}
	if p.Fleet != nil {
		routes = append(routes, p.nodeRoutes()...)
	}
	if p.Sources != nil {
		routes = append(routes, p.kindRoutes()...)
	}
	if p.Questions != nil {
		routes = append(routes, p.questionRoutes()...)
	}
	if p.Runs != nil {
		routes = append(routes, p.runRoutes()...)
	}
	if p.Proposals != nil {
		routes = append(routes, p.proposalRoutes()...)
	}
	if p.Announced != nil {
		routes = append(routes, p.announcedRoutes()...)
	}
	if p.Map != nil {
		routes = append(routes, p.assetRoutes()...)
	}
	if p.Network != nil {
		routes = append(routes, p.networkRoutes()...)
	}
	return routes
}

// handler serves one request of somebody known.
type handler func(w http.ResponseWriter, r *http.Request, who access.Principal) error

// as finds out who asks.
func (p *Plane) as(h handler) api.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		who := api.PrincipalOf(r)
		if who.ID == "" {
			return fault.New(fault.Denied, "Unauthenticated", "nobody is signed in").Try("Send a bearer token")
		}
		return h(w, r, who)
	}
}

// may serves whoever may do it on the root collection.
func (p *Plane) may(action access.Action, h handler) api.Handler {
	return p.as(func(w http.ResponseWriter, r *http.Request, who access.Principal) error {
		if err := p.Decider.Allow(r.Context(), who, action, access.RootCollection); err != nil {
			return err
		}
		return h(w, r, who)
	})
}

const maxBody = 1 << 20

func decode(w http.ResponseWriter, r *http.Request, into any) error {
	return api.ReadStrict(w, r, maxBody, into)
}

func answer(w http.ResponseWriter, status int, body any) error {
	api.Answer(w, status, body)
	return nil
}

func nothing(w http.ResponseWriter, err error) error {
	if err == nil {
		w.WriteHeader(http.StatusNoContent)
	}
	return err
}

// maxPage is how many things one answer lists.
const maxPage = 100

// page is the form of every list that has pages.
type page struct {
	Value    any `json:"value"`
	NextLink any `json:"nextLink"` // null at the end
}
