package enrol

import (
	"io/fs"
	"strings"
	"testing"

	"github.com/purlieu/purlieu/fault"
)

func TestWhatThisUserMayNotReadIsSaidToBeSo(t *testing.T) {
	no := Unread("/srv/node/node.json", &fs.PathError{Op: "open", Path: "/srv/node/node.json", Err: fs.ErrPermission})
	if !fault.Is(no, fault.Denied) || !strings.Contains(no.Error(), "the user that the node runs as") {
		t.Error(no)
	}
	if other := Unread("/srv/node/node.json", fs.ErrInvalid); fault.Is(other, fault.Denied) {
		t.Error(other)
	}
}
