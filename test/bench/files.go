package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/parquet-go/parquet-go"
)

// filesOfAFolder is how many files stand in one folder of a tree.
const filesOfAFolder = 100

// csvFiles measures scans of small CSV files.
func (b *bench) csvFiles() error {
	if b.files == 0 {
		b.report.notRun("100000 small CSV files to sealed batches", "≤ 3.50 × of CPU", "needs BENCH_FILES=100000")
		return nil
	}
	rows := strings.Repeat("1001,7,2026-05-02,129.90,true,some words of a note\n", 60)
	csv := func(path string) error {
		return os.WriteFile(path+".csv", []byte("order_id,customer,placed,total,paid,note\n"+rows), 0o644) //nolint:gosec // no secrets
	}
	return b.tree("small CSV files", b.files, csv, readFile(make([]byte, 16<<10)), 3.5, "open, read, close of the same files")
}

// parquetFiles measures scans of a tenth as many Parquet files.
func (b *bench) parquetFiles() error {
	if b.files == 0 {
		b.report.notRun("10000 Parquet files to sealed batches", "≤ 1.30 × of CPU", "needs BENCH_FILES=100000")
		return nil
	}
	return b.tree("Parquet files", max(b.files/10, 1), writeParquet, readSchema, 1.3, "the library's bare schema reading")
}

// tree measures one kind of files: floor and first scan into an empty account, in turn.
func (b *bench) tree(what string, files int, write func(path string) error, floor func(path string) error, most float64, floorIs string) error {
	root := filepath.Join(b.dir, strings.ReplaceAll(what, " ", "-"))
	defer os.RemoveAll(root) //nolint:errcheck // the whole folder goes at the end
	for i := range files {
		folder := filepath.Join(root, fmt.Sprint("top", i/filesOfAFolder%8), fmt.Sprint("folder", i/filesOfAFolder))
		if i%filesOfAFolder == 0 {
			if err := os.MkdirAll(folder, 0o755); err != nil {
				return err
			}
		}
		if err := write(filepath.Join(folder, fmt.Sprintf("file%06d", i))); err != nil {
			return err
		}
	}
	var pairs []ratio
	var took, floors []spent
	for i := range b.rounds {
		f, err := walk(root, floor)
		if err != nil {
			return err
		}
		m, err := b.folder(root, fmt.Sprintf("files-%d-%d", files, i))
		if err != nil {
			return err
		}
		if m.assets < int64(files) {
			return fmt.Errorf("%d of %d files were found", m.assets, files)
		}
		fmt.Printf("  round %d: floor %v, sealed %v, durable %v\n", i+1, f, m.sealed, m.durable)
		pairs, took, floors = append(pairs, over(m.sealed, f)), append(took, m.sealed), append(floors, f)
	}
	b.report.costs(fmt.Sprintf("%d %s, level 2, to sealed batches", files, what), pairs, most,
		fmt.Sprintf("%s; floor (%s) %s", seconds(took), floorIs, seconds(floors)))
	return nil
}

// folder scans a folder into an empty account.
func (b *bench) folder(root, name string) (m measured, err error) {
	dir := filepath.Join(b.dir, name)
	defer os.RemoveAll(dir) //nolint:errcheck // the whole folder goes at the end
	a, _, err := startAccount(b.bin, dir, nil)
	if err != nil {
		return m, err
	}
	defer a.stop()
	if err := a.registerFolder(root); err != nil {
		return m, err
	}
	n, err := enrolNode(a, "node", "", []string{"--folder", root})
	if err != nil {
		return m, err
	}
	defer n.stop()
	return scan(a, n, 0)
}

// walk does something with each file of a tree, in this process, in which nothing else runs meanwhile.
func walk(root string, each func(path string) error) (spent, error) {
	before, began := burnt(), time.Now()
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		return each(path)
	})
	return spent{time.Since(began), burnt() - before}, err
}

// readFile opens, reads and closes a file.
func readFile(into []byte) func(path string) error {
	return func(path string) error {
		f, err := os.Open(path)
		if err != nil {
			return err
		}
		if _, err := f.Read(into); err != nil && !errors.Is(err, io.EOF) {
			return err
		}
		return f.Close()
	}
}

// order is a row of the Parquet files.
type order struct {
	ID       int64   `parquet:"order_id"`
	Customer int64   `parquet:"customer"`
	Placed   int64   `parquet:"placed,timestamp"`
	Total    float64 `parquet:"total"`
	Paid     bool    `parquet:"paid"`
	Note     string  `parquet:"note"`
	Lines    []struct {
		Article string `parquet:"article"`
		Pieces  int32  `parquet:"pieces"`
	} `parquet:"lines,list"`
}

func writeParquet(path string) error {
	rows := make([]order, 60)
	for i := range rows {
		rows[i] = order{ID: int64(i), Customer: 7, Total: 129.9, Note: "some words of a note"}
	}
	return parquet.WriteFile(path+".parquet", rows)
}

func readSchema(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	info, err := f.Stat()
	if err != nil {
		return err
	}
	file, err := parquet.OpenFile(f, info.Size(), parquet.SkipPageIndex(true), parquet.SkipBloomFilters(true))
	if err != nil {
		return err
	}
	if len(file.Schema().Columns()) < 8 {
		return fmt.Errorf("%s has %d columns", path, len(file.Schema().Columns()))
	}
	return f.Close()
}
