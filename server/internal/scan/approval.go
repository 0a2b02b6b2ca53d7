package scan

import (
	"context"
	"encoding/json"
	"strings"

	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/server/internal/store"
)

// currentKind is what the account knows a kind by; nil where it does not.
func currentKind(ctx context.Context, tx store.Tx, name string) (*kindDoc, int64, error) {
	var current kindDoc
	doc, err := load(ctx, tx, DocKind, name, &current)
	if fault.Is(err, fault.NotFound) {
		return nil, 0, nil
	}
	return &current, doc.Version, err
}

// KindVerdict is what a person says to a description that nodes announced.
type KindVerdict string

// The verdicts.
const (
	VerdictApprove  KindVerdict = "approve"  // from now on the kind is what it says
	VerdictReject   KindVerdict = "reject"   // this description is not asked about again
	VerdictWithdraw KindVerdict = "withdraw" // the kind is taken back, while no source is of it
)

// JudgeKind carries a verdict out. It is a Conflict where the state of the description, a source, or another kind forbids it.
func (s *Service) JudgeKind(ctx context.Context, id string, verdict KindVerdict, by string) (out Announced, err error) {
	err = s.store.Update(ctx, store.People, func(tx store.Tx) error {
		v, err := announcedOne(ctx, tx, id)
		if err != nil {
			return err
		}
		var next AnnouncedState
		switch verdict {
		case VerdictApprove:
			next, err = AnnouncedApproved, s.approveKind(ctx, tx, v)
		case VerdictReject:
			next, err = AnnouncedRejected, mayReject(v)
		case VerdictWithdraw:
			next, err = AnnouncedWithdrawn, s.withdrawKind(ctx, tx, v)
		default:
			err = fault.New(fault.Invalid, "BadVerdict", "a description is approved, rejected or withdrawn")
		}
		if err != nil {
			return err
		}
		var body announcedDoc
		doc, err := load(ctx, tx, docAnnounced, id, &body)
		if err != nil {
			return err
		}
		body.State, body.Decided, body.By = next, tx.Now(), by
		if next == AnnouncedApproved {
			body.Problem = ""
		}
		if _, err := save(ctx, tx, docAnnounced, id, doc.Version, body); err != nil {
			return err
		}
		out, err = announcedOne(ctx, tx, id)
		return err
	})
	s.announcers.forgetAll() // what nodes announce may be another question now
	return out, err
}

// mayReject lets go of what waits for an answer. What is unfit or differs is dismissed by it.
func mayReject(v Announced) error {
	if !(announcedDoc{State: v.State}).open() {
		return fault.New(fault.Conflict, "KindDecided", "version %d of %s is %s already", v.Version, v.Kind, v.State)
	}
	return nil
}

// approveKind makes a description the kind's, where it takes nothing away from anybody: no type of another kind, no name
// that reads like another's, no identity of a source.
func (s *Service) approveKind(ctx context.Context, tx store.Tx, v Announced) error {
	current, version, err := currentKind(ctx, tx, v.Kind)
	switch {
	case err != nil:
		return err
	case v.Current:
		return fault.New(fault.Conflict, "KindDecided", "version %d of %s is approved already", v.Version, v.Kind)
	case v.Described == nil:
		return fault.New(fault.Conflict, "NoDescription", "version %d of %s can't be approved: the account has no description of it that it could take", v.Version, v.Kind)
	case current != nil && (current.Version > v.Version || current.Version == v.Version && current.Announced == ""):
		return fault.New(fault.Conflict, "NewerKnown", "the account knows %s by version %d of its own or a newer one", v.Kind, current.Version)
	}
	if err := clash(ctx, tx, *v.Described); err != nil {
		return err
	}
	if err := keepsSources(ctx, tx, *v.Described); err != nil {
		return err
	}
	_, err = save(ctx, tx, DocKind, v.Kind, version, kindDoc{Kind: *v.Described, Announced: v.Hash})
	return err
}

// clash refuses a description that takes something from another kind.
func clash(ctx context.Context, tx store.Tx, next model.Kind) error {
	return eachDoc(ctx, tx, DocKind, func(d store.Doc) error {
		var other model.Kind
		if err := json.Unmarshal(d.Body, &other); err != nil {
			return err
		}
		return clashOf(next, other)
	})
}

// clashOf refuses a description that declares a type of another kind, or is called almost like it.
func clashOf(next, other model.Kind) error {
	if other.Name == next.Name {
		return nil
	}
	if strings.EqualFold(other.Name, next.Name) {
		return fault.New(fault.Conflict, "KindClash", "another kind is called %s", other.Name)
	}
	types := map[string]bool{}
	for _, t := range next.Types {
		types[t.Name], types[t.Column] = true, true // "" is asked for nowhere
	}
	for _, t := range other.Types {
		for _, name := range []string{t.Name, t.Column} {
			if name != "" && types[name] {
				return fault.New(fault.Conflict, "KindClash", "the type %s belongs to the kind %s", name, other.Name)
			}
		}
	}
	return nil
}

