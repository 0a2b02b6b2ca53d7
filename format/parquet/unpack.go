package parquet

import (
	"bytes"
	"io"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/snappy"
	"github.com/klauspost/compress/zstd"
)

// maxWindow bounds what a page packed with Zstandard may make its reader remember.
const maxWindow = 8 << 20

// unpacker unpacks pages, one after the other.
type unpacker struct {
	zstd *zstd.Decoder
}

func (u *unpacker) close() {
	if u.zstd != nil {
		u.zstd.Close()
	}
}

// unpack gives up to pageWant bytes of what was packed, all of it with Snappy; nil where that fails. b may be the
// beginning of a page only, but with Snappy.
func (u *unpacker) unpack(codec int64, b []byte) []byte {
	switch codec {
	case codecNone:
		return b
	case codecSnappy:
		if n, err := snappy.DecodedLen(b); err != nil || n > maxBlock {
			return nil
		}
		plain, err := snappy.Decode(nil, b)
		if err != nil {
			return nil
		}
		return plain
	case codecGzip:
		r, err := gzip.NewReader(bytes.NewReader(b))
		if err != nil {
			return nil
		}
		return beginning(r)
	case codecZstd:
		if u.zstd == nil {
			d, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true), zstd.WithDecoderMaxWindow(maxWindow))
			if err != nil {
				return nil
			}
			u.zstd = d
		}
		if err := u.zstd.Reset(bytes.NewReader(b)); err != nil {
			return nil
		}
		return beginning(u.zstd)
	}
	return nil // lzo, brotli, lz4: not sampled
}

// beginning is what a stream gives before it ends or fails: the end of a page may be missing.
func beginning(r io.Reader) []byte {
	out, _ := io.ReadAll(io.LimitReader(r, pageWant)) // what could be read counts
	if len(out) == 0 {
		return nil
	}
	return out
}
