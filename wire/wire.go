// Package wire is how plain data becomes bytes: CBOR (RFC 8949) with integer keys, decoded under bounds.
//
// Messages, worker frames and the map's rows use the one encoding, so that a fact is encoded the same wherever it
// stands. A bound that hostile bytes break ends in fault.Invalid, never in memory; unknown fields are ignored.
package wire

import (
	"sync"

	"github.com/fxamacker/cbor/v2"

	"github.com/purlieu/purlieu/fault"
)

// Appender is plain data that writes itself, to the very bytes that it would be encoded to without: see wire/item.
type Appender interface {
	AppendWire(dst []byte) []byte
}

// Parser is plain data that reads itself from what an Appender wrote. It is false, and empty, where it finds anything else:
// that is then decoded as any other data is.
type Parser interface {
	ParseWire(data []byte) bool
}

// Encode writes plain data. It fails only for a type that is not plain data.
func Encode(data any) ([]byte, error) {
	if a, ok := data.(Appender); ok {
		return a.AppendWire(nil), nil
	}
	return modes().enc.Marshal(data)
}

// Append writes plain data behind dst, as Encode does.
func Append(dst []byte, data any) ([]byte, error) {
	if a, ok := data.(Appender); ok {
		return a.AppendWire(dst), nil
	}
	raw, err := modes().enc.Marshal(data)
	return append(dst, raw...), err
}

// Decode reads plain data into data, which is empty, or a Parser that says what becomes of what it was: nesting, lengths and duplicate keys beyond bounds are fault.Invalid.
func Decode(bytes []byte, data any) error {
	if p, ok := data.(Parser); ok && p.ParseWire(bytes) {
		return nil
	}
	if err := modes().dec.Unmarshal(bytes, data); err != nil {
		return fault.New(fault.Invalid, "BadMessage", "the message can't be read").Because(err)
	}
	return nil
}

type codec struct {
	enc cbor.EncMode
	dec cbor.DecMode
}

// modes builds the codec once; it is safe for concurrent use. Its options are constants, so it can't fail.
var modes = sync.OnceValue(func() codec {
	enc, err := cbor.EncOptions{Sort: cbor.SortBytewiseLexical, IndefLength: cbor.IndefLengthForbidden}.EncMode()
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
	return codec{enc, dec}
})
