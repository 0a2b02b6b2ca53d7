package scan

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"slices"
	"time"

	"github.com/purlieu/purlieu/bus"
	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/server/internal/store"
)

// Bounds of what nodes may announce.
const (
	maxAnnounced  = 2000 // descriptions of all nodes, whatever became of them
	maxOpen       = 500  // of all nodes that nobody has answered
	maxUnanswered = 32   // of one node that nobody has answered
	maxNamedNodes = 256  // nodes that are named for one description
)

// Announce takes the marks of a node's descriptions, as each beat brings them, and says which of them the account wants to
// have: those of kinds that it does not know and of newer versions than it knows. It is cheap when nothing is new.
func (s *Service) Announce(ctx context.Context, node string, marks []bus.Mark) ([]bus.Mark, error) {
	if len(marks) == 0 {
		return nil, nil // a node of an older build
	}
	if len(marks) > bus.MaxMarks {
		return nil, fault.New(fault.Invalid, "TooManyKinds", "a node has at most %d descriptions", bus.MaxMarks)
	}
	var now time.Time
	if err := s.store.View(ctx, func(tx store.Tx) error { now = tx.Now(); return nil }); err != nil {
		return nil, err
	}
	digest := digestOf(marks)
	if s.announcers.same(node, digest, now) {
		return nil, nil
	}
	marks = slices.DeleteFunc(slices.Clone(marks), func(m bus.Mark) bool { return !sound(m) })
	var want []bus.Mark
	var left int
	err := s.store.Update(ctx, store.Ingest, func(tx store.Tx) (err error) {
		want, left, err = s.announce(ctx, tx, node, marks)
		return err
	})
	if err != nil {
		return nil, err
	}
	lasts := settledFor
	if left > 0 {
		lasts = settledFull
		s.log.Warn("descriptions of kinds are left: too many wait for an answer", "node", node, "left", left)
	}
	if len(want) == 0 {
		s.announcers.settle(node, digest, now, lasts)
		return nil, nil
	}
	s.announcers.ask(node, digest, now)
	return want[:min(len(want), bus.MaxWanted)], nil
}

// announce says what the account wants, and how many marks were left for want of room.
func (s *Service) announce(ctx context.Context, tx store.Tx, node string, marks []bus.Mark) (want []bus.Mark, left int, err error) {
	all, err := announcedBy(ctx, tx, node)
	if err != nil {
		return nil, 0, err
	}
	met, held := map[string]bool{}, heldKinds{}
	for _, m := range marks {
		id := idOf(m)
		if met[id] {
			continue
		}
		met[id] = true
		need, err := s.need(ctx, tx, held, m)
		if err != nil {
			return nil, 0, err
		}
		if doc, there := all.docs[id]; there {
			if doc.body.open() && need == needNothing { // a newer build, or a newer approval, has answered it
				err = forgetAnnounced(ctx, tx, doc)
			} else {
				err = all.join(ctx, tx, id, node)
			}
			if need == needDescription && s.lacks(doc.body) {
				want = append(want, m)
			}
		} else if need != needNothing {
			room, rerr := all.room(ctx, tx)
			switch {
			case rerr != nil:
				err = rerr
			case !room:
				left++
			case need == needDescription:
				want = append(want, m)
				all.waits()
			default:
				all.waits()
				err = keep(ctx, tx, m, announcedDoc{State: AnnouncedDiffers, Nodes: []string{node}}, nil)
			}
		}
		if err != nil {
			return nil, 0, err
		}
	}
	return want, left, all.leave(ctx, tx, held, node, met)
}

// Unannounce takes a node that is removed out of what it announced, in the transaction that removes it.
func (s *Service) Unannounce(ctx context.Context, tx store.Tx, node string) error {
	s.announcers.forget(node)
	all, err := announcedBy(ctx, tx, node)
	if err != nil {
		return err
	}
	return all.leave(ctx, tx, heldKinds{}, node, nil)
}

// lacks reports whether the description of what was announced has to come, where it is one that the account wants: it was
// forgotten, or a build with other laws found it unfit.
func (s *Service) lacks(d announcedDoc) bool {
	return d.Title == "" && (d.Problem == "" || d.Build != s.cfg.Build)
}

type storedAnnounced struct {
	doc  store.Doc
	body announcedDoc
}

