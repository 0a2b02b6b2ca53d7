package gzip

import (
	"io"
	"testing"

	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/format"
)

// hollow is a packed file without an end that unpacks to nothing: one empty block behind the other.
type hollow struct{ read int64 }

func (h *hollow) ReadAt(p []byte, off int64) (int, error) {
	head := []byte{0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255}
	block := []byte{0, 0, 0, 0xff, 0xff} // stored, not the last, of length 0
	for i := range p {
		switch at := off + int64(i); {
		case at < int64(len(head)):
			p[i] = head[at]
		default:
			p[i] = block[(at-int64(len(head)))%int64(len(block))]
		}
	}
	if h.read += int64(len(p)); h.read > 64<<20 {
		return 0, io.ErrNoProgress // else the test would not end
	}
	return len(p), nil
}

func TestAFileThatUnpacksToNothingIsNotReadToItsEnd(t *testing.T) {
	h := &hollow{}
	var packed, out format.File
	packed.Open("a.csv.gz", 1<<40, h)
	if err := New().Unpack("a.csv", &packed, &out); err != nil {
		t.Fatal(err)
	}
	if head, _, err := out.Head(format.MaxHead); fault.CodeOf(err) != format.CodeDamaged || len(head) != 0 {
		t.Errorf("%d bytes, %v", len(head), err)
	}
	if h.read > 2*format.MaxHead {
		t.Errorf("%d bytes were read", h.read)
	}
}
