package witness

import (
	"bufio"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"time"

	"github.com/purlieu/purlieu/bus"
)

// mark begins what a witness has of a head; before it stands whatever a log writes before its messages.
const mark = "purlieu" + " head " // in two, since it is no command

// maxLine bounds a line of a witness's file; a longer one is not ours.
const maxLine = 64 << 10

// note is a head as a witness has it.
type note struct {
	V     int       `json:"v"` // of this format: 1
	Time  time.Time `json:"t"`
	Node  string    `json:"node"`
	Index uint64    `json:"i"`
	Head  string    `json:"head"` // hex
}

// line is a head in the words of a witness, without an end of line.
func line(node string, head bus.Seal, now time.Time) (string, error) {
	text, err := json.Marshal(note{V: 1, Time: now.UTC().Truncate(time.Millisecond), Node: node, Index: head.Index, Head: hex.EncodeToString(head.Head[:])})
	return mark + string(text), err
}

// Notes reads what a witness has of one node's ledger, as its file stands in order; other lines are passed over, so that the
// file may be a log of many. next gives io.EOF at the end. A last line that is not finished is none: it is being written.
type Notes struct {
	r    *bufio.Reader
	node string
	// Broken counts lines that begin as a head does and can't be read.
	Broken int
}

// NewNotes reads the heads of node; "" takes those of any.
func NewNotes(r io.Reader, node string) *Notes {
	return &Notes{r: bufio.NewReaderSize(r, maxLine), node: node}
}

// Next is the next head.
func (n *Notes) Next() (bus.Seal, error) {
	for {
		text, err := n.r.ReadSlice('\n')
		if errors.Is(err, bufio.ErrBufferFull) {
			continue // in pieces: no piece of a line that long is ours
		}
		if err != nil {
			return bus.Seal{}, err
		}
		// The last mark counts: a line that was cut short is followed by the next one without an end.
		at := strings.LastIndex(string(text), mark)
		if at < 0 {
			continue
		}
		head, node, ok := parse(strings.TrimSpace(string(text[at+len(mark):])))
		switch {
		case !ok:
			n.Broken++
		case n.node == "" || n.node == node:
			return head, nil
		}
	}
}

func parse(text string) (head bus.Seal, node string, ok bool) {
	var n note
	if err := json.Unmarshal([]byte(text), &n); err != nil || n.V != 1 || n.Index == 0 || len(n.Head) != 2*len(head.Head) {
		return head, "", false
	}
	if _, err := hex.Decode(head.Head[:], []byte(n.Head)); err != nil {
		return head, "", false
	}
	head.Index = n.Index
	return head, n.Node, true
}
