package bus

import (
	"crypto/sha256"

	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/wire"
)

// Bounds of what a node announces.
const (
	MaxMarks       = 128       // descriptions of one node
	MaxDescription = 128 << 10 // bytes of one
	MaxWanted      = 16        // descriptions that one answer asks for

	maxDescribed = 1 << 12 // things in one description: an empty one is a byte on the wire and hundreds in memory
)

// Mark names one description of a kind: what it describes, its version, and the hash of its content.
type Mark struct {
	Kind    string   `cbor:"1,keyasint"`
	Version int      `cbor:"2,keyasint"`
	Hash    [32]byte `cbor:"3,keyasint"` // SHA-256 of the description as it travels
}

// BeatAnswer is what the account says to a beat. The keys of Beat are left free: accounts of older builds answer with one.
type BeatAnswer struct {
	V    int    `cbor:"1,keyasint"`
	Want []Mark `cbor:"20,keyasint,omitempty"` // descriptions that the account has not got, of the beat's marks
}

// Description carries one description that the account asked for. It holds what the connector's makers wrote, and nothing
// of a source.
type Description struct {
	V    int    `cbor:"1,keyasint"`
	Mark Mark   `cbor:"2,keyasint"`
	Seal Seal   `cbor:"3,keyasint"`
	Body []byte `cbor:"4,keyasint"` // a model.Kind
}

// DescriptionAnswer says that the account has the description, or in Code and Text why it does not take it. Either way it
// need not come again.
type DescriptionAnswer struct {
	V    int    `cbor:"1,keyasint"`
	Code string `cbor:"2,keyasint,omitempty"`
	Text string `cbor:"3,keyasint,omitempty"`
}

// Describe is a description as it travels, and its mark.
func Describe(kind model.Kind) (Mark, []byte, error) {
	body, err := Encode(kind)
	if err != nil {
		return Mark{}, nil, err
	}
	if len(body) > MaxDescription {
		return Mark{}, nil, fault.New(fault.Invalid, "BadKind", "the description of %s takes %d bytes; %d are taken", kind.Name, len(body), MaxDescription)
	}
	return Mark{Kind: kind.Name, Version: kind.Version, Hash: sha256.Sum256(body)}, body, nil
}

// Kind reads the description and holds it to the laws of descriptions (model.Kind.Check) and to its mark. It is
// fault.Invalid: NotAsMarked where the content is another than the mark says, else what is wrong with it.
func (d *Description) Kind() (model.Kind, error) {
	var kind model.Kind
	if len(d.Body) > MaxDescription || wire.Maps(d.Body) > maxDescribed {
		return kind, fault.New(fault.Invalid, "BadKind", "the description is too large")
	}
	if sha256.Sum256(d.Body) != d.Mark.Hash {
		return kind, fault.New(fault.Invalid, "NotAsMarked", "the description is not the one that was announced")
	}
	if err := Decode(d.Body, &kind); err != nil {
		return model.Kind{}, fault.New(fault.Invalid, "BadKind", "the description can't be read").Because(err)
	}
	if kind.Name != d.Mark.Kind || kind.Version != d.Mark.Version {
		return model.Kind{}, fault.New(fault.Invalid, "NotAsMarked", "the description is of another kind or version than was announced")
	}
	if err := kind.Check(); err != nil {
		return model.Kind{}, err
	}
	return kind, nil
}
