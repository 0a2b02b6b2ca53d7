package outbox

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"
)

// EntryKind says what an entry of the ledger records.
type EntryKind string

// The kinds of entry.
const (
	EntryBegin       EntryKind = "begin"       // first line of a segment: whose ledger, and the head behind the segment before
	EntryBatch       EntryKind = "batch"       // a batch was sealed to leave
	EntryDone        EntryKind = "done"        // an end of an attempt was sealed to leave
	EntryAnswer      EntryKind = "answer"      // an answer to a question of the account
	EntryEnrol       EntryKind = "enrol"       // an enrolment
	EntryKey         EntryKind = "key"         // a new key of the node, signed by it and by the one before
	EntryRelease     EntryKind = "release"     // the owner lets metadata leave that may hold values: Detail says what, and in which attempt
	EntryDescription EntryKind = "description" // the description of a kind, as its connector's makers wrote it
	EntryBeats       EntryKind = "beats"       // the beats of an hour, summed
	EntryDiscarded   EntryKind = "discarded"   // the message of entry Of was given up; Left says whether it may have left
	EntryTorn        EntryKind = "torn"        // a power loss had torn the ledger's end; Detail says where the rest is kept
)

// Entry is one line of the ledger: one message that left or was about to leave. It holds counts and hashes, and no
// name from a source. Index counts all lines of a ledger from 1; Head is SHA-256 over the head before it and the line.
type Entry struct {
	V        int       `json:"v"` // of this format: 1
	Index    uint64    `json:"i"`
	Time     time.Time `json:"t"`
	Kind     EntryKind `json:"kind"`
	Unit     int64     `json:"unit,omitempty"`
	Attempt  uint32    `json:"attempt,omitempty"`
	Number   *uint32   `json:"number,omitempty"`
	Assets   int       `json:"assets,omitempty"`
	Gaps     int       `json:"gaps,omitempty"`
	Children int       `json:"children,omitempty"`
	Edges    int       `json:"edges,omitempty"`
	Count    int       `json:"count,omitempty"`  // of beats
	Size     int       `json:"size,omitempty"`   // bytes of the body as it leaves
	SHA256   string    `json:"sha256,omitempty"` // of the body as it leaves
	Of       uint64    `json:"of,omitempty"`
	Left     string    `json:"left,omitempty"` // "no" or "maybe"
	Detail   string    `json:"detail,omitempty"`
	Node     string    `json:"node,omitempty"`
	Prev     string    `json:"prev,omitempty"`

	Head [32]byte `json:"-"`
}

// headMark stands before the head, which ends every line: `,"head":"<64 hex digits>"}` and a newline.
const (
	headMark = `,"head":"`
	headSize = len(headMark) + 64 + len(`"}`) + 1
	maxLine  = 64 << 10
)

// appendLine writes the entry as a line behind the head prev, and sets its Head.
func appendLine(dst []byte, prev [32]byte, e *Entry) ([]byte, error) {
	body, err := json.Marshal(e)
	if err != nil {
		return nil, fmt.Errorf("write ledger entry %d: %w", e.Index, err)
	}
	e.Head = chain(prev, body)
	dst = append(dst, body[:len(body)-1]...)
	dst = append(dst, headMark...)
	dst = hex.AppendEncode(dst, e.Head[:])
	return append(dst, "\"}\n"...), nil
}

func chain(prev [32]byte, body []byte) [32]byte {
	h := sha256.New()
	h.Write(prev[:])
	h.Write(body)
	return [32]byte(h.Sum(nil))
}

// parseLine reads a line, with its newline, without judging its head. body is what the head is computed over.
func parseLine(line []byte) (e Entry, body []byte, err error) {
	cut := len(line) - headSize
	if cut < 1 || line[len(line)-1] != '\n' || string(line[cut:cut+len(headMark)]) != headMark ||
		string(line[len(line)-3:]) != "\"}\n" {
		return e, nil, fmt.Errorf("it is not a line of a ledger")
	}
	digits := line[cut+len(headMark) : len(line)-3]
	if !bytes.Equal(digits, bytes.ToLower(digits)) {
		return e, nil, fmt.Errorf("its head is not written as a ledger writes it")
	}
	if _, err := hex.Decode(e.Head[:], digits); err != nil {
		return e, nil, fmt.Errorf("its head can't be read")
	}
	body = append(append([]byte(nil), line[:cut]...), '}')
	head := e.Head
	if err := json.Unmarshal(body, &e); err != nil {
		return e, nil, fmt.Errorf("it can't be read as JSON")
	}
	e.Head = head
	if e.V != 1 {
		return e, nil, fmt.Errorf("it has version %d, which this build does not know", e.V)
	}
	return e, body, nil
}

// prevHead is the head that a begin entry names.
func (e *Entry) prevHead() (head [32]byte, ok bool) {
	if e.Kind != EntryBegin || len(e.Prev) != 64 {
		return head, false
	}
	_, err := hex.Decode(head[:], []byte(e.Prev))
	return head, err == nil
}
