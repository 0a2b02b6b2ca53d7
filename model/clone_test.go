package model_test

import (
	"bytes"
	"math/rand"
	"reflect"
	"testing"
	"testing/quick"

	"github.com/purlieu/purlieu/model"
)

func TestACloneSharesNothing(t *testing.T) {
	apart := func(a model.Asset) bool {
		want := a.AppendWire(nil)
		c := a.Clone()
		spoil(reflect.ValueOf(&a).Elem())
		if got := c.AppendWire(nil); !bytes.Equal(got, want) {
			t.Logf("%x, want %x", got, want)
			return false
		}
		var read model.Asset
		return read.ParseWire(want) && reflect.DeepEqual(read.Clone(), c)
	}
	if err := quick.Check(apart, &quick.Config{Rand: rand.New(rand.NewSource(1)), MaxCount: 300}); err != nil {
		t.Error(err)
	}
}

// spoil changes whatever can be reached from a value.
func spoil(v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			spoil(v.Elem())
		}
	case reflect.Struct:
		for i := range v.NumField() {
			spoil(v.Field(i))
		}
	case reflect.Slice:
		for i := range v.Len() {
			spoil(v.Index(i))
		}
	case reflect.String:
		v.SetString(v.String() + "spoiled")
	case reflect.Bool:
		v.SetBool(!v.Bool())
	case reflect.Int, reflect.Int64:
		v.SetInt(v.Int() ^ 1)
	default:
		v.SetUint(v.Uint() ^ 1)
	}
}
