package scan

import (
	"bytes"
	"encoding/binary"
	"slices"

	"github.com/purlieu/purlieu/bus"
	"github.com/purlieu/purlieu/model"
)

// digests say under which grants of a login each row of a base was seen last: most under those of the last run that
// read the container, the others, which were not seen since, under older ones. 0 is unknown and proves nothing.
type digests struct {
	now   uint64
	older map[model.Hash]uint64
}

const digestSize = 8

// readDigests reads them as a base keeps them: those of the last run, then hash and digest of each older row.
func readDigests(b []byte) digests {
	d := digests{older: map[model.Hash]uint64{}}
	if len(b) < digestSize {
		return d
	}
	d.now = binary.BigEndian.Uint64(b)
	const row = len(model.Hash{}) + digestSize
	for b = b[digestSize:]; len(b) >= row; b = b[row:] {
		d.older[model.Hash(b[:len(model.Hash{})])] = binary.BigEndian.Uint64(b[len(model.Hash{}):])
	}
	return d
}

func (d digests) of(h model.Hash) uint64 {
	if old, ok := d.older[h]; ok {
		return old
	}
	return d.now
}

func (d digests) pack() []byte {
	if d.now == 0 && len(d.older) == 0 {
		return nil
	}
	hashes := make([]model.Hash, 0, len(d.older))
	for h := range d.older {
		hashes = append(hashes, h)
	}
	slices.SortFunc(hashes, func(a, b model.Hash) int { return bytes.Compare(a[:], b[:]) })
	out := binary.BigEndian.AppendUint64(nil, d.now)
	for _, h := range hashes {
		out = binary.BigEndian.AppendUint64(append(out, h[:]...), d.older[h])
	}
	return out
}

// nextDigests are those of the next base: what was seen now stands under the grants of now, what was not seen since
// keeps its own.
func (g *sight) nextDigests(base wholeBase, gone []model.Hash) digests {
	old := readDigests(base.Grants)
	next := digests{now: g.grants, older: map[model.Hash]uint64{}}
	if !g.spoken {
		next.now = old.now
	}
	dead := hashSet(gone)
	for i := range len(base.Rows) / bus.BaseRowSize {
		h := bus.BaseRowAt(base.Rows, i).Hash
		if was := old.of(h); !g.saw(i, h) && !dead[h] && was != next.now {
			next.older[h] = was
		}
	}
	return next
}

func hashSet(hashes []model.Hash) map[model.Hash]bool {
	set := make(map[model.Hash]bool, len(hashes))
	for _, h := range hashes {
		set[h] = true
	}
	return set
}

// agreed joins the grants under which two units read one container: they prove only together.
func agreed(a uint64, spoken bool, b uint64) uint64 {
	if spoken && a != b {
		return 0
	}
	return b
}
