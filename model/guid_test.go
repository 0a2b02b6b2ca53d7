package model

import (
	"testing"

	"github.com/purlieu/purlieu/fault"
)

func TestGuidsOfEntitiesAndEdgesAreNotTakenForEachOther(t *testing.T) {
	const most = 1<<48 - 1
	for _, row := range []uint64{0, 1, 77, 1 << 31, most} {
		guid := GUID(row, 5)
		if r, c, err := ParseGUID(guid); err != nil || r != row || c != 5 {
			t.Fatalf("%s: row %d, column %d, %v", guid, r, c, err)
		}
		if _, _, _, err := ParseEdgeGUID(guid); !fault.Is(err, fault.NotFound) {
			t.Fatalf("%s is taken for an edge: %v", guid, err)
		}
		for _, far := range []uint64{1, 300, most} {
			for _, input := range []bool{true, false} {
				edge := EdgeGUID(row, far, input)
				if edge[14] != '8' || (edge[19] != '8' && edge[19] != '9' && edge[19] != 'a' && edge[19] != 'b') {
					t.Fatalf("%s is no UUID of version 8", edge)
				}
				p, f, in, err := ParseEdgeGUID(edge)
				if err != nil || p != row || f != far || in != input {
					t.Fatalf("%s: process %d, far %d, input %v, %v", edge, p, f, in, err)
				}
				if _, _, err := ParseGUID(edge); !fault.Is(err, fault.NotFound) {
					t.Fatalf("%s is taken for an entity: %v", edge, err)
				}
			}
		}
	}
	for _, bad := range []string{"", "x", "11111111-1111-8111-8111-11111111111", "zzzzzzzz-1111-8111-8111-111111111111"} {
		if _, _, _, err := ParseEdgeGUID(bad); !fault.Is(err, fault.Invalid) {
			t.Errorf("%q: %v", bad, err)
		}
	}
}