// announcedAll is all that was announced, by ID, as one node meets it.
type announcedAll struct {
	docs       map[string]storedAnnounced
	open, mine int // how much of it nobody has answered: of all nodes, of this one
}

func announcedBy(ctx context.Context, tx store.Tx, node string) (*announcedAll, error) {
	all := &announcedAll{docs: map[string]storedAnnounced{}}
	return all, eachDoc(ctx, tx, docAnnounced, func(d store.Doc) error {
		var body announcedDoc
		if err := json.Unmarshal(d.Body, &body); err != nil {
			return err
		}
		all.docs[d.Key] = storedAnnounced{d, body}
		if body.open() {
			all.open++
			if slices.Contains(body.Nodes, node) {
				all.mine++
			}
		}
		return nil
	})
}

// waits counts one more that waits for an answer.
func (a *announcedAll) waits() { a.open, a.mine = a.open+1, a.mine+1 }

// room reports whether one more may wait for an answer. Where as many are kept as may be, the oldest goes that was decided and
// that no node has.
func (a *announcedAll) room(ctx context.Context, tx store.Tx) (bool, error) {
	if a.open >= maxOpen || a.mine >= maxUnanswered {
		return false, nil
	}
	if len(a.docs) < maxAnnounced {
		return true, nil
	}
	oldest, decided := "", time.Time{}
	for id, d := range a.docs {
		if !d.body.decided() || len(d.body.Nodes) > 0 {
			continue
		}
		if at := d.body.Decided; oldest == "" || at.Before(decided) || at.Equal(decided) && id < oldest {
			oldest, decided = id, at
		}
	}
	if oldest == "" {
		return false, nil
	}
	gone := a.docs[oldest]
	delete(a.docs, oldest)
	return true, forgetAnnounced(ctx, tx, gone)
}

// leave takes the node out of all but what it still has.
func (a *announcedAll) leave(ctx context.Context, tx store.Tx, held heldKinds, node string, has map[string]bool) error {
	for id, d := range a.docs {
		if has[id] || !slices.Contains(d.body.Nodes, node) {
			continue
		}
		if err := leave(ctx, tx, held, d, node); err != nil {
			return err
		}
	}
	return nil
}

// join adds the node to those that announce a description.
func (a *announcedAll) join(ctx context.Context, tx store.Tx, id, node string) error {
	d := a.docs[id]
	if !d.body.joined(node) {
		return nil
	}
	doc, err := save(ctx, tx, docAnnounced, id, d.doc.Version, d.body)
	a.docs[id] = storedAnnounced{doc, d.body}
	return err
}

// joined adds a node, and reports whether that is new.
func (d *announcedDoc) joined(node string) bool {
	if slices.Contains(d.Nodes, node) || len(d.Nodes) >= maxNamedNodes {
		return false
	}
	d.Nodes = append(d.Nodes, node)
	slices.Sort(d.Nodes)
	return true
}

// leave takes a node away. With the last one goes what nobody has answered, and what was approved and is not in force; of what was
// rejected or withdrawn the mark stays, so that nobody is asked again.
func leave(ctx context.Context, tx store.Tx, held heldKinds, d storedAnnounced, node string) error {
	d.body.Nodes = slices.DeleteFunc(d.body.Nodes, func(n string) bool { return n == node })
	if len(d.body.Nodes) == 0 {
		current, err := held.of(ctx, tx, d.body.Kind)
		switch {
		case err != nil:
			return err
		case d.body.decided():
			if err := forgetDescribed(ctx, tx, d.doc.Key); err != nil {
				return err
			}
			d.body.Title = ""
		case current.Announced != d.body.Hash:
			return forgetAnnounced(ctx, tx, d)
		}
	}
	_, err := save(ctx, tx, docAnnounced, d.doc.Key, d.doc.Version, d.body)
	return err
}

// forgetAnnounced forgets a description, and that it was announced.
func forgetAnnounced(ctx context.Context, tx store.Tx, d storedAnnounced) error {
	if err := forgetDescribed(ctx, tx, d.doc.Key); err != nil {
		return err
	}
	return tx.Docs().Delete(ctx, docAnnounced, d.doc.Key, d.doc.Version)
}

func forgetDescribed(ctx context.Context, tx store.Tx, id string) error {
	if err := tx.Docs().Delete(ctx, docDescribed, id, 0); err != nil && !fault.Is(err, fault.NotFound) {
		return err
	}
	return nil
}

