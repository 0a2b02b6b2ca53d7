//go:build !linux

package network

import "errors"

func occupy(string, uint16) (func(), error) { return nil, errors.ErrUnsupported }