// keepsSources refuses a description by which a source that is there would be another one.
func keepsSources(ctx context.Context, tx store.Tx, next model.Kind) error {
	return eachSource(ctx, tx, next.Name, func(src model.Source) error {
		authority, err := authorityOf(next, src.Settings)
		if err != nil || authority != src.Authority {
			return fault.New(fault.Conflict, "AuthorityMoves", "by this description the source %s would be another source than it is", src.Name).
				Try("Delete the source first, or reject the description")
		}
		return nil
	})
}

func eachSource(ctx context.Context, tx store.Tx, kind string, fn func(model.Source) error) error {
	return eachDoc(ctx, tx, DocSource, func(d store.Doc) error {
		var src model.Source
		if err := json.Unmarshal(d.Body, &src); err != nil || src.Kind != kind {
			return err
		}
		return fn(src)
	})
}

// withdrawKind takes a kind back that a person had approved: what the build brings, if it brings one, counts again.
func (s *Service) withdrawKind(ctx context.Context, tx store.Tx, v Announced) error {
	if !v.Current {
		return fault.New(fault.Conflict, "NotCurrent", "version %d of %s is not what the account knows the kind by", v.Version, v.Kind)
	}
	if err := unused(ctx, tx, v.Kind); err != nil {
		return err
	}
	return s.restore(ctx, tx, v.Kind)
}

// Leaves are the types that no kind would declare if a description were withdrawn: assets of them stay, and nothing reads them.
// It is a Conflict while a source is of the kind, as withdrawing is.
func (s *Service) Leaves(ctx context.Context, id string) (types []string, err error) {
	err = s.store.View(ctx, func(tx store.Tx) error {
		types = nil
		v, err := announcedOne(ctx, tx, id)
		if err != nil || !v.Current || v.Described == nil {
			return err
		}
		if err := unused(ctx, tx, v.Kind); err != nil {
			return err
		}
		own := map[string]bool{}
		for _, t := range s.own[v.Kind].Types {
			own[t.Name] = true
		}
		for _, t := range v.Described.Types {
			if !own[t.Name] {
				types = append(types, t.Name)
			}
		}
		return nil
	})
	return types, err
}

// unused refuses while a source is of the kind.
func unused(ctx context.Context, tx store.Tx, kind string) error {
	return eachSource(ctx, tx, kind, func(src model.Source) error {
		return fault.New(fault.Conflict, "KindInUse", "the source %s is of kind %s", src.Name, kind).
			Try("Delete the sources of the kind first (purlieu source list)")
	})
}

// restore lets a kind be what the build brings, or none.
func (s *Service) restore(ctx context.Context, tx store.Tx, kind string) error {
	_, version, err := currentKind(ctx, tx, kind)
	if err != nil {
		return err
	}
	if own, ok := s.own[kind]; ok {
		_, err := save(ctx, tx, DocKind, kind, version, kindDoc{Kind: own})
		return err
	}
	return tx.Docs().Delete(ctx, DocKind, kind, version)
}

// yielding is an approved kind that clashes with one of the build, and why it stays in force all the same; nil where it does not.
type yielding struct {
	kind        string
	clash, used error
}

// yield puts approved kinds out of force that clash with one of the build.
func (s *Service) yield(ctx context.Context, tx store.Tx, builtin []model.Kind) (all []yielding, err error) {
	var approved []kindDoc
	var clashes []error
	err = eachDoc(ctx, tx, DocKind, func(d store.Doc) error {
		var k kindDoc
		if err := json.Unmarshal(d.Body, &k); err != nil || k.Announced == "" {
			return err
		}
		for _, own := range builtin {
			if err := clashOf(k.Kind, own); err != nil {
				approved, clashes = append(approved, k), append(clashes, err)
				break
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	for i, k := range approved {
		y := yielding{kind: k.Name, clash: clashes[i], used: unused(ctx, tx, k.Name)}
		if y.used != nil && !fault.Is(y.used, fault.Conflict) {
			return nil, y.used
		}
		if y.used == nil {
			if err := s.unseat(ctx, tx, k, y.clash.Error()); err != nil {
				return nil, err
			}
		}
		all = append(all, y)
	}
	return all, nil
}

// unseat takes an approved kind back in nobody's name.
func (s *Service) unseat(ctx context.Context, tx store.Tx, k kindDoc, why string) error {
	if err := s.restore(ctx, tx, k.Name); err != nil {
		return err
	}
	var body announcedDoc
	id := announcedID(k.Name, k.Version, k.Announced)
	doc, err := load(ctx, tx, docAnnounced, id, &body)
	if err != nil {
		return err // approving left it, and it stays while it is in force
	}
	body.State, body.Problem, body.Decided, body.By = AnnouncedWithdrawn, why, tx.Now(), ""
	_, err = save(ctx, tx, docAnnounced, id, doc.Version, body)
	return err
}
