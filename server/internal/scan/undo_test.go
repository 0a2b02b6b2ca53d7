package scan

import "testing"

func TestUndoLeavesAloneWhatCameBackByItself(t *testing.T) {
	p := newProtocol(t)
	p.saw(look{beds: map[string]int{"a": 20}})
	run := p.saw(look{beds: map[string]int{"a": 18}}) // two are gone …
	p.saw(look{beds: map[string]int{"a": 19}})        // … and one is there again
	restored, err := p.Undo(t.Context(), run.ID, "person:kim")
	p.ok(err)
	if restored != 1 {
		t.Fatalf("%d came back", restored)
	}
	v := p.saw(look{beds: map[string]int{"a": 18}})
	if v.Counts.Deleted != 1 || p.at("a/p018").Row.Deleted != true || p.at("a/p019").Row.Deleted != false {
		t.Fatalf("%+v: what a scan saw last is not deleted when it goes, or what a person wants is", v.Counts)
	}
}

func TestTwoWhoUndoARunAtOnceDoItOnce(t *testing.T) {
	p := newProtocol(t)
	p.saw(look{beds: map[string]int{"a": 20}})
	run := p.saw(look{beds: map[string]int{"a": 18}})
	var pages []pageDoc
	var keys []string
	p.ok(p.eachPage(t.Context(), docRemoved, run.ID, func(key string, d pageDoc) error {
		keys, pages = append(keys, key), append(pages, d)
		return nil
	}))
	if n, err := p.Undo(t.Context(), run.ID, "person:kim"); err != nil || n != 2 || len(pages) != 1 {
		t.Fatalf("%d came back, %v", n, err)
	}
	if n, err := p.undoPage(t.Context(), keys[0], pages[0], "person:lee"); err != nil || n != 0 {
		t.Fatalf("%d came back once more, %v", n, err)
	}
}
