package pipe

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/purlieu/purlieu/bus"
	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/model"
)

func TestPipe(t *testing.T) {
	t.Run("carries_frames_in_order", func(t *testing.T) {
		var b bytes.Buffer
		w := NewWriter(&b)
		facts := bus.Facts{Assets: []model.Asset{{Type: "table", Path: "a/b", Name: "b"}}, Rows: []bus.BaseRow{{Stamp: 7}}}
		for _, err := range []error{
			w.Send(KindStart, nil), w.Send(KindFacts, facts),
			w.SendSecret("password", []byte("hush")), w.Send(KindEnd, End{Outcome: bus.OutcomeRead, Assets: 3}),
		} {
			if err != nil {
				t.Fatal(err)
			}
		}
		r := NewReader(&b)
		if k, p, err := r.Next(); err != nil || k != KindStart || len(p) != 0 {
			t.Fatal(k, p, err)
		}
		var back bus.Facts
		if k, p, err := r.Next(); err != nil || k != KindFacts || Decode(p, &back) != nil {
			t.Fatal(k, err)
		}
		if len(back.Assets) != 1 || back.Assets[0].Path != "a/b" || back.Rows[0].Stamp != 7 {
			t.Fatalf("came back as %+v", back)
		}
		k, p, err := r.Next()
		if err != nil || k != KindSecret {
			t.Fatal(k, err)
		}
		if name, value, err := ReadSecret(p); err != nil || name != "password" || string(value) != "hush" {
			t.Fatal(name, value, err)
		}
		if k, _, err := r.Next(); err != nil || k != KindEnd {
			t.Fatal(k, err)
		}
		if _, _, err := r.Next(); !errors.Is(err, io.EOF) {
			t.Fatal(err)
		}
	})

	t.Run("a_job_does_not_encode_its_secrets", func(t *testing.T) {
		var b bytes.Buffer
		if err := NewWriter(&b).Send(KindJob, Job{Secrets: map[string][]byte{"password": []byte("hush-hush")}}); err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(b.Bytes(), []byte("hush-hush")) || bytes.Contains(b.Bytes(), []byte("password")) {
			t.Fatal("the job's frame holds the secret")
		}
	})

	t.Run("a_message_beyond_the_bound_is_not_written", func(t *testing.T) {
		var b bytes.Buffer
		err := NewWriter(&b).Send(KindLog, Log{Text: strings.Repeat("x", MaxFrame)})
		if !fault.Is(err, fault.Invalid) || b.Len() != 0 {
			t.Fatal(err, b.Len())
		}
	})
}

func TestReaderRefuses(t *testing.T) {
	head := func(size uint32, kind Kind, rest ...byte) []byte {
		return append(append(binary.BigEndian.AppendUint32(nil, size), byte(kind)), rest...)
	}
	for name, in := range map[string][]byte{
		"an_empty_frame":     head(0, KindStart),
		"a_huge_frame":       head(MaxFrame+2, KindFacts),
		"an_unknown_kind":    head(1, 15),
		"a_text_as_a_frame":  []byte("panic: something was printed"),
		"a_cut_head":         {0, 0},
		"a_frame_cut_within": head(10, KindFacts, 1, 2, 3),
	} {
		t.Run(name, func(t *testing.T) {
			_, _, err := NewReader(bytes.NewReader(in)).Next()
			if !fault.Is(err, fault.Invalid) || fault.CodeOf(err) != "BadFrame" {
				t.Fatal(err)
			}
			if cut := strings.Contains(name, "cut"); cut != errors.Is(err, io.ErrUnexpectedEOF) {
				t.Fatalf("%v: a cut frame must be told from garbage", err)
			}
		})
	}
}

func TestDecodeCountsElementsBeforeItAllocates(t *testing.T) {
	// Facts{1: [{} x n]}: one byte each on the wire, hundreds in memory.
	bomb := append([]byte{0xa1, 0x01, 0x9a, 0, 0x10, 0, 0}, bytes.Repeat([]byte{0xa0}, 1<<20)...)
	var facts bus.Facts
	allocs := testing.AllocsPerRun(1, func() {
		if err := Decode(bomb, &facts); !fault.Is(err, fault.Invalid) {
			t.Fatal(err)
		}
	})
	if allocs > 20 || facts.Assets != nil {
		t.Fatalf("%v allocations for a payload that is refused", allocs)
	}
	// The same spread over many small arrays.
	nested := []byte{0xa1, 0x01, 0x99, 0x80, 0x00}
	for range 0x8000 {
		nested = append(nested, 0xa1, 0x09, 0x82, 0xa0, 0xa0)
	}
	if err := Decode(nested, &facts); !fault.Is(err, fault.Invalid) {
		t.Fatal(err)
	}
}

func TestWord(t *testing.T) {
	for s, want := range map[string]bool{
		"PermissionDenied": true, "X1": true, "": false, "1X": false, "two words": false, "naïve": false, "a\x00": false,
		strings.Repeat("a", 64): true, strings.Repeat("a", 65): false,
	} {
		if Word(s) != want {
			t.Errorf("Word(%q) = %v", s, !want)
		}
	}
}

func FuzzReader(f *testing.F) {
	var b bytes.Buffer
	w := NewWriter(&b)
	_ = w.Send(KindFacts, bus.Facts{Gaps: []model.Gap{{Code: "X"}}})
	_ = w.SendSecret("a", []byte("b"))
	_ = w.Send(KindEnd, End{Outcome: bus.OutcomeRead})
	f.Add(b.Bytes())
	f.Add([]byte("panic: garbage"))
	f.Add([]byte{0, 0, 0, 3, 16, 0xa0, 0xa0})
	f.Fuzz(func(t *testing.T, in []byte) {
		r := NewReader(bytes.NewReader(in))
		for {
			kind, payload, err := r.Next()
			if err != nil {
				if !errors.Is(err, io.EOF) && !fault.Is(err, fault.Invalid) {
					t.Fatal(err)
				}
				return
			}
			switch kind {
			case KindFacts:
				var facts bus.Facts
				if err := Decode(payload, &facts); err != nil && !fault.Is(err, fault.Invalid) {
					t.Fatal(err)
				}
				if len(facts.Assets) > MaxElements {
					t.Fatal("more assets than allowed")
				}
			case KindSecret:
				_, _, _ = ReadSecret(payload)
			default:
				var end End
				_ = Decode(payload, &end)
			}
		}
	})
}
