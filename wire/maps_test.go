package wire

import "testing"

func TestMapsAreCountedWithoutDecoding(t *testing.T) {
	type leaf struct {
		Text string `cbor:"1,keyasint"`
	}
	type tree struct {
		Leaves []leaf         `cbor:"1,keyasint"`
		Bytes  []byte         `cbor:"2,keyasint"`
		Named  map[string]int `cbor:"3,keyasint"`
	}
	raw, err := Encode(tree{Leaves: make([]leaf, 300), Bytes: []byte{0xa0, 0xa0, 0xa0}, Named: map[string]int{"\xa0": -70000}})
	if err != nil {
		t.Fatal(err)
	}
	if got := Maps(raw); got != 302 {
		t.Fatalf("got %d maps, want 302", got)
	}
	for cut := range raw {
		Maps(raw[:cut])
	}
}

func FuzzMaps(f *testing.F) {
	f.Add([]byte{0xa1, 0x01, 0x82, 0xa0, 0xa0})
	f.Fuzz(func(t *testing.T, data []byte) {
		if n := Maps(data); n > len(data) {
			t.Fatalf("%d maps in %d bytes", n, len(data))
		}
	})
}
