package bus_test

import (
	"bytes"
	"math/rand"
	"reflect"
	"testing"
	"testing/quick"

	"github.com/purlieu/purlieu/bus"
)

// plain is facts that do not read and write themselves: wire's library does.
type plain bus.Facts

func TestFactsAreWrittenAndReadAsTheLibraryDoes(t *testing.T) {
	same := func(f bus.Facts) bool {
		want, err := bus.Encode(plain(f))
		if err != nil {
			t.Fatal(err)
		}
		got, err := bus.Encode(&f)
		if err != nil || !bytes.Equal(got, want) {
			t.Logf("%+v: %x, want %x, %v", f, got, want, err)
			return false
		}
		return readAlike(t, want, true)
	}
	if err := quick.Check(same, &quick.Config{Rand: rand.New(rand.NewSource(1)), MaxCount: 100}); err != nil {
		t.Error(err)
	}
}

// readAlike reads data as facts in both ways; known says that they know the data.
func readAlike(t *testing.T, data []byte, known bool) bool {
	t.Helper()
	var itself bus.Facts
	if !itself.ParseWire(data) {
		if !reflect.DeepEqual(itself, bus.Facts{}) {
			t.Errorf("%x: they took a part", data)
		}
		return !known
	}
	var library plain
	if err := bus.Decode(data, &library); err != nil || !reflect.DeepEqual(itself, bus.Facts(library)) {
		t.Errorf("%x: %+v, want %+v, %v", data, itself, library, err)
		return false
	}
	return true
}

func FuzzFactsOnTheWire(f *testing.F) {
	for seed := range int64(8) {
		v, _ := quick.Value(reflect.TypeFor[bus.Facts](), rand.New(rand.NewSource(seed)))
		facts := v.Interface().(bus.Facts)
		f.Add(facts.AppendWire(nil))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		readAlike(t, data, false)
		var library plain
		if bus.Decode(data, &library) != nil {
			return
		}
		want, err := bus.Encode(library)
		if err != nil {
			t.Fatal(err)
		}
		if got := (*bus.Facts)(&library).AppendWire(nil); !bytes.Equal(got, want) {
			t.Errorf("%x, want %x", got, want)
		}
	})
}
