package ingest

import (
	"github.com/purlieu/purlieu/bus"
	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/server/internal/scan"
	"github.com/purlieu/purlieu/wire"
)

// Bounds of what one fact may hold, in bytes.
const (
	maxPath = 1 << 16
	maxNote = 1 << 10 // of a text in a gap
	maxUnit = 1 << 16 // of a child unit
)

// judge refuses facts that the attempt had no right to: of other types, above the unit's root, out of scope, or with
// rows of other assets; and those that no store could hold. A node may be owned by what it read; the account believes
// it only inside its unit. size is what the facts take unpacked.
func judge(facts *bus.Facts, size int, about scan.Context, kind *model.Kind) error {
	if len(facts.Rows) != len(facts.Assets) {
		return fault.New(fault.Invalid, "RowsMissing", "%d assets came with %d rows", len(facts.Assets), len(facts.Rows))
	}
	for i := range facts.Assets {
		if err := judgeAsset(&facts.Assets[i], facts.Rows[i], about, kind); err != nil {
			return err
		}
		if size > bus.MaxAsset { // else none can be
			if raw, err := wire.Encode(&facts.Assets[i]); err != nil || len(raw) > bus.MaxAsset {
				return fault.New(fault.Invalid, "AssetTooLarge", "an asset takes more than %d bytes", bus.MaxAsset)
			}
		}
	}
	for i := range facts.Children {
		if err := judgeChild(&facts.Children[i], about); err != nil {
			return err
		}
	}
	for i := range facts.Gaps {
		if err := judgeGap(&facts.Gaps[i], about.Spec.Below); err != nil {
			return err
		}
	}
	for i := range facts.Seen {
		if s := &facts.Seen[i]; !about.Spec.Lists(s.Container) || !storable(maxPath, s.Container) {
			return fault.New(fault.Denied, "OutsideUnit", "a container that the unit does not list was seen")
		}
	}
	return oneGeneration(facts.Seen)
}

func judgeAsset(a *model.Asset, row bus.BaseRow, about scan.Context, kind *model.Kind) error {
	switch {
	case kind.TypeNamed(a.Type) == nil:
		return fault.New(fault.Denied, "TypeNotDeclared", "the kind %s does not declare the type %.80q", kind.Name, a.Type).
			Try("The node may have a newer description of the kind, which waits for approval: purlieu kind list")
	case !model.Below(a.Path, about.Spec.Below):
		return fault.New(fault.Denied, "OutsideUnit", "an asset stands outside of the unit's root")
	case !about.Grant.Scope.Match(a.Path):
		return fault.New(fault.Denied, "OutsideScope", "an asset stands outside of the scan's scope")
	case a.Container != "" && !model.Below(a.Path, a.Container):
		return fault.New(fault.Invalid, "WrongContainer", "an asset stands outside of its container")
	case !storable(maxPath, a.Path, a.Name, a.NativeID) || !refsStorable(a):
		return fault.New(fault.Invalid, "UnsafeText", "an asset's path or name can't be stored")
	case row.Hash != model.HashOf(a.Type, model.QualifiedName(about.Grant.Authority, a.Path)):
		return fault.New(fault.Invalid, "WrongHash", "a row is not of its asset")
	case !classesSound(a):
		return fault.New(fault.Invalid, "BadClass", "a classification is not in closed words, or its counts don't fit each other")
	case a.Facets&model.FacetClassification != 0 && about.Grant.Level < model.L3:
		return fault.New(fault.Denied, "LevelNotAsked", "an asset was classified, which the run did not ask for")
	case len(a.Columns) >= 1<<24:
		return fault.New(fault.Invalid, "TooManyColumns", "an asset has %d columns", len(a.Columns))
	}
	return nil
}

func classesSound(a *model.Asset) bool {
	sound := model.SoundClasses(a.Classes)
	for i := range a.Columns {
		sound = sound && model.SoundClasses(a.Columns[i].Classes)
	}
	return sound
}

// refsStorable holds the names of the far ends of lineage to what becomes columns of rows.
func refsStorable(a *model.Asset) bool {
	if a.Lineage == nil {
		return true
	}
	for _, in := range a.Lineage.Inputs {
		if !storable(maxPath, in.Type, in.Path) {
			return false
		}
	}
	return true
}

// judgeChild holds a child to its parent's root. One without a step would be planning again, for ever. Its root is stored
// in a gap, when it fails.
func judgeChild(u *model.Unit, about scan.Context) error {
	if !model.Below(u.Below, about.Spec.Below) {
		return fault.New(fault.Denied, "OutsideUnit", "a child unit stands outside of its parent")
	}
	size := len(u.Title) + len(u.Below) + len(u.Step)
	for k, v := range u.Args {
		size += len(k) + len(v)
	}
	if u.Step == "" || size > maxUnit || u.Depth < 0 || u.Weight < 0 || !model.Storable(u.Below) {
		return fault.New(fault.Invalid, "BadUnit", "a child unit has no step, a root that can't be stored, or is larger than %d bytes", maxUnit)
	}
	return nil
}

func judgeGap(g *model.Gap, root string) error {
	if !model.Below(g.Path, root) && g.Path != "" {
		return fault.New(fault.Denied, "OutsideUnit", "a gap stands outside of the unit's root")
	}
	if !storable(maxPath, g.Path) || !storable(maxNote, g.Code, g.State, g.Object, g.Remedy) || g.Code == "" || g.Count < 0 {
		return fault.New(fault.Invalid, "BadGap", "a gap has no code, or a text that can't be stored")
	}
	return nil
}

// oneGeneration refuses bitmaps over different bases of one container: their positions can't be joined.
func oneGeneration(seen []bus.Seen) error {
	generations := make(map[string]int64, len(seen))
	for i := range seen {
		g, known := generations[seen[i].Container]
		if known && g != seen[i].Generation {
			return fault.New(fault.Invalid, "TwoGenerations", "a container was seen over two bases")
		}
		generations[seen[i].Container] = seen[i].Generation
	}
	return nil
}

// storable reports whether texts can be stored anywhere, and take at most most bytes each.
func storable(most int, texts ...string) bool {
	for _, s := range texts {
		if len(s) > most || !model.Storable(s) {
			return false
		}
	}
	return true
}
