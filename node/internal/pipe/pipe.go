// Package pipe is what a node's supervisor and its workers say to each other over the worker's standard input and
// output: length-prefixed frames.
//
// A worker touches foreign bytes and may be owned by them: the supervisor decodes every frame under bounds and trusts
// nothing in it. Secrets go down the pipe and never come up.
package pipe

import (
	"github.com/purlieu/purlieu/bus"
)

// Job is one attempt, as a worker gets it.
type Job struct {
	Grant   bus.Grant         `cbor:"1,keyasint"`
	Secrets map[string][]byte `cbor:"2,keyasint,omitempty"` // by credential field
	// Dial is the Unix socket of the supervisor's connection broker, and the token to show there first.
	Dial  string `cbor:"3,keyasint"`
	Token string `cbor:"4,keyasint"`
	// Today is the day by the account's clock, for sampling intervals.
	Today uint32 `cbor:"5,keyasint"`
}

// End says how a job ended.
type End struct {
	Outcome bus.Outcome `cbor:"1,keyasint"`
	Code    string      `cbor:"2,keyasint,omitempty"`
	Retry   bool        `cbor:"3,keyasint,omitempty"`
	Assets  uint64      `cbor:"4,keyasint"`
	Listed  []byte      `cbor:"5,keyasint,omitempty"` // CBOR []model.Listed
	Remedy  string      `cbor:"6,keyasint,omitempty"`
}
