package node

import (
	"bytes"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// freeMB is the memory that new work could have, in MiB; 0 when the system does not tell, less than 0 when there is none.
func freeMB() int { return freeOf("/proc", "/sys/fs/cgroup") }

// freeOf is what the machine has available, or what the control groups that the process is in leave of their limits,
// where that is less: a container is ended at its own limit, however much its machine has.
func freeOf(proc, groups string) int {
	text, err := os.ReadFile(filepath.Join(proc, "meminfo"))
	if err != nil {
		return 0
	}
	kb, ok := valueOf(text, "MemAvailable:")
	if !ok {
		return 0
	}
	free := kb / 1024
	text, err = os.ReadFile(filepath.Join(proc, "self", "cgroup"))
	if err != nil {
		return int(free)
	}
	for line := range strings.Lines(string(text)) {
		path, ok := strings.CutPrefix(strings.TrimSpace(line), "0::/") // of the second version; the first one is not asked
		if !ok {
			continue
		}
		for dir := filepath.Join(groups, path); len(dir) >= len(groups); dir = filepath.Dir(dir) {
			if left, limited := leftOf(dir); limited {
				free = min(free, left)
			}
		}
	}
	if free == 0 {
		return -1
	}
	return int(free)
}

// leftOf is what a control group leaves of its limit, in MiB. Pages of files that nobody has used lately are given back
// before anybody is ended, and do not count.
func leftOf(dir string) (mb int64, limited bool) {
	most, ok1 := numberIn(filepath.Join(dir, "memory.max")) // "max" is no limit
	used, ok2 := numberIn(filepath.Join(dir, "memory.current"))
	if !ok1 || !ok2 {
		return 0, false
	}
	stat, _ := os.ReadFile(filepath.Join(dir, "memory.stat")) // without it all counts
	cached, _ := valueOf(stat, "inactive_file")
	return (most - max(used-cached, 0)) >> 20, true
}

func numberIn(path string) (int64, bool) {
	text, err := os.ReadFile(path)
	if err != nil {
		return 0, false
	}
	n, err := strconv.ParseInt(strings.TrimSpace(string(text)), 10, 64)
	return n, err == nil
}

// valueOf is the number behind a name that begins a line.
func valueOf(text []byte, name string) (int64, bool) {
	for line := range bytes.Lines(text) {
		if fields := strings.Fields(string(line)); len(fields) > 1 && fields[0] == name {
			n, err := strconv.ParseInt(fields[1], 10, 64)
			return n, err == nil
		}
	}
	return 0, false
}
