//go:build !linux

package node

// freeMB is 0: this system is not asked.
func freeMB() int { return 0 }

// cpuTicks are 0: this system is not asked.
func cpuTicks() (all, idle uint64) { return 0, 0 }
