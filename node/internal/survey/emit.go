package survey

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"unicode/utf8"

	"github.com/purlieu/purlieu/bus"
	"github.com/purlieu/purlieu/classify"
	"github.com/purlieu/purlieu/filter"
	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/node/internal/pipe"
	"github.com/purlieu/purlieu/sample"
)

// A piece of facts is sent when one of these is reached.
const (
	pieceBytes    = 256 << 10
	pieceAssets   = 1000
	pieceElements = pipe.MaxElements / 4
	meterEvery    = 1000
)

// surveyor is the connector.Emit of one run.
type surveyor struct {
	ctx   context.Context
	grant bus.Grant
	kind  *model.Kind
	base  *Base
	send  func(*bus.Piece) error
	meter func(uint64)
	log   *slog.Logger

	piece          bus.Piece
	size, elements int
	fresh          map[model.Hash]struct{} // reported in this attempt and in no base
	assets         uint64
	listed         map[string]bool
	listedBytes    int
	gaps           int
	folded         map[model.Gap]folded
	broken         error // of send: nothing more can leave
	stance         digest
	today          uint32           // day by the account's clock, in days since 1970
	engine         *classify.Engine // nil where the level reads no samples
	table          sample.Table     // of the asset that is being sampled
	known          *Known
	filter         *filter.Filter
	identity       model.Identity // of the source, as far as the connector can tell
}

// Asset compares one asset with the base and keeps what must leave.
func (s *surveyor) Asset(a *model.Asset) error { return s.asset(a, nil) }

// asset takes an asset, whose values can be had from read where that is not nil.
func (s *surveyor) asset(a *model.Asset, read reader) error {
	if err := s.ready(); err != nil {
		return err
	}
	if code := s.misplaced(a.Type, a.Path); code != "" {
		return s.mistake(code, a.Type, a.Path)
	}
	if a.Container != "" && (!textual(a.Container) || !model.Below(a.Path, a.Container)) {
		return s.mistake("ContainerNotAbove", a.Type, a.Path)
	}
	if !soundLineage(a.Lineage) {
		a.Lineage = nil
		if err := s.mistake("BadLineage", a.Type, a.Path); err != nil {
			return err
		}
	}
	kept, _ := s.filter.Asset(a)
	order(a)
	names := namesOf(a, read)
	elements, cutText, cutAsset := tidy(a)
	hash := hashOf(s.grant.Authority, a.Type, a.Path)
	list := s.base.listings[a.Container]
	old, position, known := list.find(hash)
	if _, twice := s.fresh[hash]; twice || (known && !list.meet(position)) {
		return nil
	}
	if !known {
		s.fresh[hash] = struct{}{}
	}
	s.count()
	row := bus.BaseRow{
		Hash: hash, Stamp: mark(a.Stamp, s.stance), Sampled: old.Sampled,
		Fingerprint: fingerprint(a, s.stance), Measures: bus.HashMeasures(a.Measures),
	}
	for _, g := range kept {
		if err := s.Gap(g); err != nil {
			return err
		}
	}
	if err := s.cuts(a, cutText, cutAsset); err != nil {
		return err
	}
	same := known && !s.grant.Full && old.Fingerprint == row.Fingerprint
	renewed := old.Stamp != row.Stamp // the new row must reach the next base
	if read == nil && s.engine != nil && row.Stamp != 0 && old.Sampled.Stale(s.today) {
		row.Sampled, renewed = bus.NothingToSample(old.Sampled), true
	}
	if read != nil && (!same || old.Sampled.Due(s.today, a.Measures)) {
		row.Sampled = 0 // due again, if it can't be had now
		grown, err := s.classify(a, names, read)
		if err != nil {
			return err
		}
		if a.Facets&model.FacetClassification != 0 {
			row.Sampled, renewed = bus.NewSampling(s.today, a), true
		}
		elements += grown.elements
	}
	if same && !renewed {
		list.see(position)
		if old.Measures == row.Measures {
			return nil
		}
		return s.moved(list, bus.MovedMeasure{Position: position, Hash: hash, Measures: slices.Clone(a.Measures)})
	}
	before := s.piece.Bytes()
	s.piece.Add(a, &row)
	return s.grown(s.piece.Bytes()-before, elements+2)
}

