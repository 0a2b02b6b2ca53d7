package main

import (
	"bytes"
	"testing"
)

func TestClassificationIsFarAboveItsFloor(t *testing.T) {
	if testing.Short() {
		t.Skip("skipped: it burns two seconds of processor time; run without -short")
	}
	var out bytes.Buffer
	b := &bench{rounds: 1, report: report{out: &out}}
	if err := b.classification(); err != nil || len(b.report.lines) != 1 {
		t.Fatal(err, out.String())
	}
	t.Log(out.String())
}
