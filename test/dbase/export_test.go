package dbase

import (
	"io"

	"github.com/purlieu/purlieu/model"
)

// Columns are those that a header tells of.
func Columns(r io.ReaderAt) ([]model.Column, error) {
	h, err := readHeader(r)
	return h.columns, err
}
