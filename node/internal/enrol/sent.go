package enrol

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/purlieu/purlieu/model"
)

// sentPath holds the request of an enrolment until the egress ledger does: the ledger needs the node's id, which comes
// only with the answer.
func sentPath(dir string) string { return filepath.Join(dir, "enrolment.json") }

// saveSent keeps what is about to be sent. The key's secret is not kept.
func saveSent(dir string, req model.EnrolRequest) error {
	req.Secret = ""
	text, err := json.Marshal(req)
	if err == nil {
		err = replaceFile(sentPath(dir), text)
	}
	if err != nil {
		return stateFault("%s can't be written", sentPath(dir)).Because(err)
	}
	return nil
}

// Record hands over what the last enrolment sent, if that is not recorded yet, and forgets it when record returns nil.
// body is the request without the key's secret, detail a sentence about it. After a crash between the two it is handed
// over again.
func Record(dir string, record func(detail string, body []byte) error) error {
	body, err := os.ReadFile(sentPath(dir))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	var req model.EnrolRequest
	if err == nil {
		err = json.Unmarshal(body, &req)
	}
	if err != nil {
		return stateFault("%s can't be read", sentPath(dir)).Because(err)
	}
	detail := fmt.Sprintf("enrolled as %s of machine %q, version %q on %s, with the public key %x; size and hash are without the runtime's key",
		req.Name, req.Info.Machine, req.Info.Version, req.Info.System, req.PublicKey)
	if err := record(detail, body); err != nil {
		return err
	}
	if err := os.Remove(sentPath(dir)); err != nil {
		return stateFault("%s can't be removed", sentPath(dir)).Because(err)
	}
	return nil
}
