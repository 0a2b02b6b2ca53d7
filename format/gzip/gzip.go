// Package gzip unpacks files packed with gzip, as far as they are read: a packed bomb costs no more than any other file,
// and neither does one that unpacks to nothing, however long it is.
package gzip

import (
	"bytes"
	"errors"
	"io"

	"github.com/klauspost/compress/gzip"

	"github.com/purlieu/purlieu/format"
)

// Packing unpacks gzip.
type Packing struct{}

// New is the packing.
func New() Packing { return Packing{} }

// Name is the file type.
func (Packing) Name() string { return "GZ" }

// Extension is what names of packed files end in.
func (Packing) Extension() string { return ".gz" }

// Marked reports whether the file is packed.
func (Packing) Marked(head []byte) bool { return bytes.HasPrefix(head, []byte{0x1f, 0x8b}) }

// mostPacked is how much of a file is unpacked: text that can't be packed any smaller takes a little more than itself.
const mostPacked = format.MaxHead + format.MaxHead/8

// Unpack begins to unpack.
func (Packing) Unpack(name string, packed, out *format.File) error {
	var from io.Reader
	if packed.Anywhere() {
		from = io.NewSectionReader(packed, 0, min(packed.Size(), mostPacked))
	} else {
		head, _, err := packed.Head(format.MaxHead)
		if err != nil {
			return err
		}
		from = bytes.NewReader(head)
	}
	r, err := gzip.NewReader(from)
	if err != nil {
		return format.Malformed(format.CodeDamaged, "the packed file can't be unpacked").Because(err)
	}
	out.OpenStream(name, &unpacking{r})
	return nil
}

// unpacking makes our own of the errors of the library.
type unpacking struct{ r *gzip.Reader }

func (u *unpacking) Read(p []byte) (int, error) {
	n, err := u.r.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		err = format.Malformed(format.CodeDamaged, "the packed file can't be unpacked").Because(err)
	}
	return n, err
}
