package node

import (
	"os"
	"strconv"
	"strings"
)

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
