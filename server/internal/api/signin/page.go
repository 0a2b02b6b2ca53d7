package signin

import (
	_ "embed"
	"html/template"
	"net/http"

	"github.com/purlieu/purlieu/fault"
)

//go:embed page.html
var pageHTML string

//go:embed page.js
var pageJS []byte

//go:embed page.css
var pageCSS []byte

// pageState is what the page shows. It never holds the token or the password.
type pageState struct {
	Name    string
	Problem string
	Done    bool
}

func (p *plane) show(w http.ResponseWriter, r *http.Request, status int, state pageState) {
	page, err := template.New("page").Parse(pageHTML)
	if err != nil {
		p.fail(w, r, fault.New(fault.Internal, "BadPage", "the sign-in page can't be read").Because(err))
		return
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", "default-src 'none'; script-src 'self'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("X-Frame-Options", "DENY")
	w.WriteHeader(status)
	_ = page.Execute(w, state) // the caller has gone when this fails
}

func (p *plane) page(w http.ResponseWriter, r *http.Request) {
	p.show(w, r, http.StatusOK, pageState{})
}

func (p *plane) script(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/javascript; charset=utf-8")
	_, _ = w.Write(pageJS)
}

func (p *plane) style(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/css; charset=utf-8")
	_, _ = w.Write(pageCSS)
}

// form redeems the link of the page. The tokens that this gives are ended at once: the page keeps none.
func (p *plane) form(w http.ResponseWriter, r *http.Request) {
	if site := r.Header.Get("Sec-Fetch-Site"); site != "" && site != "same-origin" {
		p.show(w, r, http.StatusForbidden, pageState{Problem: "This form was sent from another site."})
		return
	}
	r.Body = http.MaxBytesReader(w, r.Body, maxBody)
	if err := r.ParseForm(); err != nil {
		p.show(w, r, http.StatusBadRequest, pageState{Problem: "The form can't be read."})
		return
	}
	state := pageState{Name: r.PostForm.Get("name")}
	if r.PostForm.Get("password") != r.PostForm.Get("again") {
		state.Problem = "The two passwords differ."
		p.show(w, r, http.StatusBadRequest, state)
		return
	}
	in, err := p.access.Redeem(r.Context(), r.PostForm.Get("token"), state.Name, r.PostForm.Get("password"), peer(r))
	if err == nil {
		err = p.access.SignOut(r.Context(), in.Refresh)
	}
	switch fault.KindOf(err) {
	case 0:
		p.show(w, r, http.StatusOK, pageState{Name: in.User.Name, Done: true})
	case fault.Invalid, fault.Denied, fault.Conflict, fault.Throttled:
		state.Problem = err.Error() + "."
		p.show(w, r, http.StatusBadRequest, state)
	default:
		p.fail(w, r, err)
	}
}
