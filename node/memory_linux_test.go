package node

import (
	"os"
	"path/filepath"
	"testing"
)

func TestFreeMemoryIsTheLeastOfMachineAndControlGroups(t *testing.T) {
	machine := map[string]string{"proc/meminfo": "MemTotal: 8388608 kB\nMemAvailable: 4194304 kB\n", "proc/self/cgroup": "0::/pod/node\n"}
	for name, c := range map[string]struct {
		files map[string]string
		want  int
	}{
		"a machine alone":                {nil, 4096},
		"a group without a limit":        {map[string]string{"cg/pod/node/memory.max": "max\n", "cg/pod/node/memory.current": "900000000"}, 4096},
		"a group with a limit":           {map[string]string{"cg/pod/node/memory.max": "1073741824\n", "cg/pod/node/memory.current": "536870912\n"}, 512},
		"files that can go do not count": {map[string]string{"cg/pod/node/memory.max": "1073741824", "cg/pod/node/memory.current": "536870912", "cg/pod/node/memory.stat": "anon 1\ninactive_file 268435456\n"}, 768},
		"the group above has less":       {map[string]string{"cg/pod/node/memory.max": "1073741824", "cg/pod/node/memory.current": "1048576", "cg/pod/memory.max": "104857600", "cg/pod/memory.current": "1048576"}, 99},
		"a limit beyond the machine":     {map[string]string{"cg/pod/node/memory.max": "99999999999999", "cg/pod/node/memory.current": "1"}, 4096},
		"nothing left":                   {map[string]string{"cg/pod/node/memory.max": "1073741824", "cg/pod/node/memory.current": "1073741824"}, -1},
		"more than the limit":            {map[string]string{"cg/pod/node/memory.max": "1073741824", "cg/pod/node/memory.current": "1084227584"}, -10},
		"groups of the first version":    {map[string]string{"proc/self/cgroup": "5:memory:/pod\n"}, 4096},
		"a system that tells no groups":  {map[string]string{"proc/self/cgroup": ""}, 4096},
		"a system that tells nothing":    {map[string]string{"proc/meminfo": ""}, 0},
		"a namespace of its own":         {map[string]string{"proc/self/cgroup": "0::/\n", "cg/memory.max": "1073741824", "cg/memory.current": "0"}, 1024},
		"numbers that are none":          {map[string]string{"cg/pod/node/memory.max": "much", "cg/pod/node/memory.current": "1"}, 4096},
	} {
		t.Run(name, func(t *testing.T) {
			root := t.TempDir()
			for _, files := range []map[string]string{machine, c.files} {
				for path, text := range files {
					path = filepath.Join(root, path)
					if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
						t.Fatal(err)
					}
					if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
						t.Fatal(err)
					}
				}
			}
			if got := freeOf(filepath.Join(root, "proc"), filepath.Join(root, "cg")); got != c.want {
				t.Fatalf("%d MiB are free, want %d", got, c.want)
			}
		})
	}
}
