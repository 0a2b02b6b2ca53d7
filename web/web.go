// Package web is the portal: the pages of src, built by `make build` into dist, and embedded here.
//
// A build of this tree without Node is whole but for the portal: then dist.html stands in for it, and says how to get it.
package web

import (
	"embed"
	"io/fs"
)

// The pattern takes dist.html, which is always there, and dist, which the portal's build makes.
//
//go:embed all:dist*
var built embed.FS

// Files are the files of the portal; nil in a build without it.
func Files() fs.FS {
	if _, err := fs.Stat(built, "dist/index.html"); err != nil {
		return nil
	}
	files, err := fs.Sub(built, "dist")
	if err != nil {
		return nil
	}
	return files
}

// Unbuilt is the page of a build without the portal.
func Unbuilt() []byte {
	page, _ := built.ReadFile("dist.html") // embedded: always there
	return page
}
