package bus

import (
	"slices"

	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/wire/item"
)

// Piece is facts that are written as they are found: of an asset it keeps nothing, so that whoever found it may use its
// memory again. It is written as Facts with the same content are. It is for one goroutine; the zero value is empty.
type Piece struct {
	Gaps     []model.Gap
	Children []model.Unit
	Seen     []Seen

	assets, rows item.Writer
	count        int // of each of the two
}

// keptPiece is how much room of assets is kept for the next piece, in bytes.
const keptPiece = 1 << 20

// Add writes an asset with its row.
func (p *Piece) Add(a *model.Asset, r *BaseRow) {
	a.WriteItem(&p.assets)
	r.write(&p.rows)
	p.count++
}

// Assets is how many assets were added.
func (p *Piece) Assets() int { return p.count }

// Bytes is what the assets take with their rows.
func (p *Piece) Bytes() int { return len(p.assets.Out) + len(p.rows.Out) }

// Empty reports whether there is nothing in it.
func (p *Piece) Empty() bool {
	return p.count+len(p.Gaps)+len(p.Children)+len(p.Seen) == 0
}

// Reset makes it empty.
func (p *Piece) Reset() {
	room := p.assets.Out[:0]
	if cap(room) > keptPiece {
		room = nil
	}
	*p = Piece{assets: item.Writer{Out: room}, rows: item.Writer{Out: p.rows.Out[:0]}}
}

// AppendWire writes the piece as wire does.
func (p *Piece) AppendWire(dst []byte) []byte {
	w := item.Writer{Out: slices.Grow(dst, 64+p.Bytes())}
	o := w.Struct()
	w.Items(1, p.count, p.assets.Out)
	w.Items(2, p.count, p.rows.Out)
	writeRest(&w, p.Gaps, p.Children, p.Seen)
	w.End(o)
	return w.Out
}
