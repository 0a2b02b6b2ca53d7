package signin

import (
	_ "embed"
	"html/template"
	"net/http"
	"strings"

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
	Action   string // where the forms go
	Redirect string // origin of another host that the browser goes on to
	Known    bool   // the form for people with a password is there
	First    bool   // the form for a one-time link is open
	Name     string
	Problem  string
	Done     bool
}

// part is a stretch of a text; Code where it is a command, which stands between back quotes.
type part struct {
	Text string
	Code bool
}

// Said is the problem in its parts.
func (s pageState) Said() (list []part) {
	for i, text := range strings.Split(s.Problem, "`") {
		if text != "" {
			list = append(list, part{text, i%2 == 1})
		}
	}
	return list
}

func (p *plane) show(w http.ResponseWriter, r *http.Request, status int, state pageState) {
	page, err := template.New("page").Parse(pageHTML)
	if err != nil {
		p.Fail(w, r, fault.New(fault.Internal, "BadPage", "the sign-in page can't be read").Because(err))
		return
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	// Browsers hold form-action against where a form's answer leads, too.
	h.Set("Content-Security-Policy", "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self' "+state.Redirect+"; base-uri 'none'; frame-ancestors 'none'")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("X-Frame-Options", "DENY")
	w.WriteHeader(status)
	_ = page.Execute(w, state) // the caller has gone when this fails
}

// page is where a one-time link leads: into the portal, if there is one. Browsers keep what stands behind '#'.
func (p *plane) page(w http.ResponseWriter, r *http.Request) {
	if p.Portal {
		http.Redirect(w, r, "/welcome", http.StatusFound)
		return
	}
	p.show(w, r, http.StatusOK, pageState{Action: "/signin", First: true})
}

func (p *plane) script(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/javascript; charset=utf-8")
	_, _ = w.Write(pageJS)
}

func (p *plane) style(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/css; charset=utf-8")
	_, _ = w.Write(pageCSS)
}

// redeemForm redeems the link of the page. The tokens that this gives are ended at once: the page keeps none.
func (p *plane) redeemForm(w http.ResponseWriter, r *http.Request) {
	state := pageState{Action: "/signin", First: true}
	if !p.form(w, r, &state) {
		return
	}
	in, err := p.access.Redeem(r.Context(), r.PostForm.Get("token"), state.Name, r.PostForm.Get("password"), peer(r))
	if err == nil {
		err = p.access.SignOut(r.Context(), in.Refresh)
	}
	if err != nil {
		state.First = true
		p.again(w, r, state, err)
		return
	}
	p.show(w, r, http.StatusOK, pageState{Name: in.User.Name, Done: true})
}
