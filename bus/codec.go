package bus

import (
	"bytes"
	"encoding/binary"
	"sync"

	"github.com/klauspost/compress/zstd"

	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/wire"
)

// Encode writes a message. It fails only for a type that is not a message.
func Encode(message any) ([]byte, error) { return wire.Encode(message) }

// Append writes a message behind dst, as Encode does.
func Append(dst []byte, message any) ([]byte, error) { return wire.Append(dst, message) }

// Decode reads a message under bounds: nesting, lengths and duplicate keys of hostile bytes end in fault.Invalid.
func Decode(data []byte, message any) error { return wire.Decode(data, message) }

// keptRoom is how much room is kept between two batches, in bytes.
const keptRoom = 1 << 20

// Pack compresses a batch body. What it gives has no room to spare: it waits for its receipt.
func Pack(body []byte) []byte {
	p := packers()
	room := p.room.Get().(*[]byte)
	packed := p.enc.EncodeAll(body, (*room)[:0])
	if cap(packed) <= keptRoom {
		*room = packed
	}
	defer p.room.Put(room)
	return bytes.Clone(packed)
}

// Unpack reverses Pack under MaxUnpacked: more is fault.Invalid, and is never held in memory.
func Unpack(packed []byte) ([]byte, error) {
	out, err := packers().dec.DecodeAll(packed, nil)
	if err != nil {
		return nil, fault.New(fault.Invalid, "BadBatch", "the batch can't be unpacked within %d bytes", MaxUnpacked).Because(err)
	}
	return out, nil
}

// SignedReceipt is the text under a receipt's signature. The number of a Done is its number of batches.
func SignedReceipt(node string, ref AttemptRef, number uint32, seal Seal) []byte {
	b := append([]byte("purlieu receipt 1\x00"), node...)
	b = append(b, 0)
	b = binary.BigEndian.AppendUint64(b, uint64(ref.Unit))
	b = binary.BigEndian.AppendUint32(b, ref.Attempt)
	b = binary.BigEndian.AppendUint32(b, number)
	b = binary.BigEndian.AppendUint64(b, seal.Index)
	return append(b, seal.Head[:]...)
}

type packer struct {
	enc  *zstd.Encoder
	dec  *zstd.Decoder
	room sync.Pool // of *[]byte, to pack into
}

// packers are built once; both are safe for concurrent use. Their options are constants, so they can't fail.
var packers = sync.OnceValue(func() *packer {
	enc, err := zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithEncoderConcurrency(1), zstd.WithWindowSize(1<<20))
	if err != nil {
		panic(err)
	}
	dec, err := zstd.NewReader(nil, zstd.WithDecoderMaxMemory(MaxUnpacked), zstd.WithDecoderConcurrency(2))
	if err != nil {
		panic(err)
	}
	return &packer{enc: enc, dec: dec, room: sync.Pool{New: func() any { return new([]byte) }}}
})
