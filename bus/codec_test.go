package bus

import (
	"bytes"
	"reflect"
	"testing"

	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/model"
)

func TestFactsSurviveTheWire(t *testing.T) {
	n := int64(7)
	facts := Facts{
		Assets: []model.Asset{{
			Type: "t", Path: "a/b", Name: "b", Facets: model.FacetExistence | model.FacetStructure,
			Attrs:   []model.Attr{{Name: "n", Int: &n}},
			Columns: []model.Column{{Name: "id", Type: "bigint", Ordinal: 1, NotNull: true}},
			Lineage: &model.Lineage{Inputs: []model.Ref{{Type: "t", Path: "a/c"}}},
		}},
		Rows:     []BaseRow{{Hash: model.HashOf("t", "x"), Stamp: 1, Fingerprint: 2, Measures: 3, Sampled: 4}},
		Gaps:     []model.Gap{{Path: "a", Code: "PermissionDenied"}},
		Children: []model.Unit{{Title: "x", Args: map[string]string{"from": "1"}}},
		Seen:     []Seen{{Container: "a", Generation: 3, Bits: []byte{5}}},
	}
	b, err := Encode(facts)
	if err != nil {
		t.Fatal(err)
	}
	unpacked, err := Unpack(Pack(b))
	if err != nil || !bytes.Equal(unpacked, b) {
		t.Fatalf("pack and unpack: %v", err)
	}
	var back Facts
	if err := Decode(unpacked, &back); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(facts, back) {
		t.Fatalf("got %+v, want %+v", back, facts)
	}
}

func TestUnpackHoldsItsBound(t *testing.T) {
	bomb := Pack(make([]byte, MaxUnpacked+1))
	if len(bomb) > MaxPacked {
		t.Fatal("the bomb is no bomb")
	}
	if _, err := Unpack(bomb); !fault.Is(err, fault.Invalid) {
		t.Fatalf("a batch larger than allowed when unpacked: %v", err)
	}
	if _, err := Unpack(Pack(make([]byte, MaxUnpacked))); err != nil {
		t.Fatalf("the largest batch: %v", err)
	}
}

func FuzzDecode(f *testing.F) {
	b, _ := Encode(Batch{V: 1, Body: []byte("x")})
	f.Add(b)
	f.Fuzz(func(_ *testing.T, b []byte) {
		var facts Facts
		_ = Decode(b, &facts)
		var batch Batch
		if Decode(b, &batch) == nil {
			_, _ = Unpack(batch.Body)
		}
	})
}
