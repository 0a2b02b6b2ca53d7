package outbox

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/purlieu/purlieu/bus"
	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/node/internal/disk/disktest"
)

// written is the disk of a box that delivered something, and the account that holds the other end.
func written(t testing.TB) (*disktest.Memory, *account) {
	a, d := newAccount(t), disktest.New(rng(1))
	b := openBox(t, d, a, func(c *Config) { c.LedgerSegment = 2500 })
	now := start
	for i := range 12 {
		b.Beat(now, 90)
		if _, err := b.Record(now, EntryAnswer, "test of a connection", []byte("answer")); err != nil {
			t.Fatal(err)
		}
		if err := b.Facts(ref(1), facts(fmt.Sprint(i), 2)); err != nil {
			t.Fatal(err)
		}
		now = run(b, a, now.Add(20*time.Minute))
	}
	b.flushBeats() // so that the last entry is one with a receipt
	if err := b.Done(ref(1), bus.Done{}); err != nil {
		t.Fatal(err)
	}
	run(b, a, now)
	if err := b.Close(now); err != nil {
		t.Fatal(err)
	}
	return d, a
}

func ledgerFiles(t testing.TB, d *disktest.Memory) []string { return filesOf(t, d, ledgerName) }

func filesOf(t testing.TB, d *disktest.Memory, prefix string) []string {
	var out []string
	list, err := d.List()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range list {
		if strings.HasPrefix(f.Name, prefix) {
			out = append(out, f.Name)
		}
	}
	return out
}

func (a *account) heads() (out []Receipted) {
	for index, s := range a.left {
		out = append(out, Receipted{index, s.head})
	}
	return out
}

// finds checks that Verify refuses the disk, and gives its words.
func finds(t *testing.T, a *account, what string, d *disktest.Memory) string {
	t.Helper()
	_, err := Verify(d, a.public())
	if !fault.Is(err, fault.Conflict) || fault.CodeOf(err) != "LedgerBroken" {
		t.Errorf("%s: %v", what, err)
		return ""
	}
	return err.Error()
}

func TestVerify(t *testing.T) {
	d, a := written(t)
	files := ledgerFiles(t, d)
	if len(files) < 3 {
		t.Fatalf("only %d segments", len(files))
	}
	report, err := Verify(d, a.public())
	if err != nil || report.Receipts != 13 || report.Unverified != 0 || report.Node != nodeID || report.Torn != "" {
		t.Fatalf("%+v %v", report, err)
	}
	t.Run("finds an edited line and names it", func(t *testing.T) {
		for _, name := range files {
			lines := bytes.SplitAfter(d.Peek(name), []byte("\n"))
			for i := range lines[:len(lines)-1] {
				c, changed := d.Clone(), slices.Clone(lines)
				changed[i] = bytes.Replace(changed[i], []byte(`"t":"2026`), []byte(`"t":"2025`), 1)
				c.Put(name, bytes.Join(changed, nil))
				if text := finds(t, a, "edited time", c); !strings.Contains(text, fmt.Sprintf("%s line %d:", name, i+1)) {
					t.Errorf("%s line %d: %s", name, i+1, text)
				}
			}
		}
	})
	t.Run("finds a removed, doubled or moved line", func(t *testing.T) {
		name := files[1]
		lines := bytes.SplitAfter(d.Peek(name), []byte("\n"))
		lines = lines[:len(lines)-1]
		for i := range lines {
			c := d.Clone()
			c.Put(name, bytes.Join(slices.Delete(slices.Clone(lines), i, i+1), nil))
			finds(t, a, fmt.Sprint("removed ", i), c)
			c.Put(name, bytes.Join(slices.Insert(slices.Clone(lines), i, lines[i]), nil))
			finds(t, a, fmt.Sprint("doubled ", i), c)
			if i > 0 {
				swapped := slices.Clone(lines)
				swapped[i], swapped[i-1] = swapped[i-1], swapped[i]
				c.Put(name, bytes.Join(swapped, nil))
				finds(t, a, fmt.Sprint("moved ", i), c)
			}
		}
	})
	t.Run("finds any changed byte", func(t *testing.T) {
		r := rng(5)
		for _, name := range files {
			for at := r.IntN(8); at < len(d.Peek(name)); at += 1 + r.IntN(15) {
				c := d.Clone()
				c.Peek(name)[at] ^= byte(1 + r.IntN(255))
				if at == len(d.Peek(name))-1 && name == files[len(files)-1] {
					continue // the very last newline: an unfinished line, next test
				}
				finds(t, a, fmt.Sprintf("%s byte %d", name, at), c)
			}
		}
	})
}

func TestVerifyWithReceipts(t *testing.T) {
	d, a := written(t)
	files := ledgerFiles(t, d)
	t.Run("finds a receipted entry that is cut off, and a missing segment", func(t *testing.T) {
		for i := range files {
			c := d.Clone()
			must(t, c.Remove(files[i]))
			finds(t, a, "missing "+files[i], c)
		}
		c, last := d.Clone(), files[len(files)-1]
		must(t, c.Truncate(last, int64(len(c.Peek(last))-1)))
		finds(t, a, "without its last newline", c) // it has a receipt, so it had been whole
	})
	t.Run("finds a ledger written anew over old receipts", func(t *testing.T) {
		other := disktest.New(rng(2))
		b := openBox(t, other, newAccount(t))
		for i := range 40 {
			must(t, b.Facts(ref(1), facts(fmt.Sprint("forged", i), 1)))
		}
		b.Step(start)
		must(t, b.Close(start))
		c := d.Clone()
		for _, name := range files {
			must(t, c.Remove(name))
		}
		c.Put(files[0], other.Peek(files[0]))
		finds(t, a, "replaced ledger", c)
	})
	t.Run("finds an edited receipt", func(t *testing.T) {
		name := fileName(receiptName, 1, lineSuffix)
		for _, change := range [][2]string{{`"head":"`, `"head":"0`}, {`"unit":1`, `"unit":2`}, {`"signature":"`, `"signature":"AAAA`}, {`"number":0`, `"number":1`}} {
			c := d.Clone()
			changed := bytes.Replace(c.Peek(name), []byte(change[0]), []byte(change[1]), 1)
			if bytes.Equal(changed, c.Peek(name)) {
				t.Fatalf("nothing was changed by %v", change)
			}
			c.Put(name, changed)
			finds(t, a, change[0], c)
		}
	})
}

