//go:build !linux

package broker

import "os/exec"

// bind does nothing here: the worker ends by itself at the end of its standard input.
func bind(*exec.Cmd) {}

func killGroup(*exec.Cmd) {}

// memory is not sampled here: the worker's own soft limit stands alone.
func (p *process) memory() (int64, bool) { return 0, false }
