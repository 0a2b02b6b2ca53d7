package manage

import (
	"net/http"
	"time"

	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/server/internal/access"
	"github.com/purlieu/purlieu/server/internal/api"
	"github.com/purlieu/purlieu/server/internal/fleet"
)

func (p *Plane) nodeRoutes() []api.Route {
	const runtime = "/runtimes/{runtime}"
	return []api.Route{
		{Method: "GET", Pattern: "/nodes/{node}/receipts", Handler: p.as(p.receipts)},
		{Method: "GET", Pattern: "/runtimes", Handler: p.as(p.runtimes)},
		{Method: "GET", Pattern: runtime + "/nodes", Handler: p.may(access.ReadRuntime, p.nodes)},
		{Method: "PUT", Pattern: runtime + "/approval", Handler: p.may(access.WriteRuntime, p.setApproval)},
		{Method: "GET", Pattern: runtime + "/keys", Handler: p.may(access.WriteRuntime, p.keys)},
		{Method: "PUT", Pattern: runtime + "/keys/{key}/limit", Handler: p.may(access.WriteRuntime, p.setLimit)},
		{Method: "DELETE", Pattern: "/nodes/{node}", Handler: p.may(access.WriteRuntime, p.removeNode)},
		{Method: "POST", Pattern: "/nodes/{node}/revoke", Handler: p.may(access.WriteRuntime, p.revokeNode)},
		{Method: "POST", Pattern: "/nodes/{node}/approve", Handler: p.may(access.WriteRuntime, p.approveNode)},
		{Method: "POST", Pattern: "/nodes/{node}/drain", Handler: p.may(access.WriteRuntime, p.drainNode)},
		{Method: "POST", Pattern: "/nodes/{node}/rotate", Handler: p.may(access.WriteRuntime, p.rotateNode)},
		{Method: "POST", Pattern: "/nodes/{node}/resume", Handler: p.may(access.WriteRuntime, p.resumeNode)},
	}
}

func (p *Plane) enrol(w http.ResponseWriter, r *http.Request) error {
	var req model.EnrolRequest
	var out model.Enrolment
	err := decode(w, r, &req)
	if err == nil {
		out, err = p.Fleet.Enrol(r.Context(), req)
	}
	if err != nil {
		return err
	}
	return answer(w, http.StatusOK, out)
}

func (p *Plane) nonce(w http.ResponseWriter, r *http.Request) error {
	var req model.NonceRequest
	var out model.NonceAnswer
	err := decode(w, r, &req)
	if err == nil {
		out.Nonce, err = p.Fleet.Nonce(r.Context(), req.Node)
	}
	if err != nil {
		return err
	}
	return answer(w, http.StatusOK, out)
}

func (p *Plane) token(w http.ResponseWriter, r *http.Request) error {
	var req model.TokenRequest
	var out model.TokenAnswer
	err := decode(w, r, &req)
	if err == nil {
		var life time.Duration
		out.Token, life, err = p.Fleet.NodeToken(r.Context(), req.Node, req.Nonce, req.Signature)
		out.Seconds = int(life.Seconds())
	}
	if err != nil {
		return err
	}
	return answer(w, http.StatusOK, out)
}

func (p *Plane) replaceKey(w http.ResponseWriter, r *http.Request) error {
	var req model.KeyRequest
	var out model.KeyAnswer
	err := decode(w, r, &req)
	if err == nil {
		out.KeyTime, err = p.Fleet.ReplaceKey(r.Context(), req)
	}
	if err != nil {
		return err
	}
	return answer(w, http.StatusOK, out)
}

// node is a node on the wire: published names where there are any.
type node struct {
	ID          string     `json:"id"`
	Name        string     `json:"nodeName"`
	Machine     string     `json:"machineName"`
	Status      string     `json:"status"`
	Version     string     `json:"version"`
	System      string     `json:"system"`
	Pending     bool       `json:"pendingApproval"`
	Revoked     bool       `json:"revoked"`
	Key         int        `json:"enrolledByKey"`
	Registered  time.Time  `json:"registerTime"`
	LastConnect time.Time  `json:"lastConnectTime"`
	LastStart   *time.Time `json:"lastStartTime"`
	Expires     *time.Time `json:"expiryTime"`
	Running     int        `json:"concurrentJobsRunning"`
	Slots       int        `json:"maxConcurrentJobs"`
	FreeMB      int        `json:"availableMemoryInMB"`
	CPU         int        `json:"cpuUtilization"`
	Unreceipted int        `json:"messagesWithoutReceipt"`
	Kinds       []string   `json:"kinds"` // that it can read; null when it did not say
	// Drain says how far the node is that a person told to claim no more, DrainSince when that was.
	Drain      fleet.Drain `json:"drain"`
	DrainSince *time.Time  `json:"drainTime"`
	KeyMade    time.Time   `json:"keyTime"`      // since when it has its key
	NewKey     bool        `json:"newKeyWanted"` // a person told it to make another, and it has not yet
}

