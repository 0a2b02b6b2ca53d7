package all

import (
	"context"
	"testing"

	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/model"
)

func TestAll(t *testing.T) {
	last := ""
	for _, v := range All(Config{}) {
		if v.Kind() <= last {
			t.Errorf("%q after %q: kinds are unique and in alphabetical order", v.Kind(), last)
		}
		last = v.Kind()
		ref := model.SecretRef{Vault: v.Kind(), Name: "PURLIEU_SECRET_X"}
		if _, err := v.Resolve(context.Background(), ref); !fault.Is(err, fault.NotFound) {
			t.Errorf("%s without configuration: %v", v.Kind(), err)
		}
	}
}
