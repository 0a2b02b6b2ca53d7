package fleet

import (
	"cmp"
	"context"
	"slices"

	"github.com/purlieu/purlieu/bus"
	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/server/internal/store"
)

// Step is one step of a test of a connection.
type Step = bus.Step

// Answer is what a node says to a question.
type Answer struct {
	Node  string // bus.NodeID of the one that answered
	Steps []bus.Step
	Names []model.Ref
	More  bool // the list was cut
	// Failure is why there is no whole answer: the node's policy, the source, the credential; nil when all is well.
	Failure *fault.Error
}

// maxTries bounds the nodes that are asked one after another when none is there.
const maxTries = 8

// Ask puts a question to one node of a runtime: to one that is online, the one with the least to do first, and to
// another only when that is not there. It waits as long as ctx, at most two minutes. What the answer is in the node's egress
// ledger is noted before anybody sees it. NotFound for the runtime;
// fault.Unreachable (RuntimeOffline) when no node is there, (NodeSilent) when one did not answer in time.
func (s *Service) Ask(ctx context.Context, runtime string, question bus.Ask) (Answer, error) {
	status, err := s.Status(ctx, runtime)
	if err != nil {
		return Answer{}, err
	}
	nodes := slices.DeleteFunc(status.Nodes, func(n NodeStatus) bool { return n.Pending || n.Revoked || n.State == NeedRegistration })
	slices.SortStableFunc(nodes, func(a, b NodeStatus) int {
		return cmp.Or(cmp.Compare(away(a), away(b)), cmp.Compare(drained(a), drained(b)), cmp.Compare(a.Attempts, b.Attempts), b.LastConnect.Compare(a.LastConnect))
	})
	for _, n := range nodes[:min(len(nodes), maxTries)] {
		answer, err := s.cfg.Ask(ctx, n.ID, question)
		switch {
		case fault.CodeOf(err) == "NodeAway":
			continue // a beat says that it was there a moment ago; another may be
		case err != nil:
			return Answer{}, err
		}
		if err := s.note(ctx, n, answer.Seal); err != nil {
			return Answer{}, err
		}
		return heard(n.ID, answer), nil
	}
	offline := fault.New(fault.Unreachable, "RuntimeOffline", "no node of the runtime %s is connected", runtime)
	if len(status.Nodes) == 0 && status.Runtime.Kind != model.RuntimeManaged {
		return Answer{}, offline.Try("Enrol a node first: purlieu runtime keys %s, then on the machine: purlieu-runtime enrol", runtime)
	}
	return Answer{}, offline.Try("Start a node of it (purlieu-runtime run), or look at its log for what keeps it from connecting")
}

// note tells of the entry of its ledger that a node's answer is, if it is one: not where another node has that name by now.
func (s *Service) note(ctx context.Context, n NodeStatus, seal bus.Seal) error {
	if seal.Index == 0 {
		return nil
	}
	return s.store.Update(ctx, store.People, func(tx store.Tx) error {
		body, _, err := get[nodeDoc](ctx, tx, docNode, n.ID)
		if fault.Is(err, fault.NotFound) || err == nil && !body.Enrolled.Equal(n.Registered) {
			return nil
		}
		if err != nil {
			return err
		}
		return s.cfg.OnAnswer(ctx, tx, n.ID, seal)
	})
}

// away is 0 for a node that is online. Another replica may know of a beat that this one does not.
func away(n NodeStatus) int {
	if n.State == Online {
		return 0
	}
	return 1
}

// drained is 0 for a node that may claim: one that may not still answers, when there is no other.
func drained(n NodeStatus) int {
	if n.Drain == NotDraining {
		return 0
	}
	return 1
}

// heard bounds what a node says: it is shown to people.
func heard(node string, a bus.Answer) Answer {
	const most = 1 << 10
	out := Answer{Node: node, More: a.More || len(a.Names) > bus.MaxNames}
	for _, step := range a.Steps[:min(len(a.Steps), bus.MaxSteps)] {
		out.Steps = append(out.Steps, bus.Step{
			Name: cut(step.Name, 64), OK: step.OK, Detail: cut(step.Detail, most), Remedy: cut(step.Remedy, most),
		})
	}
	for _, ref := range a.Names[:min(len(a.Names), bus.MaxNames)] {
		out.Names = append(out.Names, model.Ref{Type: cut(ref.Type, 255), Path: cut(ref.Path, 32<<10)})
	}
	if a.Code != "" {
		kind := a.Kind
		if kind < fault.Invalid || kind >= fault.Internal {
			kind = fault.Unreachable // something on the node's side; the code says what
		}
		out.Failure = fault.New(kind, cut(a.Code, 64), "%s", cut(a.Text, most)).Try("%s", cut(a.Remedy, most))
	}
	return out
}
