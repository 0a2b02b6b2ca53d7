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
			var rows [][]string
			for _, line := range lines[1:] {
				rows = append(rows, strings.Split(line, "|"))
			}
			if IsHeader(rows, nil) != (verdict == "header") {
				t.Errorf("%q is not taken for %s", lines[1], verdict)
			}
		})
	}
	if n < 20 {
		t.Errorf("only %d cases", n)
	}
	if IsHeader([][]string{{"id", "name"}, {"1", "Ann"}}, func(text string) bool { return text == "name" }) {
		t.Error("a suspect name is taken for a header")
	}
}