// Sampled takes an asset whose values can be read, and reads them where the level asks for it and a sample is due.
func (s *surveyor) Sampled(a *model.Asset, read func(context.Context, *sample.Table) error) error {
	if s.engine == nil {
		read = nil
	}
	return s.asset(a, read)
}

// cuts reports what tidying took away.
func (s *surveyor) cuts(a *model.Asset, text, asset bool) error {
	if text {
		if err := s.Gap(model.Gap{Path: a.Path, Facet: model.FacetStructure, Code: "TextCut"}); err != nil {
			return err
		}
	}
	if asset {
		return s.Gap(model.Gap{Path: a.Path, Facet: model.FacetStructure, Code: "AssetCut"})
	}
	return nil
}

// moved sends measures of an unchanged asset.
func (s *surveyor) moved(l *listing, m bus.MovedMeasure) error {
	t := tidier{size: 64}
	t.measures(m.Measures)
	n := len(s.piece.Seen)
	if n == 0 || s.piece.Seen[n-1].Container != l.container {
		s.piece.Seen = append(s.piece.Seen, bus.Seen{Container: l.container, Generation: l.generation})
		t.size += len(l.container) + 32
		n++
	}
	s.piece.Seen[n-1].Moved = append(s.piece.Seen[n-1].Moved, m)
	return s.grown(t.size, t.elements+2)
}

// maxGaps is how many gaps leave one by one; the rest is counted by code.
const maxGaps = 1000

// Gap reports what could not be read.
func (s *surveyor) Gap(g model.Gap) error {
	if err := s.ready(); err != nil {
		return err
	}
	if !pipe.Word(g.Code) {
		g.Code = "Unknown"
	}
	if g.State != "" && !pipe.Word("s"+g.State) {
		g.State = ""
	}
	g.Object, g.Remedy = short(g.Object), short(g.Remedy)
	if !textual(g.Path) || !model.Below(g.Path, s.grant.Unit.Below) {
		g.Path, g.Object, g.Remedy = "", "", "" // they may name what the path names, and without one nothing judges them
	}
	g.Count = max(g.Count, 0)
	if s.gaps >= maxGaps {
		s.fold(g)
		return nil
	}
	s.gaps++
	s.piece.Gaps = append(s.piece.Gaps, g)
	return s.grown(64+len(g.Path)+len(g.Object)+len(g.Remedy), 1)
}

// folded is what is left of many gaps.
type folded struct {
	count  int
	remedy string // of all of them; empty where they have different ones, which name things
}

func (s *surveyor) fold(g model.Gap) {
	if s.folded == nil {
		s.folded = map[model.Gap]folded{}
	}
	key := model.Gap{Facet: g.Facet, Code: g.Code, State: g.State}
	all, known := s.folded[key]
	if !known && len(s.folded) >= maxGaps {
		key, g.Remedy = model.Gap{Code: "MoreGaps"}, ""
		all, known = s.folded[key]
	}
	if all.count += max(g.Count, 1); !known {
		all.remedy = g.Remedy
	} else if all.remedy != g.Remedy {
		all.remedy = ""
	}
	s.folded[key] = all
}

// maxListed bounds the containers of one unit, in bytes; the end of a job must fit one frame.
const maxListed = 1 << 20

// Listed notes how far a container was listed; it counts as whole when every word about it says so.
func (s *surveyor) Listed(l model.Listed) error {
	if err := s.ready(); err != nil {
		return err
	}
	if !textual(l.Container) || !s.inUnit(l.Container) {
		return s.mistake("OutsideUnit", "container", l.Container)
	}
	whole, told := s.listed[l.Container]
	if !told {
		s.listedBytes += len(l.Container) + 16
	}
	if s.listedBytes > maxListed {
		return s.Gap(model.Gap{Path: l.Container, Code: "TooManyContainers"}) // one that is not listed loses nothing
	}
	s.listed[l.Container] = l.Whole && (whole || !told)
	return nil
}

