package enrol

import (
	"bytes"
	"errors"
	"os"
	"strings"
	"testing"

	"github.com/purlieu/purlieu/model"
)

func TestAnEnrolmentIsRecordedOnceAndWithoutItsSecret(t *testing.T) {
	dir := t.TempDir()
	var told []string
	failure := errors.New("the disk is full")
	record := func(detail string, body []byte) error {
		told = append(told, detail)
		if bytes.Contains(body, []byte("hunter2")) || !bytes.Contains(body, []byte(`"host-7"`)) {
			t.Errorf("the body is %s", body)
		}
		return failure
	}
	if err := Record(dir, record); err != nil || len(told) != 0 {
		t.Fatalf("nothing was sent: %v, %q", err, told)
	}
	req := model.EnrolRequest{Secret: "hunter2", Name: "one", PublicKey: []byte{0xab, 0xcd}, Info: model.NodeInfo{Machine: "host-7", Version: "1.2"}}
	if err := saveSent(dir, req); err != nil || req.Secret == "" {
		t.Fatal(err)
	}
	if info, err := os.Stat(sentPath(dir)); err != nil || info.Mode().Perm() != 0o600 {
		t.Fatal(info, err)
	}
	if err := Record(dir, record); !errors.Is(err, failure) {
		t.Fatal(err)
	}
	failure = nil
	for range 2 {
		if err := Record(dir, record); err != nil {
			t.Fatal(err)
		}
	}
	if len(told) != 2 || told[0] != told[1] || !strings.Contains(told[0], "one") || !strings.Contains(told[0], "abcd") {
		t.Fatalf("told %q", told)
	}
}
