package portal

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

// Programs builds the programs that a world whose every page is looked at starts with, into dir: its node is of another build
// than its account, and announces a kind that the account has never heard of.
func Programs(ctx context.Context, root, dir string) error {
	for program, room := range map[string]string{"purlieu": "./cmd/purlieu", "purlieu-runtime": "./test/dbase/purlieu-runtime-dbase"} {
		build := exec.CommandContext(ctx, "go", "build", "-o", filepath.Join(dir, program), room) //nolint:gosec // of this repository
		build.Dir, build.Env = root, append(os.Environ(), "CGO_ENABLED=0")
		if said, err := build.CombinedOutput(); err != nil {
			return fmt.Errorf("build of %s: %w\n%s", room, err, said)
		}
	}
	return nil
}
