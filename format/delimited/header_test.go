package delimited

import (
	"os"
	"strings"
	"testing"
)

func TestHeadersAreDecidedAsTheTableSays(t *testing.T) {
	table, err := os.ReadFile("testdata/header.txt")
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for block := range strings.SplitSeq(string(table), "\n\n") {
		lines := strings.Split(strings.Trim(block, "\n"), "\n")
		verdict, reason, ok := strings.Cut(lines[0], ": ")
		if !ok || strings.HasPrefix(lines[0], "#") {
			continue
		}
		n++
		t.Run(reason, func(t *testing.T) {
			if _, is := header(recordsOf(lines[1:]...), nil); is != (verdict == "header") {
				t.Errorf("%q is not taken for %s", lines[1], verdict)
			}
		})
	}
	if n < 20 {
		t.Errorf("only %d cases", n)
	}
	if _, is := header(recordsOf("id|name", "1|Ann"), func(text string) bool { return text == "name" }); is {
		t.Error("a suspect name is taken for a header")
	}
}

// recordsOf takes lines whose cells are parted by bars, even or not.
func recordsOf(lines ...string) *records {
	r := &records{}
	for _, line := range lines {
		row := span{from: int32(len(r.cells))}
		for cell := range strings.SplitSeq(line, "|") {
			from := len(r.text)
			r.text = append(r.text, cell...)
			r.cells = append(r.cells, place(from, len(r.text)))
		}
		row.to = int32(len(r.cells))
		r.rows = append(r.rows, row)
	}
	return r
}