// maxArgs bounds the arguments of a child.
const maxArgs = 1000

// Child hands a part of the unit on.
func (s *surveyor) Child(u model.Unit) error {
	if err := s.ready(); err != nil {
		return err
	}
	u.Title = short(u.Title)
	if code := s.unfit(&u); code != "" {
		return s.mistake(code, "unit", u.Below)
	}
	s.piece.Children = append(s.piece.Children, u)
	return s.grown(unitSize(&u), 1+len(u.Args))
}

// unfit says, as a gap's code, why a unit can't be one of the run.
func (s *surveyor) unfit(u *model.Unit) string {
	switch {
	case u.Step == "" || !textual(u.Step):
		return "UnitWithoutStep"
	case !textual(u.Below) || !s.inUnit(u.Below):
		return "OutsideUnit"
	case len(u.Args) > maxArgs:
		return "BadArguments"
	}
	for k, v := range u.Args {
		if !utf8.ValidString(k) || !utf8.ValidString(v) {
			return "BadArguments"
		}
	}
	if unitSize(u) > bus.MaxAsset {
		return "BadArguments"
	}
	return ""
}

// unitSize is about what a unit takes on the wire.
func unitSize(u *model.Unit) int {
	size := 64 + len(u.Title) + len(u.Below) + len(u.Step)
	for k, v := range u.Args {
		size += len(k) + len(v) + 12
	}
	return size
}

// ready says whether anything more may be emitted.
func (s *surveyor) ready() error {
	if s.broken != nil {
		return s.broken
	}
	return s.ctx.Err()
}

func (s *surveyor) count() {
	s.assets++
	if s.meter != nil && s.assets%meterEvery == 0 {
		s.meter(s.assets)
	}
}

// misplaced says, as a gap's code, why an asset may not leave.
func (s *surveyor) misplaced(typeName, path string) string {
	switch {
	case s.kind.TypeNamed(typeName) == nil:
		return "UndeclaredType"
	case !textual(path):
		return "BadPath"
	case !model.Below(path, s.grant.Unit.Below):
		return "OutsideUnit"
	case !s.grant.Scope.Match(path):
		return "OutsideScope"
	}
	return ""
}

// mistake drops what a connector should not have said, with a gap.
func (s *surveyor) mistake(code, what, path string) error {
	s.log.Warn("the connector reported what it may not", "code", code, "what", short(what), "path", short(path))
	return s.Gap(model.Gap{Path: path, Code: code, Object: what})
}

// soundLineage reports whether every pair of columns names one of the inputs.
func soundLineage(l *model.Lineage) bool {
	return l == nil || !slices.ContainsFunc(l.Columns, func(e model.ColumnEdge) bool { return e.Input < 0 || e.Input >= len(l.Inputs) })
}

// inUnit reports whether a container or child stands on the way to or below the unit's root.
func (s *surveyor) inUnit(path string) bool {
	return model.Below(path, s.grant.Unit.Below) || model.Below(s.grant.Unit.Below, path)
}

// textual reports whether a path, which is escaped by its maker, can be stored and bounded as it is.
func textual(path string) bool {
	for i := 0; i < len(path); i++ {
		if path[i] < 0x20 || path[i] == 0x7f {
			return false
		}
	}
	return len(path) <= pipe.MaxText && utf8.ValidString(path)
}

// short bounds a text of ours or a name in it.
func short(s string) string {
	const most = 1 << 10
	s = model.Stored(s)
	if len(s) <= most {
		return s
	}
	end := most
	for end > 0 && !utf8.RuneStart(s[end]) {
		end--
	}
	return s[:end]
}

func typeOf(err error) string { return fmt.Sprintf("%T", err) }
