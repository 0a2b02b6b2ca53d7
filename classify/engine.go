package classify

import (
	"hash/maphash"
	"slices"
	"strings"

	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/sample"
)

// engineVersion is part of every Version: raise it when the engine judges otherwise than before.
const engineVersion = 1

// Engine holds columns against rules. It is for one goroutine: it keeps what it needs for a column and allocates
// nothing for a cell. No value outlives the call that was given it.
type Engine struct {
	rules   []armed
	version uint64
	fewest  int // values that a column needs for any rule to give its class
	seed    maphash.Seed

	cells  []cell
	counts []int       // how often each cell of the column occurs
	masks  []maskCount // of the column, where they are few
	index  [tableSize]uint16
}

// armed is a rule with its hints cut into words.
type armed struct {
	Rule
	hints, against []hint
}

// cell is one value of the column, seen once or several times.
type cell struct {
	text  string
	shape shape
	hash  uint64
}

type maskCount struct {
	mask  Mask
	cells int
}

const (
	tableSize = 4 * sample.MaxRows // of the index of values; a power of two
	mostMasks = 32
)

// New makes an engine of rules. A rule that breaks the form, or two with one identifier, are fault.Invalid.
func New(rules []Rule) (*Engine, error) {
	e := &Engine{seed: maphash.MakeSeed(), fewest: sample.MaxRows}
	seen := make(map[string]bool, len(rules))
	for i := range rules {
		r := rules[i]
		if err := r.Lawful(); err != nil {
			return nil, err
		}
		if seen[r.ID] {
			return nil, fault.New(fault.Invalid, "BadRule", "two rules are named %s", r.ID)
		}
		seen[r.ID] = true
		e.fewest = min(e.fewest, r.distinct())
		e.rules = append(e.rules, armed{r, hintsOf(r.Hints), hintsOf(r.Against)})
	}
	slices.SortFunc(e.rules, func(a, b armed) int { return strings.Compare(a.ID, b.ID) })
	e.version = digest(e.rules)
	return e, nil
}

// Version changes when the rules do: with any of their identifiers, versions, thresholds or hints, or with the engine.
func (e *Engine) Version() uint64 { return e.version }

// digest is FNV-1a.
func digest(rules []armed) uint64 {
	h := uint64(14695981039346656037)
	text := func(s string) {
		for i := 0; i < len(s); i++ {
			h = (h ^ uint64(s[i])) * 1099511628211
		}
		h = (h ^ 0xff) * 1099511628211
	}
	number := func(n int) {
		for ; n >= 0x80; n >>= 7 {
			h = (h ^ uint64(n&0x7f|0x80)) * 1099511628211
		}
		h = (h ^ uint64(n)) * 1099511628211
	}
	number(engineVersion)
	for i := range rules {
		r := &rules[i]
		text(r.ID)
		text(r.Class)
		for _, n := range []int{r.Version, r.share(), r.distinct(), len(r.Hints), len(r.Against)} {
			number(n)
		}
		for _, s := range slices.Concat(r.Hints, r.Against) {
			text(s)
		}
	}
	return max(h, 1)
}

// Column gives the classes of one column, sorted by name, and whether there were values enough to judge: where there
// were not, the classes that the column had are neither confirmed nor refuted.
func (e *Engine) Column(c *sample.Column) (classes []model.Class, judged bool) {
	tried := e.read(c)
	defer e.forget()
	if tried < e.fewest {
		return nil, false
	}
	if len(e.cells) < e.fewest {
		return nil, true
	}
	column := nameOf(c.Name())
	for i := range e.rules {
		r := &e.rules[i]
		if len(e.cells) < r.distinct() || !e.possible(&r.Shape, tried, r.share()) || column.any(r.against) {
			continue
		}
		hinted := column.any(r.hints)
		v, ok := e.try(r, tried, hinted)
		if !ok {
			continue
		}
		classes = append(classes, model.Class{Name: r.Class, Evidence: v})
	}
	return strongest(classes), true
}

// Tells reports whether a text that stands alone, such as a name that was found among values, is what a rule
// recognises. Weak matches count: in doubt it is a value. It keeps nothing, and many goroutines may call it.
func (e *Engine) Tells(text string) bool {
	if text = trim(text); text == "" {
		return false
	}
	shape := shapeOf(text)
	for i := range e.rules {
		if matches, checked := e.rules[i].grade(text, shape, true); matches && checked {
			return true
		}
	}
	return false
}

// read takes the cells in: each different value once, with its shape. It tells how many cells are not blank.
func (e *Engine) read(c *sample.Column) (tried int) {
	for text := range c.All() {
		text = trim(text)
		if text == "" {
			continue
		}
		tried++
		hash := maphash.String(e.seed, text)
		slot := int(hash % tableSize)
		for e.index[slot] != 0 {
			if at := e.index[slot] - 1; e.cells[at].hash == hash && e.cells[at].text == text {
				e.counts[at]++
				break
			}
			slot = (slot + 1) % tableSize
		}
		if e.index[slot] == 0 {
			e.cells = append(e.cells, cell{text, shapeOf(text), hash})
			e.counts = append(e.counts, 1)
			e.index[slot] = uint16(len(e.cells)) //nolint:gosec // a sample has fewer
		}
	}
	for i := range e.cells {
		e.countMask(e.cells[i].shape.mask, e.counts[i])
	}
	return tried
}

// countMask keeps the distinct masks of the column, while they are few.
func (e *Engine) countMask(m Mask, cells int) {
	for i := range e.masks {
		if e.masks[i].mask == m {
			e.masks[i].cells += cells
			return
		}
	}
	if len(e.masks) <= mostMasks {
		e.masks = append(e.masks, maskCount{m, cells})
	}
}

// possible reports whether enough cells could pass the gate, judged by their masks alone.
func (e *Engine) possible(s *Shape, tried, share int) bool {
	if len(e.masks) > mostMasks {
		return true
	}
	n := 0
	for _, m := range e.masks {
		if s.fitsMask(m.mask) {
			n += m.cells
		}
	}
	return n*100 >= share*tried
}

// try runs one rule over the column, until it is clear that too few cells can match.
func (e *Engine) try(r *armed, tried int, hinted bool) (v model.Evidence, ok bool) {
	v = model.Evidence{Rule: r.ID, Version: r.Version, Tried: tried, Hint: hinted, Checked: r.Check != nil}
	left, counting := tried, 0
	for i := range e.cells {
		n := e.counts[i]
		left -= n
		if c := &e.cells[i]; r.Shape.fits(c.shape) {
			if g := r.Match(c.text); g == Strong || (g == Weak && hinted) {
				v.Matches += n
				if r.Check == nil || r.Check(c.text) {
					counting += n
					v.Distinct++
				}
			}
		}
		if (counting+left)*100 < r.share()*tried {
			return v, false
		}
	}
	if v.Checked {
		v.Checks = counting
	}
	return v, v.Distinct >= r.distinct()
}

// forget drops the column's values.
func (e *Engine) forget() {
	clear(e.cells)
	clear(e.index[:])
	e.cells, e.counts, e.masks = e.cells[:0], e.counts[:0], e.masks[:0]
}

// strongest sorts classes by name; of several rules that give one class the one with the most matches stays.
func strongest(classes []model.Class) []model.Class {
	slices.SortStableFunc(classes, func(a, b model.Class) int {
		if c := strings.Compare(a.Name, b.Name); c != 0 {
			return c
		}
		return b.Evidence.Matches - a.Evidence.Matches
	})
	return slices.CompactFunc(classes, func(a, b model.Class) bool { return a.Name == b.Name })
}
