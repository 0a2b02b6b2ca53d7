// Package portal is the portal door: it serves the pages that web was built with.
//
// A *page* is an address without a file behind it: all are answered with index.html, and the portal's own router shows
// what belongs there. A *hashed* file has its content in its name, so that it can be kept for ever. Files that compress
// are kept compressed in the build, and are sent as the browser takes them.
//
// The pages are static and hold nothing of the account: who may see what is decided at the account door, by bearer
// token. The policy of the pages (Content-Security-Policy) allows scripts and styles of this door alone.
package portal

import (
	"bytes"
	"compress/gzip"
	"io"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strconv"
	"strings"

	"github.com/purlieu/purlieu/web"
)

// emptyStyle allows style elements that are empty: the styles of components are rules that a script of ours adds to
// them. It is the SHA-256 of nothing, so that no text in a style element or attribute is let through.
const emptyStyle = "'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='"

// Door serves the portal.
type Door struct {
	files fs.FS // nil: this build has none
	index []byte
	// elsewhere is where the account is, for a portal that is asked under a host of its own; "" otherwise.
	elsewhere func(r *http.Request) string
}

// New makes the door to the files of web; nil files are a build without the portal. elsewhere gives the address of the
// account when a request came for a portal on another host, else "".
func New(files fs.FS, elsewhere func(r *http.Request) string) (*Door, error) {
	d := &Door{files: files, elsewhere: elsewhere}
	if files == nil {
		return d, nil
	}
	var err error
	d.index, err = fs.ReadFile(d.files, "index.html")
	return d, err
}

// Built reports whether this build has the portal.
func (d *Door) Built() bool { return d.files != nil }

// Serve answers a request for a page or a file, and reports whether it did.
func (d *Door) Serve(w http.ResponseWriter, r *http.Request) bool {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		return false
	}
	name := strings.TrimPrefix(r.URL.Path, "/")
	if d.files != nil && name != "index.html" && fs.ValidPath(name) && d.file(w, r, name) {
		return true
	}
	if !strings.Contains(r.Header.Get("Accept"), "text/html") || strings.HasPrefix(name, "assets/") {
		return false
	}
	d.page(w, r)
	return true
}

func (d *Door) page(w http.ResponseWriter, r *http.Request) {
	account := d.elsewhere(r)
	h := w.Header()
	h.Set("Content-Security-Policy", "default-src 'none'; script-src 'self'; worker-src 'self'; style-src 'self' "+emptyStyle+
		"; img-src 'self'; font-src 'self'; manifest-src 'self'; connect-src 'self' "+account+"; base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("X-Frame-Options", "DENY")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Permissions-Policy", "camera=(), microphone=(), geolocation=(), payment=(), usb=()")
	h.Set("Cache-Control", "no-store")
	body := d.index
	if d.files == nil {
		body = web.Unbuilt()
	}
	send(w, r, "text/html; charset=utf-8", bytes.ReplaceAll(body, []byte("%ACCOUNT%"), []byte(account)))
}

// file sends a file of the build in the best form that the browser takes; false when there is none of this name.
func (d *Door) file(w http.ResponseWriter, r *http.Request, name string) bool {
	h := w.Header()
	kind := mime.TypeByExtension(path.Ext(name))
	keep := "max-age=3600"
	if strings.HasPrefix(name, "assets/") {
		keep = "max-age=31536000, immutable"
	}
	ready := func() {
		h.Set("Cache-Control", keep)
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
	}
	for _, form := range []struct{ coding, suffix string }{{"br", ".br"}, {"gzip", ".gz"}} {
		packed, err := fs.ReadFile(d.files, name+form.suffix)
		if err != nil {
			continue
		}
		h.Set("Vary", "Accept-Encoding")
		if takes(r, form.coding) {
			ready()
			h.Set("Content-Encoding", form.coding)
			send(w, r, kind, packed)
			return true
		}
		if form.coding == "gzip" { // the build keeps no plain copy
			plain, err := unpack(packed)
			if err != nil {
				return false
			}
			ready()
			send(w, r, kind, plain)
			return true
		}
	}
	body, err := fs.ReadFile(d.files, name)
	if err != nil {
		return false
	}
	ready()
	send(w, r, kind, body)
	return true
}

func takes(r *http.Request, coding string) bool {
	for _, one := range strings.Split(r.Header.Get("Accept-Encoding"), ",") {
		name, weight, _ := strings.Cut(strings.TrimSpace(one), ";")
		if strings.TrimSpace(name) == coding {
			return strings.TrimSpace(weight) != "q=0"
		}
	}
	return false
}

func unpack(packed []byte) ([]byte, error) {
	z, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return nil, err
	}
	return io.ReadAll(z)
}

func send(w http.ResponseWriter, r *http.Request, kind string, body []byte) {
	if kind != "" {
		w.Header().Set("Content-Type", kind)
	}
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(http.StatusOK)
	if r.Method != http.MethodHead {
		_, _ = w.Write(body) // the reader has gone: nobody is left to tell
	}
}