func when(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

// runtimeSummary is a runtime in the list of all, with what its nodes come to.
type runtimeSummary struct {
	Name        string            `json:"name"`
	Kind        model.RuntimeKind `json:"kind"`
	Description string            `json:"description"`
	State       string            `json:"state"`
	Nodes       int               `json:"nodes"`
	NodesOnline int               `json:"nodesOnline"`
}

// runtimes lists all runtimes with their state: what a person who watches them asks for again and again.
func (p *Plane) runtimes(w http.ResponseWriter, r *http.Request, who access.Principal) error {
	if err := p.mayAnywhere(r, who, []access.Action{access.ReadRuntime}); err != nil {
		return err
	}
	all, err := p.Fleet.Statuses(r.Context())
	if err != nil {
		return err
	}
	value := []runtimeSummary{}
	for _, s := range all {
		value = append(value, runtimeSummary{
			Name: s.Runtime.Name, Kind: s.Runtime.Kind, Description: s.Runtime.Description,
			State: s.State, Nodes: len(s.Nodes), NodesOnline: s.Online,
		})
	}
	return answer(w, http.StatusOK, page{Value: value})
}

func (p *Plane) nodes(w http.ResponseWriter, r *http.Request, _ access.Principal) error {
	status, err := p.Fleet.Status(r.Context(), r.PathValue("runtime"))
	if err != nil {
		return err
	}
	value := []node{}
	for _, n := range status.Nodes {
		value = append(value, node{
			ID: n.ID, Name: n.Name, Machine: n.Machine, Status: n.State, Version: n.Version, System: n.System,
			Pending: n.Pending, Revoked: n.Revoked, Key: n.Key, Registered: n.Registered, LastConnect: n.LastConnect,
			LastStart: when(n.LastStart), Expires: when(n.Expires), Running: n.Attempts, Slots: n.Slots,
			FreeMB: n.FreeMB, CPU: n.CPU, Unreceipted: n.Spooled, Kinds: n.Kinds,
			Drain: n.Drain, DrainSince: when(n.DrainSince), KeyMade: n.KeyMade, NewKey: n.NewKey,
		})
	}
	return answer(w, http.StatusOK, map[string]any{"value": value, "state": status.State})
}

func (p *Plane) removeNode(w http.ResponseWriter, r *http.Request, _ access.Principal) error {
	return nothing(w, p.Fleet.Remove(r.Context(), r.PathValue("node")))
}

func (p *Plane) revokeNode(w http.ResponseWriter, r *http.Request, _ access.Principal) error {
	return nothing(w, p.Fleet.Revoke(r.Context(), r.PathValue("node")))
}

func (p *Plane) approveNode(w http.ResponseWriter, r *http.Request, _ access.Principal) error {
	return nothing(w, p.Fleet.Approve(r.Context(), r.PathValue("node")))
}

func (p *Plane) drainNode(w http.ResponseWriter, r *http.Request, _ access.Principal) error {
	return nothing(w, p.Fleet.Drain(r.Context(), r.PathValue("node")))
}

func (p *Plane) resumeNode(w http.ResponseWriter, r *http.Request, _ access.Principal) error {
	return nothing(w, p.Fleet.Resume(r.Context(), r.PathValue("node")))
}

func (p *Plane) rotateNode(w http.ResponseWriter, r *http.Request, _ access.Principal) error {
	return nothing(w, p.Fleet.RotateKey(r.Context(), r.PathValue("node")))
}

func (p *Plane) setApproval(w http.ResponseWriter, r *http.Request, _ access.Principal) error {
	var body struct {
		ApproveNodes bool `json:"approveNodes"`
	}
	if err := decode(w, r, &body); err != nil {
		return err
	}
	return nothing(w, p.Fleet.SetApproval(r.Context(), r.PathValue("runtime"), body.ApproveNodes))
}

// key is the state of a key on the wire; its text is listed by the scanning plane, as published.
type key struct {
	MaxNodes int        `json:"maxNodes"` // 0: any number
	Expires  *time.Time `json:"expires"`  // null: never
	Enrolled int        `json:"enrolledNodes"`
	Created  time.Time  `json:"created"`
}

func (p *Plane) keys(w http.ResponseWriter, r *http.Request, _ access.Principal) error {
	states, err := p.Fleet.KeyStates(r.Context(), r.PathValue("runtime"))
	if err != nil {
		return err
	}
	out := map[fleet.KeyName]key{}
	for name, s := range states {
		out[name] = key{MaxNodes: s.Limit.MaxNodes, Expires: when(s.Limit.Expires), Enrolled: s.Enrolled, Created: s.Created}
	}
	return answer(w, http.StatusOK, out)
}

func (p *Plane) setLimit(w http.ResponseWriter, r *http.Request, _ access.Principal) error {
	var body struct {
		MaxNodes int       `json:"maxNodes"`
		Expires  time.Time `json:"expires"`
	}
	if err := decode(w, r, &body); err != nil {
		return err
	}
	limit := fleet.KeyLimit{MaxNodes: body.MaxNodes, Expires: body.Expires}
	return nothing(w, p.Fleet.SetKeyLimit(r.Context(), r.PathValue("runtime"), fleet.KeyName(r.PathValue("key")), limit))
}

// receipts is what the account has receipted of a node's ledger, on the wire.
type receipts struct {
	Highest *Head `json:"highest"` // null: nothing
}

// receipts serves the node itself, and whoever governs runtimes.
func (p *Plane) receipts(w http.ResponseWriter, r *http.Request, who access.Principal) error {
	name := r.PathValue("node")
	if who.Node != name {
		if err := p.Decider.Allow(r.Context(), who, access.WriteRuntime, access.RootCollection); err != nil {
			return err
		}
	}
	if p.Receipts == nil {
		return fault.New(fault.Unsupported, "NoReceipts", "this account does not list receipts")
	}
	head, known, err := p.Receipts.Highest(r.Context(), name)
	if err != nil {
		return err
	}
	out := receipts{}
	if known {
		out.Highest = &head
	}
	return answer(w, http.StatusOK, out)
}