// keep writes what became of a mark that the account has not met.
func keep(ctx context.Context, tx store.Tx, m bus.Mark, body announcedDoc, kind *model.Kind) error {
	body.Kind, body.Version, body.Hash, body.First = m.Kind, m.Version, hex.EncodeToString(m.Hash[:]), tx.Now()
	return keepAs(ctx, tx, idOf(m), 0, body, kind)
}

// keepAs writes what was announced over the version that was read, with the description where there is one.
func keepAs(ctx context.Context, tx store.Tx, id string, version int64, body announcedDoc, kind *model.Kind) error {
	if kind != nil {
		body.Title = kind.Title
		if err := forgetDescribed(ctx, tx, id); err != nil {
			return err
		}
		if _, err := save(ctx, tx, docDescribed, id, 0, kind); err != nil {
			return err
		}
	}
	_, err := save(ctx, tx, docAnnounced, id, version, body)
	return err
}

// Described takes a description that the account asked a node for, once: doubled and late ones change nothing. It is then
// a proposal, or, where it breaks a law, known as unfit; the answer says where it is neither. note is called in the transaction.
func (s *Service) Described(ctx context.Context, node string, d bus.Description, note func(tx store.Tx) error) (bus.DescriptionAnswer, error) {
	judged := bus.DescriptionAnswer{V: version}
	kind, err := d.Kind()
	if err == nil {
		err = fitting(kind)
	}
	if err != nil {
		judged.Code, judged.Text = fault.CodeOf(err), err.Error()
	}
	if judged.Code == "NotAsMarked" || !sound(d.Mark) {
		return judged, s.store.Update(ctx, store.Ingest, note)
	}
	body, described := announcedDoc{State: AnnouncedProposed, Nodes: []string{node}}, &kind
	if err != nil {
		body.State, body.Problem, body.Build, described = AnnouncedUnfit, judged.Text, s.cfg.Build, nil
	}
	answer := judged
	err = s.store.Update(ctx, store.Ingest, func(tx store.Tx) error {
		if err := note(tx); err != nil {
			return err
		}
		left, err := s.take(ctx, tx, node, d.Mark, body, described)
		if answer = judged; left != nil && judged.Code == "" {
			answer.Code, answer.Text = left.Code, left.Error()
		}
		return err
	})
	if err != nil {
		return bus.DescriptionAnswer{}, err
	}
	s.announcers.forget(node) // it sends what it is asked for: the next beat asks for the rest
	if answer.Code == "" {
		s.log.Info("a node describes a kind of source; it is a proposal", "node", node, "kind", d.Mark.Kind, "version", d.Mark.Version)
	}
	return answer, nil
}

// take keeps what was judged of a description, or says why it is left.
func (s *Service) take(ctx context.Context, tx store.Tx, node string, m bus.Mark, body announcedDoc, kind *model.Kind) (left *fault.Error, err error) {
	all, err := announcedBy(ctx, tx, node)
	if err != nil {
		return nil, err
	}
	need, err := s.need(ctx, tx, heldKinds{}, m)
	if err != nil {
		return nil, err
	}
	doc, there := all.docs[idOf(m)]
	switch {
	case there && need == needDescription && s.lacks(doc.body):
		next := doc.body
		next.joined(node)
		next.Problem, next.Build = body.Problem, body.Build
		if next.open() {
			next.State = body.State
		}
		return nil, keepAs(ctx, tx, doc.doc.Key, doc.doc.Version, next, kind)
	case there:
		return nil, all.join(ctx, tx, doc.doc.Key, node)
	case need != needDescription:
		return fault.New(fault.Conflict, "NotWanted", "the account knows the kind by this description, or by a newer one"), nil
	}
	room, err := all.room(ctx, tx)
	if err != nil {
		return nil, err
	}
	if !room {
		return fault.New(fault.Throttled, "TooManyAnnounced", "too many descriptions wait for an answer"), nil
	}
	return nil, keep(ctx, tx, m, body, kind)
}

// fitting asks for what an account needs beyond the laws: credentials that people can make.
func fitting(kind model.Kind) error {
	for _, use := range kind.Credentials {
		if !slices.Contains(credentialKinds(), use.Kind) {
			return fault.New(fault.Invalid, "BadKind", "the description's credentials: no credential is of kind %s", clip(use.Kind))
		}
	}
	return nil
}
