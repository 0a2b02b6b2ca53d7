package broker

import (
	"github.com/purlieu/purlieu/bus"
	"github.com/purlieu/purlieu/model"
)

// keptItems is how many items' room, in all lists of its assets, a piece leaves for the next one.
const keptItems = 1 << 15

// room is where the next piece is read. It is blanked first: who kept something of what was read there, and released,
// finds nothing, and no text of it stays in memory behind what few items the next piece has. What few pieces need is let
// go.
func (a *attempt) room() *bus.Facts {
	a.side = 1 - a.side
	f, items := &a.pieces[a.side], 0
	assets, rows := f.Assets[:cap(f.Assets)], f.Rows[:cap(f.Rows)]
	for i := range assets {
		x := &assets[i]
		items += 1 + cap(x.Columns) + cap(x.Attrs) + cap(x.Measures)
		*x = model.Asset{Columns: blank(x.Columns), Attrs: blank(x.Attrs), Measures: blank(x.Measures)}
	}
	clear(rows)
	*f = bus.Facts{Assets: assets[:0], Rows: rows[:0]}
	if items > keptItems {
		*f = bus.Facts{}
	}
	return f
}

// blank is the empty list in the room of another, which is cleared.
func blank[T any](list []T) []T {
	list = list[:cap(list)]
	clear(list)
	return list[:0]
}