func TestReconcile(t *testing.T) {
	d, a := written(t)
	report, diff, err := Reconcile(d, a.heads())
	if err != nil || len(diff) != 0 || report.Entries == 0 {
		t.Fatalf("%+v %v %v", report, diff, err)
	}
	files := ledgerFiles(t, d)
	t.Run("finds a cut tail", func(t *testing.T) {
		c, last := d.Clone(), files[len(files)-1]
		data := c.Peek(last)
		cutAt := bytes.LastIndexByte(data[:len(data)-1], '\n') + 1
		must(t, c.Truncate(last, int64(cutAt)))
		for _, name := range filesOf(t, c, receiptName) {
			must(t, c.Remove(name))
		}
		if _, err := Verify(c, a.public()); err != nil {
			t.Fatalf("the chain alone holds: %v", err)
		}
		_, diff, err := Reconcile(c, a.heads())
		if err != nil || len(diff) != 1 || !diff[0].Missing || diff[0].Index != report.Last {
			t.Errorf("%v %v", diff, err)
		}
	})
	t.Run("finds a replaced ledger", func(t *testing.T) {
		other, _ := written(t)
		heads := a.heads()
		for i := range heads {
			heads[i].Head[3] ^= 1
		}
		_, diff, err := Reconcile(other, heads)
		if err != nil || len(diff) != len(heads) || diff[0].Missing {
			t.Errorf("%v %v", diff, err)
		}
	})
	t.Run("finds that the account saw two ledgers", func(t *testing.T) {
		heads := append(a.heads(), Receipted{2, [32]byte{1}})
		if _, diff, err := Reconcile(d, heads); err != nil || len(diff) == 0 {
			t.Errorf("%v %v", diff, err)
		}
	})
	t.Run("the box opens on no ledger that was cut", func(t *testing.T) {
		c, last := d.Clone(), files[len(files)-1]
		must(t, c.Truncate(last, 300))
		_, err := tryOpen(c, a)
		if !fault.Is(err, fault.Conflict) {
			t.Errorf("%v", err)
		}
		if len(c.Peek(last)) != 300 {
			t.Error("it was changed all the same")
		}
	})
}

func TestShow(t *testing.T) {
	d, _ := written(t)
	var kinds []string
	must(t, Show(d, 1, 4, func(e Entry) error {
		kinds = append(kinds, fmt.Sprint(e.Index, string(e.Kind)))
		return nil
	}))
	if got := strings.Join(kinds, " "); got != "1begin 2answer 3batch 4answer" {
		t.Errorf("%s", got)
	}
	beats := 0
	must(t, Show(d, 1, 0, func(e Entry) error { beats += e.Count; return nil }))
	if beats != 12 {
		t.Errorf("%d beats", beats)
	}
}

func FuzzLedgerReader(f *testing.F) {
	d, a := written(f)
	name := fileName(ledgerName, 1, lineSuffix)
	f.Add(d.Peek(name))
	f.Add([]byte("{}\n"))
	whole := d.Clone()
	f.Fuzz(func(t *testing.T, data []byte) {
		c := whole.Clone()
		c.Put(name, data)
		_, err := Verify(c, a.public())
		if err == nil && !bytes.Equal(data, whole.Peek(name)) {
			t.Error("other bytes verify")
		}
		only := disktest.New(rng(1))
		only.Put(name, data)
		if b, err := tryOpen(only, a); err == nil { // whatever stood there, what follows holds
			_, err := b.Record(start, EntryAnswer, "x", nil)
			if err != nil {
				t.Fatal(err)
			}
			b.Step(start)
			if _, err := Verify(only, a.public()); err != nil && b.ledger.number == 1 && b.ledger.index < 4 {
				t.Fatalf("after opening: %v", err)
			}
		}
	})
}

func FuzzSpoolReader(f *testing.F) {
	a, d := newAccount(f), disktest.New(rng(1))
	b := openBox(f, d, a)
	if err := b.Facts(ref(1), facts("x", 2)); err != nil {
		f.Fatal(err)
	}
	b.Step(start)
	name := fileName(spoolName, 1, spoolSuffix)
	f.Add(d.Peek(name))
	f.Add([]byte{0, 0, 0, 9, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 1})
	f.Fuzz(func(t *testing.T, data []byte) {
		good, err := readRecords(bytes.NewReader(data), func(off int64, r record) {
			if r.m != nil && (off+recordHead+putHead+int64(r.m.size) > int64(len(data)) || r.m.size > maxMessage) {
				t.Error("a message beyond the file")
			}
		})
		if err != nil || good > int64(len(data)) {
			t.Errorf("%d %v", good, err)
		}
	})
}
