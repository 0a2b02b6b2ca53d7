package bus_test

import (
	"bytes"
	"testing"

	"github.com/purlieu/purlieu/bus"
	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/model"
)

func orchard() model.Kind {
	return model.Kind{
		Name: "Orchard", Version: 2, Title: "Orchard", Summary: "Trees in rows.", ScanKinds: []string{"OrchardScan"},
		Settings:  []model.Field{{Name: "host", Type: model.FieldText, Title: "Host", Help: "Where it is.", Required: true, Example: "orchard.example"}},
		Types:     []model.TypeDef{{Name: "orchard_tree", Title: "Tree", Super: "DataSet", Form: "orchard://host/tree"}},
		Authority: "orchard://{host|lower}", Dials: []model.Template{"{host}:80"},
		RuntimeKinds: []string{"SelfHosted"}, Levels: []model.Level{model.L1},
	}
}

func TestADescriptionArrivesAsItLeft(t *testing.T) {
	mark, body, err := bus.Describe(orchard())
	if err != nil {
		t.Fatal(err)
	}
	got, err := (&bus.Description{Mark: mark, Body: body}).Kind()
	if err != nil || got.Name != "Orchard" || got.Version != 2 || len(got.Types) != 1 {
		t.Fatalf("%+v, %v", got, err)
	}
	again, _, err := bus.Describe(got)
	if err != nil || again != mark {
		t.Errorf("the mark changed on the way: %v, %v", again, err)
	}
}

func TestADescriptionThatIsNotAsMarkedIsNotTaken(t *testing.T) {
	mark, body, _ := bus.Describe(orchard())
	other := orchard()
	other.Version = 3
	_, newer, _ := bus.Describe(other)
	renamed := mark
	renamed.Kind = "Garden"
	unfit := orchard()
	unfit.Authority = "{host"
	badMark, bad, _ := bus.Describe(unfit)
	many := bytes.Repeat([]byte{0xa0}, 1<<13)
	manyMark := bus.Mark{Kind: "Orchard", Version: 2}
	for name, c := range map[string]struct {
		d    bus.Description
		code string
	}{
		"another content": {bus.Description{Mark: mark, Body: newer}, "NotAsMarked"},
		"another name":    {bus.Description{Mark: renamed, Body: body}, "NotAsMarked"},
		"a broken law":    {bus.Description{Mark: badMark, Body: bad}, "BadKind"},
		"nothing":         {bus.Description{Mark: mark}, "NotAsMarked"},
		"too much":        {bus.Description{Mark: mark, Body: make([]byte, bus.MaxDescription+1)}, "BadKind"},
		"a bomb":          {bus.Description{Mark: manyMark, Body: many}, "BadKind"},
	} {
		if kind, err := c.d.Kind(); !fault.Is(err, fault.Invalid) || fault.CodeOf(err) != c.code || kind.Name != "" {
			t.Errorf("%s: %+v, %v", name, kind, err)
		}
	}
}

func TestAnAnswerOfAnOlderAccountAsksForNothing(t *testing.T) {
	raw, err := bus.Encode(bus.Beat{V: bus.Version})
	if err != nil {
		t.Fatal(err)
	}
	var a bus.BeatAnswer
	if err := bus.Decode(raw, &a); err != nil || len(a.Want) != 0 {
		t.Errorf("%+v, %v", a, err)
	}
}

func FuzzDescription(f *testing.F) {
	_, body, _ := bus.Describe(orchard())
	f.Add(body)
	f.Fuzz(func(t *testing.T, body []byte) {
		var kind model.Kind
		if bus.Decode(body, &kind) != nil {
			return
		}
		mark, sent, err := bus.Describe(kind)
		if err != nil {
			return
		}
		got, err := (&bus.Description{Mark: mark, Body: sent}).Kind()
		if err != nil {
			return
		}
		// Whatever is taken can be asked for its templates over any values, and ends.
		for _, t2 := range append([]model.Template{got.Authority, got.Folder, got.Verified}, got.Dials...) {
			if out, err := t2.Expand(func(string) string { return "value" }); err != nil || len(out) > 64<<10 {
				t.Fatalf("%q: %d bytes, %v", t2, len(out), err)
			}
		}
	})
}
