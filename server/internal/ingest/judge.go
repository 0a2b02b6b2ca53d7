package ingest

import (
	"github.com/purlieu/purlieu/bus"
	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/server/internal/scan"
)

// judge refuses facts that the attempt had no right to: of other types, above the unit's root, out of scope, or with
// rows of other assets. A node may be owned by what it read; the account believes it only inside its unit.
func judge(facts *bus.Facts, about scan.Context, kind *model.Kind) error {
	if len(facts.Rows) != len(facts.Assets) {
		return fault.New(fault.Invalid, "RowsMissing", "%d assets came with %d rows", len(facts.Assets), len(facts.Rows))
	}
	root := about.Spec.Below
	for i := range facts.Assets {
		a := &facts.Assets[i]
		switch {
		case kind.TypeNamed(a.Type) == nil:
			return fault.New(fault.Denied, "TypeNotDeclared", "the kind %s does not declare the type %.80q", kind.Name, a.Type)
		case !model.Below(a.Path, root):
			return fault.New(fault.Denied, "OutsideUnit", "an asset stands outside of the unit's root")
		case !about.Grant.Scope.Match(a.Path):
			return fault.New(fault.Denied, "OutsideScope", "an asset stands outside of the scan's scope")
		case a.Container != "" && !model.Below(a.Path, a.Container):
			return fault.New(fault.Invalid, "WrongContainer", "an asset stands outside of its container")
		case model.CleanText(a.Path) != a.Path:
			return fault.New(fault.Invalid, "UnsafePath", "an asset's path holds bytes that can't be stored")
		case facts.Rows[i].Hash != model.HashOf(a.Type, model.QualifiedName(about.Grant.Authority, a.Path)):
			return fault.New(fault.Invalid, "WrongHash", "a row is not of its asset")
		}
		if len(a.Columns) >= 1<<24 {
			return fault.New(fault.Invalid, "TooManyColumns", "an asset has %d columns", len(a.Columns))
		}
	}
	for _, c := range facts.Children {
		if !model.Below(c.Below, root) {
			return fault.New(fault.Denied, "OutsideUnit", "a child unit stands outside of its parent")
		}
	}
	for i := range facts.Gaps {
		if g := &facts.Gaps[i]; !model.Below(g.Path, root) && g.Path != "" {
			return fault.New(fault.Denied, "OutsideUnit", "a gap stands outside of the unit's root")
		}
	}
	return nil
}
