package node

import (
	"bytes"
	"os"
	"strconv"
	"strings"
)

// freeMB is the memory that new work could have, in MiB; 0 when the system does not tell.
func freeMB() int {
	text, err := os.ReadFile("/proc/meminfo")
	if err != nil {
		return 0
	}
	for line := range bytes.Lines(text) {
		if rest, ok := strings.CutPrefix(string(line), "MemAvailable:"); ok {
			kb, err := strconv.Atoi(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(rest), "kB")))
			if err != nil {
				return 0
			}
			return kb / 1024
		}
	}
	return 0
}

// cpuTicks are the ticks of all processors since the start, and those of them spent idle; 0 when the system does not
// tell. See proc(5), /proc/stat.
func cpuTicks() (all, idle uint64) {
	text, err := os.ReadFile("/proc/stat")
	if err != nil {
		return 0, 0
	}
	line, _, _ := strings.Cut(string(text), "\n")
	fields := strings.Fields(line)
	for i, field := range fields {
		if i == 0 || i > 8 { // the guests after these are counted in user already
			continue
		}
		n, err := strconv.ParseUint(field, 10, 64)
		if err != nil {
			return 0, 0
		}
		all += n
		if i == 4 || i == 5 { // idle and waiting for disks
			idle += n
		}
	}
	return all, idle
}
