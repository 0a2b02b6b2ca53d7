package outbox

import (
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/purlieu/purlieu/bus"
	"github.com/purlieu/purlieu/node/internal/disk"
)

// Proof is one line of the receipts file: the account's signed word about one entry of the ledger.
type Proof struct {
	V         int    `json:"v"` // of this format: 1
	Index     uint64 `json:"i"`
	Head      string `json:"head"` // hex
	Unit      int64  `json:"unit"`
	Attempt   uint32 `json:"attempt"`
	Number    uint32 `json:"number"`
	Status    string `json:"status"` // "committed" or "dropped"
	Signature []byte `json:"signature,omitempty"`
	Verified  bool   `json:"verified"` // against the account's key, when the receipt came
}

// receipts writes proofs beside the ledger. They are durable at the next flush; until then the spool keeps the
// messages.
type receipts struct {
	d       disk.Disk
	bound   int64
	number  int
	log     *logFile
	waiting []*message // whose proof is not durable yet
}

// openReceipts continues the newest file and gives the highest entry in it that has a proof. A torn end is cut: its
// messages are still in the spool.
func openReceipts(d disk.Disk, bound int64) (r *receipts, highest uint64, err error) {
	numbers, _, err := segments(d, receiptName, lineSuffix)
	if err != nil {
		return nil, 0, err
	}
	r = &receipts{d: d, bound: bound, number: 1}
	for i := len(numbers) - 1; i >= 0 && highest == 0; i-- {
		name := fileName(receiptName, numbers[i], lineSuffix)
		var good, size int64
		err = eachLine(d, name, func(line []byte) error {
			whole := good == size
			size += int64(len(line))
			if p, perr := parseProof(line); perr == nil && whole {
				good, highest = size, max(highest, p.Index)
			}
			return nil
		})
		if err != nil {
			return nil, 0, err
		}
		if r.log != nil {
			continue
		}
		if good < size {
			if err := cut(d, name, good); err != nil {
				return nil, 0, err
			}
		}
		r.number, r.log = numbers[i], openLog(d, name, good)
	}
	if r.log == nil {
		r.log = openLog(d, fileName(receiptName, r.number, lineSuffix), 0)
	}
	return r, highest, nil
}

// flush makes all proofs durable; then a full file is followed by a new one.
func (r *receipts) flush() error {
	if err := r.log.flush(); err != nil {
		return err
	}
	r.waiting = nil
	if r.log.size < r.bound {
		return nil
	}
	if err := r.log.close(); err != nil {
		return fmt.Errorf("close %s: %w", r.log.name, err)
	}
	r.number++
	r.log = openLog(r.d, fileName(receiptName, r.number, lineSuffix), 0)
	return nil
}

func parseProof(line []byte) (p Proof, err error) {
	if len(line) == 0 || line[len(line)-1] != '\n' {
		return p, errors.New("it has no end")
	}
	if err := json.Unmarshal(line, &p); err != nil || p.V != 1 || len(p.Head) != 64 {
		return p, errors.New("it is not a receipt")
	}
	return p, nil
}

func (r *receipts) add(m *message, receipt *bus.Receipt, verified bool) error {
	line, err := json.Marshal(Proof{
		V: 1, Index: m.seal.Index, Head: hex.EncodeToString(m.seal.Head[:]),
		Unit: m.ref.Unit, Attempt: m.ref.Attempt, Number: m.number,
		Status: statusName(receipt.Status), Signature: receipt.Signature, Verified: verified,
	})
	if err != nil {
		return fmt.Errorf("write the receipt of entry %d: %w", m.seal.Index, err)
	}
	r.log.append(append(line, '\n'))
	r.waiting = append(r.waiting, m)
	return nil
}

func statusName(s bus.ReceiptStatus) string {
	switch s {
	case bus.Committed:
		return "committed"
	case bus.Dropped:
		return "dropped"
	case bus.Wait:
		return "wait"
	case bus.Gone:
		return "gone"
	case bus.Refused:
		return "refused"
	}
	return "unknown"
}
