package network

import (
	"errors"
	"syscall"
)

// Numbers of Winsock, which are not those that package syscall gives to the names of POSIX on Windows.
const (
	wsaInUse       = syscall.Errno(10048)
	wsaNetNoRoute  = syscall.Errno(10051)
	wsaRefused     = syscall.Errno(10061)
	wsaHostNoRoute = syscall.Errno(10065)
)

func isRefused(err error) bool { return errors.Is(err, wsaRefused) }

func isNoRoute(err error) bool {
	return errors.Is(err, wsaNetNoRoute) || errors.Is(err, wsaHostNoRoute)
}

func isInUse(err error) bool { return errors.Is(err, wsaInUse) }
