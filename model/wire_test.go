package model_test

import (
	"bytes"
	"math/rand"
	"reflect"
	"testing"
	"testing/quick"

	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/wire"
)

// plain is an asset that does not read and write itself: wire's library does.
type plain model.Asset

func TestAnAssetIsWrittenAndReadAsTheLibraryDoes(t *testing.T) {
	same := func(a model.Asset) bool {
		want, err := wire.Encode(plain(a))
		if err != nil {
			t.Fatal(err)
		}
		got := a.AppendWire([]byte("before"))
		if !bytes.Equal(got, append([]byte("before"), want...)) {
			t.Logf("%+v: %x, want %x", a, got, want)
			return false
		}
		return readAlike(t, want, true)
	}
	if err := quick.Check(same, &quick.Config{Rand: rand.New(rand.NewSource(1)), MaxCount: 300}); err != nil {
		t.Error(err)
	}
}

// readAlike reads data as an asset in both ways; known says that the asset knows the data.
func readAlike(t *testing.T, data []byte, known bool) bool {
	t.Helper()
	var itself model.Asset
	if !itself.ParseWire(data) {
		if !reflect.DeepEqual(itself, model.Asset{}) {
			t.Errorf("%x: it took a part", data)
		}
		return !known
	}
	var library plain
	if err := wire.Decode(data, &library); err != nil || !reflect.DeepEqual(itself, model.Asset(library)) {
		t.Errorf("%x: %+v, want %+v, %v", data, itself, library, err)
		return false
	}
	return true
}

func FuzzAssetOnTheWire(f *testing.F) {
	for seed := range int64(8) {
		v, _ := quick.Value(reflect.TypeFor[model.Asset](), rand.New(rand.NewSource(seed)))
		a := v.Interface().(model.Asset)
		f.Add(a.AppendWire(nil))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		readAlike(t, data, false)
		var library plain
		if wire.Decode(data, &library) != nil {
			return
		}
		want, err := wire.Encode(library)
		if err != nil {
			t.Fatal(err)
		}
		if got := (*model.Asset)(&library).AppendWire(nil); !bytes.Equal(got, want) {
			t.Errorf("%x, want %x", got, want)
		}
	})
}

// table is an asset of ten columns.
func table() *model.Asset {
	a := &model.Asset{
		Type: "postgresql_table", Path: "shop/public/orders", Name: "orders", Container: "shop/public", NativeID: "16384.24576",
		Owner: "shop", Facets: model.FacetExistence | model.FacetStructure, Stamp: 1 << 60,
		Measures: []model.Measure{{Name: "bytes", Value: 81920}, {Name: "rows", Value: 1200}},
		Keys:     []model.Key{{Name: "orders_pkey", Kind: model.PrimaryKey, Columns: []string{"column_0"}}},
	}
	for i := range 10 {
		a.Columns = append(a.Columns, model.Column{Name: "column_" + string(rune('0'+i)), Type: "character varying(80)", Ordinal: i + 1, NotNull: i < 3, NativeID: "1"})
	}
	return a
}

func BenchmarkAssetOnTheWire(b *testing.B) {
	a := table()
	data := a.AppendWire(nil)
	b.Run("write", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			a.AppendWire(data[:0])
		}
	})
	b.Run("write by the library", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			_, _ = wire.Encode((*plain)(a))
		}
	})
	b.Run("read", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			var out model.Asset
			if !out.ParseWire(data) {
				b.Fatal("not read")
			}
		}
	})
	b.Run("read by the library", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			var out plain
			if err := wire.Decode(data, &out); err != nil {
				b.Fatal(err)
			}
		}
	})
}
