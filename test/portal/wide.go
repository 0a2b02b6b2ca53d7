package portal

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// Widen adds to the filled account what is large, and its small counterpart, really scanned: files of 50 and 5,000
// columns, and tables hub_50 and hub_1000 that feed views, which feed views again, so that about 50 and 1,000 nodes
// stand in their lineage.
func (w *World) Widen(ctx context.Context, programs string) error {
	if err := w.fill(ctx, "hubs", hubs); err != nil {
		return err
	}
	folder := filepath.Join(w.dir, "wide")
	if err := os.Mkdir(folder, 0o755); err != nil { //nolint:gosec // a folder of the tests
		return err
	}
	for _, columns := range []int{50, 5000} {
		names := make([]string, columns)
		for i := range names {
			names[i] = fmt.Sprintf("column_%04d", i)
		}
		text := strings.Join(names, ",") + "\n" + strings.Repeat("1,", columns-1) + "1\n"
		if err := os.WriteFile(filepath.Join(folder, fmt.Sprintf("columns_%d.csv", columns)), []byte(text), 0o644); err != nil { //nolint:gosec // a file of the tests
			return err
		}
	}
	node := exec.CommandContext(ctx, filepath.Join(programs, "purlieu-runtime"), "policy", "allow", "--state", filepath.Join(w.demo, "node"), "--folder", folder) //nolint:gosec // own program
	if said, err := node.CombinedOutput(); err != nil {
		return fmt.Errorf("policy allow: %w\n%s", err, said)
	}
	for _, command := range [][]string{
		{"scan", "add", "shop", "hubs", "--runtime", "edge", "--credential", "shop-scanner", "--set", "databaseName=hubs", "--level", "L2"},
		{"scan", "run", "shop", "hubs", "--watch"},
		{"source", "add", "FileSystem", "wide", "--set", "folder=" + folder, "--authority", "wide"},
		{"scan", "add", "wide", "all", "--runtime", "edge", "--level", "L2"},
		{"scan", "run", "wide", "all", "--watch"},
	} {
		if _, err := w.client(ctx, filepath.Join(programs, "purlieu"), "client", "", command...); err != nil {
			return err
		}
	}
	return nil
}

const hubs = `
do $$
declare n int; v int;
begin
  foreach n in array array[50, 1000] loop
    execute format('create table hub_%s (id bigint, name text)', n);
    for v in 1 .. n / 4 loop
      execute format('create view near_%s_%s as select id, name from hub_%s', n, v, n);
      execute format('create view far_%s_%s as select id, name from near_%s_%s', n, v, n, v);
    end loop;
  end loop;
end $$;
grant select on all tables in schema public to scanner;
`
