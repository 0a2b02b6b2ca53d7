package disk

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
)

// Dir is a real folder. It is made with mode 0700 when it is not there, its files with 0600.
func Dir(path string) (Disk, error) {
	if err := os.MkdirAll(path, 0o700); err != nil {
		return nil, fmt.Errorf("make folder %s: %w", path, err)
	}
	return dir(path), nil
}

type dir string

func (d dir) Append(name string) (File, error) {
	return os.OpenFile(filepath.Join(string(d), name), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
}

func (d dir) ReadAt(name string, p []byte, off int64) (int, error) {
	f, err := os.Open(filepath.Join(string(d), name))
	if err != nil {
		return 0, err
	}
	defer f.Close()
	return f.ReadAt(p, off)
}

func (d dir) List() ([]Info, error) {
	entries, err := os.ReadDir(string(d)) // sorted by name
	if err != nil {
		return nil, err
	}
	var out []Info
	for _, e := range entries {
		if !e.Type().IsRegular() {
			continue
		}
		info, err := e.Info()
		if os.IsNotExist(err) {
			continue // it went between the two looks
		}
		if err != nil {
			return nil, err
		}
		out = append(out, Info{e.Name(), info.Size()})
	}
	return out, nil
}

func (d dir) Truncate(name string, size int64) error {
	return os.Truncate(filepath.Join(string(d), name), size)
}

func (d dir) Remove(name string) error { return os.Remove(filepath.Join(string(d), name)) }

// Sync flushes the folder itself. Windows has no such call; there the journal of NTFS keeps names.
func (d dir) Sync() error {
	if runtime.GOOS == "windows" {
		return nil
	}
	f, err := os.Open(string(d))
	if err != nil {
		return err
	}
	defer f.Close()
	return f.Sync()
}
