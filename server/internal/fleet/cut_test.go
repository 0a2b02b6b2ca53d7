package fleet

import "testing"

func TestWhatANodeSaysIsCutBetweenCharactersAndElseKept(t *testing.T) {
	for _, c := range []struct {
		text string
		most int
		want string
	}{
		{`a\xb`, 10, `a\xb`}, {"größe", 3, "gr"}, {"größe", 4, "grö"}, {"abc", 3, "abc"}, {"abc", 2, "ab"}, {"", 5, ""}, {"a\xff", 5, `a\xFF`}, {"日", 2, ""},
	} {
		if got := cut(c.text, c.most); got != c.want {
			t.Errorf("%q cut to %d: %q, want %q", c.text, c.most, got, c.want)
		}
	}
}
