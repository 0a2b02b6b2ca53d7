package scanning

import (
	"net/http"
	"slices"

	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/server/internal/access"
	"github.com/purlieu/purlieu/server/internal/api"
)

type runtimeBody struct {
	Kind       model.RuntimeKind `json:"kind"`
	Properties struct {
		Description string `json:"description"`
	} `json:"properties"`
}

func (p *Plane) putRuntime(w http.ResponseWriter, r *http.Request) error {
	if err := p.may(r, access.WriteRuntime, access.RootCollection); err != nil {
		return err
	}
	var body runtimeBody
	if err := api.Read(r, &body); err != nil {
		return err
	}
	switch body.Kind {
	case model.RuntimeSelfHosted:
	case model.RuntimeManaged:
		return fault.New(fault.Unsupported, "ManagedRuntime", "managed runtimes can't be made yet; the one called %q is always there", model.BuiltInRuntime)
	default:
		return fault.New(fault.Invalid, "BadRuntimeKind", "a runtime's kind must be SelfHosted or Managed")
	}
	rt, created, err := p.Runtimes.PutRuntime(r.Context(), r.PathValue("name"), body.Kind, body.Properties.Description)
	if err != nil {
		return err
	}
	api.Answer(w, written(created), runtimeAnswer(rt))
	return nil
}

func runtimeAnswer(rt Runtime) map[string]any {
	return map[string]any{
		"id": "integrationruntimes/" + rt.Name, "name": rt.Name, "kind": rt.Kind,
		"properties": map[string]any{"description": rt.Description},
	}
}

func (p *Plane) visibleRuntime(r *http.Request) (Runtime, error) {
	if err := p.mayAnywhere(r, access.ReadRuntime); err != nil {
		return Runtime{}, err
	}
	return p.Runtimes.Runtime(r.Context(), r.PathValue("name"))
}

func (p *Plane) getRuntime(w http.ResponseWriter, r *http.Request) error {
	rt, err := p.visibleRuntime(r)
	if err != nil {
		return err
	}
	api.Answer(w, http.StatusOK, runtimeAnswer(rt))
	return nil
}

func (p *Plane) listRuntimes(w http.ResponseWriter, r *http.Request) error {
	at, err := api.PageOf(r, maxPage)
	if err != nil {
		return err
	}
	if err := p.mayAnywhere(r, access.ReadRuntime); err != nil {
		return err
	}
	found, next, err := p.Runtimes.ListRuntimes(r.Context(), at.After, at.Limit)
	if err != nil {
		return err
	}
	var value []any
	for _, rt := range found {
		value = append(value, runtimeAnswer(rt))
	}
	api.Answer(w, http.StatusOK, list(r, value, next))
	return nil
}

func (p *Plane) deleteRuntime(w http.ResponseWriter, r *http.Request) error {
	if err := p.may(r, access.WriteRuntime, access.RootCollection); err != nil {
		return err
	}
	if err := p.Runtimes.DeleteRuntime(r.Context(), r.PathValue("name")); err != nil {
		return err
	}
	api.Answer(w, http.StatusNoContent, nil)
	return nil
}

func (p *Plane) runtimeStatus(w http.ResponseWriter, r *http.Request) error {
	rt, err := p.visibleRuntime(r)
	if err != nil {
		return err
	}
	nodes := []any{}
	for _, n := range rt.Nodes {
		nodes = append(nodes, nodeAnswer(n))
	}
	answer := runtimeAnswer(rt)
	answer["properties"] = map[string]any{
		"state": rt.State,
		"typeProperties": map[string]any{
			"createTime": api.Time(rt.Created), "nodes": nodes, "internalChannelEncryption": "SslEncrypted", "autoUpdate": "Off",
			"capabilities": map[string]any{}, "serviceUrls": []any{}, "taskQueueId": rt.ID,
		},
	}
	api.Answer(w, http.StatusOK, answer)
	return nil
}

func nodeAnswer(n Node) map[string]any {
	return map[string]any{
		"nodeName": n.Name, "machineName": n.Machine, "hostServiceUri": nil, "status": n.Status, "capabilities": map[string]any{},
		"versionStatus": nil, "version": n.Version, "registerTime": api.Time(n.Registered), "lastConnectTime": api.Time(n.LastSeen),
		"expiryTime": nil, "isActiveDispatcher": false, "concurrentJobsLimit": n.Slots, "maxConcurrentJobs": n.Slots,
		"purlieuRunning": n.Running, "purlieuDrain": n.Drain,
	}
}

func (p *Plane) listKeys(w http.ResponseWriter, r *http.Request) error {
	if err := p.may(r, access.WriteRuntime, access.RootCollection); err != nil {
		return err
	}
	keys, err := p.Runtimes.Keys(r.Context(), r.PathValue("name"))
	if err != nil {
		return err
	}
	api.Answer(w, http.StatusOK, map[string]any{"authKey1": keys.Key1, "authKey2": keys.Key2})
	return nil
}

func (p *Plane) regenerateKey(w http.ResponseWriter, r *http.Request) error {
	if err := p.may(r, access.WriteRuntime, access.RootCollection); err != nil {
		return err
	}
	var body struct {
		KeyName string `json:"keyName"`
	}
	if err := api.Read(r, &body); err != nil {
		return err
	}
	number := slices.Index([]string{"", "authKey1", "authKey2"}, body.KeyName)
	if number < 1 {
		return fault.New(fault.Invalid, "BadKeyName", "keyName must be authKey1 or authKey2")
	}
	keys, err := p.Runtimes.RegenerateKey(r.Context(), r.PathValue("name"), number)
	if err != nil {
		return err
	}
	// Only the new key is shown.
	answer := map[string]any{"authKey1": keys.Key1, "authKey2": nil}
	if number == 2 {
		answer = map[string]any{"authKey1": nil, "authKey2": keys.Key2}
	}
	api.Answer(w, http.StatusOK, answer)
	return nil
}

// removeNode takes a node out of its runtime: its identity is revoked.
func (p *Plane) removeNode(w http.ResponseWriter, r *http.Request) error {
	if err := p.may(r, access.WriteRuntime, access.RootCollection); err != nil {
		return err
	}
	if err := p.Runtimes.RemoveNode(r.Context(), r.PathValue("name"), r.PathValue("node")); err != nil {
		return err
	}
	api.Answer(w, http.StatusNoContent, nil)
	return nil
}
