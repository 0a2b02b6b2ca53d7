//go:build linux

package filesystem_test

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/purlieu/purlieu/connector/connectortest"
	"github.com/purlieu/purlieu/connector/filesystem"
)

// BenchmarkSmallFiles reads 2,000 CSV files of some 60 rows at level 2; the floor opens, reads and closes them.
func BenchmarkSmallFiles(b *testing.B) {
	const files = 2000
	root := b.TempDir()
	rows := strings.Repeat("1001,7,2026-05-02,129.90,true,some words of a note\n", 60)
	for i := range files {
		put(b, filepath.Join(root, "top", number(i/100), number(i)+".csv"), "order_id,customer,placed,total,paid,note\n"+rows)
	}
	began := time.Duration(0)
	perFile := func(b *testing.B) {
		b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N)/files, "µs/file")
		b.ReportMetric(float64((burnt()-began).Microseconds())/float64(b.N)/files, "cpu-µs/file")
	}
	b.Run("floor", func(b *testing.B) {
		buf := make([]byte, 16<<10)
		began = burnt()
		for b.Loop() {
			err := filepath.WalkDir(root, func(path string, d os.DirEntry, err error) error {
				if err != nil || d.IsDir() {
					return err
				}
				f, err := os.Open(path)
				if err != nil {
					return err
				}
				if _, err := f.Read(buf); err != nil && err != io.EOF { //nolint:errorlint // it comes bare
					return err
				}
				return f.Close()
			})
			must(b, err)
		}
		perFile(b)
	})
	b.Run("level 2", func(b *testing.B) {
		c, env := filesystem.New(), world(root)
		began = burnt()
		for b.Loop() {
			units, err := connectortest.Units(b.Context(), c, env)
			must(b, err)
			n := 0
			for _, u := range units {
				h := &connectortest.Haul{}
				must(b, c.Scan(b.Context(), env, u, h))
				n += len(h.Assets)
			}
			if n < files {
				b.Fatal(fmt.Errorf("%d assets", n))
			}
		}
		perFile(b)
	})
}

// burnt is the processor time of this process.
func burnt() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
