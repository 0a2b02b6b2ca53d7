package bus

import (
	"encoding/binary"
	"sync"

	"github.com/fxamacker/cbor/v2"
	"github.com/klauspost/compress/zstd"

	"github.com/purlieu/purlieu/fault"
)

// Encode writes a message. It fails only for a type that is not a message.
func Encode(message any) ([]byte, error) { return modes().enc.Marshal(message) }

// Decode reads a message under bounds: nesting, lengths and duplicate keys of hostile bytes end in fault.Invalid.
func Decode(data []byte, message any) error {
	if err := modes().dec.Unmarshal(data, message); err != nil {
		return fault.New(fault.Invalid, "BadMessage", "the message can't be read").Because(err)
	}
	return nil
}

// Pack compresses a batch body.
func Pack(body []byte) []byte { return modes().zenc.EncodeAll(body, nil) }

// Unpack reverses Pack under MaxUnpacked: more is fault.Invalid, and is never held in memory.
func Unpack(packed []byte) ([]byte, error) {
	out, err := modes().zdec.DecodeAll(packed, nil)
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

type codec struct {
	enc  cbor.EncMode
	dec  cbor.DecMode
	zenc *zstd.Encoder
	zdec *zstd.Decoder
}

// modes builds the codec once; all of it is safe for concurrent use. Its options are constants, so it can't fail.
var modes = sync.OnceValue(func() codec {
	enc, err := cbor.EncOptions{Sort: cbor.SortNone, IndefLength: cbor.IndefLengthForbidden}.EncMode()
	if err != nil {
		panic(err)
	}
	dec, err := cbor.DecOptions{
		MaxNestedLevels: 16, MaxArrayElements: 1 << 20, MaxMapPairs: 1 << 16,
		IndefLength: cbor.IndefLengthForbidden, DupMapKey: cbor.DupMapKeyEnforcedAPF,
	}.DecMode()
	if err != nil {
		panic(err)
	}
	zenc, err := zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithEncoderConcurrency(1), zstd.WithWindowSize(1<<20))
	if err != nil {
		panic(err)
	}
	zdec, err := zstd.NewReader(nil, zstd.WithDecoderMaxMemory(MaxUnpacked), zstd.WithDecoderConcurrency(2))
	if err != nil {
		panic(err)
	}
	return codec{enc, dec, zenc, zdec}
})
