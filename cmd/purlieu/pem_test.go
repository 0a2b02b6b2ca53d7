package main

import (
	"encoding/pem"
	"os"
	"testing"
)

func writePEM(t *testing.T, path string, certificate []byte) {
	t.Helper()
	b := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: certificate})
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
}
