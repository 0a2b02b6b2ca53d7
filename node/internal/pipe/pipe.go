// Package pipe is what a node's supervisor and its workers say to each other over the worker's standard input and
// output: length-prefixed frames.
//
// A *frame* is a length of 4 bytes (big endian, of what follows), a *kind* of one byte and a payload, which is CBOR
// unless its kind says otherwise. *Down* frames go to the worker: a job, its secrets, its bases, start, then perhaps
// cancel; exit ends the process. *Up* frames come from it: facts, log lines, meters, and one end for each start; a job
// that *asks* yields steps or names in place of facts.
// Over the dial socket go one dial frame and one dialled frame, then the connection's own bytes.
//
// A worker touches foreign bytes and may be owned by them: the supervisor decodes every frame under bounds and trusts
// nothing in it. Secrets go down the pipe and never come up.
package pipe

import (
	"github.com/purlieu/purlieu/bus"
	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/model"
)

// Kind says what a frame is. Up kinds are 16 and above.
type Kind uint8

// The kinds of frames.
const (
	KindJob    Kind = iota + 1 // Job, without its secrets and bases
	KindSecret                 // one length byte, the field's name, the value: never through an encoder that keeps copies
	KindBase                   // bus.BaseBlock
	KindStart                  // empty: job, secrets and bases are complete
	KindCancel                 // empty: end the running job soon
	KindExit                   // empty: end the process after the running job
	KindDial                   // Dial, over the socket

	KindFacts  Kind = iota + 9 // bus.Facts
	KindLog                    // Log
	KindMeter                  // Meter
	KindEnd                    // End
	KindDialed                 // Dialed, over the socket
	KindStep                   // bus.Step, of a job that asks
	KindNames                  // Names, of a job that asks
)

// Bounds of frames. A reader refuses what is beyond them.
const (
	MaxFrame    = 4 << 20 // payload bytes
	MaxElements = 1 << 16 // array elements in one payload, at any depth
	MaxText     = 32 << 10
	maxSecret   = 1 << 20
)

// Job is one attempt, as a worker gets it.
type Job struct {
	Grant   bus.Grant         `cbor:"1,keyasint"`
	Secrets map[string][]byte `cbor:"-"` // by credential field; they travel in frames of their own
	// Dial is the Unix socket of the supervisor's connection broker, and the token to show there first.
	Dial  string `cbor:"3,keyasint"`
	Token string `cbor:"4,keyasint"`
	// Today is the day by the account's clock, for sampling intervals.
	Today uint32 `cbor:"5,keyasint"`
	// MemoryMB is the size above which the supervisor kills the worker; 0 sets no limit.
	MemoryMB int `cbor:"6,keyasint,omitempty"`
	// Question makes the job one that asks instead of reading: steps or names come up, and no facts.
	Question *Question `cbor:"7,keyasint,omitempty"`
	// Terms are what the network's owner says about metadata that may hold values.
	Terms model.Terms `cbor:"8,keyasint,omitempty"`
	// Folder is the folder that a node-local source is, where the policy allowed it; nil for other sources.
	Folder *Folder `cbor:"9,keyasint,omitempty"`
}

// Question is what is asked of a source: to browse one level of names, or else to test the connection.
type Question struct {
	Browse bool   `cbor:"1,keyasint,omitempty"`
	Path   string `cbor:"2,keyasint,omitempty"`
}

// Names is a piece of one level of names. All pieces of a job together hold to bus.MaxNames and bus.MaxNameBytes.
type Names struct {
	List []model.Ref `cbor:"1,keyasint,omitempty"`
	More bool        `cbor:"2,keyasint,omitempty"` // what is beyond the bounds was left out
}

// Folder says which folder a worker may open: from the allowed root down, through no link, into none that is kept.
type Folder struct {
	Allowed string   `cbor:"1,keyasint"`
	Below   []string `cbor:"2,keyasint,omitempty"`
	Kept    []string `cbor:"3,keyasint,omitempty"`
}

// End says how a job ended.
type End struct {
	Outcome bus.Outcome `cbor:"1,keyasint"`
	Code    string      `cbor:"2,keyasint,omitempty"`
	Retry   bool        `cbor:"3,keyasint,omitempty"`
	Assets  uint64      `cbor:"4,keyasint"`
	Listed  []byte      `cbor:"5,keyasint,omitempty"` // CBOR []model.Listed
	Remedy  string      `cbor:"6,keyasint,omitempty"`
	// Identity is which source was reached, and as whom.
	Identity model.Identity `cbor:"7,keyasint,omitzero"`
	// Kind is that of the failure that Code names, in a job that asks.
	Kind fault.Kind `cbor:"8,keyasint,omitempty"`
}

// Meter says how far a job is.
type Meter struct {
	Assets uint64 `cbor:"1,keyasint"` // seen so far, changed or not
}

// LogLevel is how loud a line is.
type LogLevel uint8

// The log levels.
const (
	LogDebug LogLevel = iota + 1
	LogInfo
	LogWarn
	LogError
)

// Log is one line for the operator of the node.
type Log struct {
	Level LogLevel  `cbor:"1,keyasint"`
	Text  string    `cbor:"2,keyasint"`           // at most MaxLogText bytes
	Attrs []LogAttr `cbor:"3,keyasint,omitempty"` // at most MaxLogAttrs
}

// LogAttr is one attribute of a line.
type LogAttr struct {
	Key   string `cbor:"1,keyasint"`
	Value string `cbor:"2,keyasint"`
}

// Bounds of log lines. A worker drops what is beyond them, and so does the supervisor.
const (
	MaxLogText  = 1 << 10
	MaxLogAttrs = 16
	MaxLogLines = 1000 // of one job
)

// Dial asks the supervisor for a connection.
type Dial struct {
	Token string `cbor:"1,keyasint"`
	Host  string `cbor:"2,keyasint"`
	Port  int    `cbor:"3,keyasint"`
	Take  bool   `cbor:"4,keyasint,omitempty"` // the worker can take a descriptor
}

// Dialed answers Dial. With Kind 0 the connection stands: its descriptor comes with the first byte of this frame where
// Passed is set, else its bytes follow the frame.
type Dialed struct {
	Passed bool       `cbor:"1,keyasint,omitempty"`
	Kind   fault.Kind `cbor:"2,keyasint,omitempty"`
	Code   string     `cbor:"3,keyasint,omitempty"`
	Text   string     `cbor:"4,keyasint,omitempty"`
	Remedy string     `cbor:"5,keyasint,omitempty"`
}

// Word reports whether s could be one of our closed words: 1 to 64 letters and digits, a letter first.
func Word(s string) bool {
	if s == "" || len(s) > 64 {
		return false
	}
	for i := 0; i < len(s); i++ {
		c := s[i]
		letter := c|0x20 >= 'a' && c|0x20 <= 'z'
		if !letter && (i == 0 || c < '0' || c > '9') {
			return false
		}
	}
	return true
}
