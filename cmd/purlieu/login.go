package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"strings"
	"time"

	"golang.org/x/term"

	"github.com/purlieu/purlieu/cmd/purlieu/client"
	"github.com/purlieu/purlieu/fault"
)

type loginCmd struct {
	URL       string `arg:"" optional:"" help:"Address of the account, such as https://map.example.com:8443. A link has it in it."`
	Link      string `placeholder:"LINK" help:"One-time sign-in link, as the server wrote it; sets your password. - asks for it."`
	Name      string `help:"Your name in the account; asked for when left out."`
	TokenFile string `placeholder:"FILE" help:"File that holds a token, for scripts; - reads it from standard input."`
	CA        string `name:"ca" placeholder:"FILE" help:"Certificate of the account's own authority (PEM), to be trusted for this account only."`
}

// Help shows examples.
func (loginCmd) Help() string {
	return `On a terminal link, name and password are asked for, a new password twice. From a pipe they are lines of standard input, in this
order; a new password may stand there once.

Examples:
  purlieu login --link - --ca purlieu-ca.pem
  purlieu login https://map.example.com:8443 --name ada
  purlieu login --link - < link-name-and-password
  pass show purlieu | purlieu login https://map.example.com:8443 --token-file -`
}

// Run signs in: it asks the account with the token before it keeps it.
func (c loginCmd) Run(a *app) error {
	if c.Link != "" && c.TokenFile != "" {
		return fault.New(fault.Invalid, "TwoWays", "--link and --token-file are two ways to sign in; use one")
	}
	lines := &prompt{app: a, in: bufio.NewReader(io.LimitReader(a.in, 64<<10))}
	once, err := c.link(lines)
	if err != nil {
		return err
	}
	login := client.Login{URL: strings.TrimSuffix(c.URL, "/")}
	if once != nil {
		login.URL = once.Scheme + "://" + once.Host
	}
	if login.URL == "" {
		return fault.New(fault.Invalid, "NoAddress", "no account is named").Try("Give its address, or a sign-in link with --link")
	}
	if c.CA != "" {
		pem, err := os.ReadFile(c.CA)
		if err != nil {
			return fault.New(fault.Invalid, "BadCertificate", "the file %s can't be read", c.CA).Because(err)
		}
		login.CA = string(pem)
	}
	if login, err = c.signIn(a, lines, login, once); err != nil {
		return err
	}
	account, err := client.New(login)
	if err != nil {
		return err
	}
	if err := account.Get(a.ctx, "/manage/v1/kinds", nil); err != nil {
		return err
	}
	dir, err := a.folder()
	if err != nil {
		return err
	}
	if err := client.Save(dir, login); err != nil {
		return err
	}
	a.say("Signed in to %s. Next: purlieu kinds", login.URL)
	return nil
}

// link is the one-time link, nil when there is none. Its token stands behind the '#'.
func (c loginCmd) link(lines *prompt) (*url.URL, error) {
	text := c.Link
	if text == "" {
		return nil, nil
	}
	if text == "-" {
		var err error
		if text, err = lines.ask("Sign-in link", true); err != nil {
			return nil, err
		}
	}
	u, err := url.Parse(text)
	if err != nil || u.Host == "" || u.Fragment == "" {
		return nil, fault.New(fault.Invalid, "BadLink", "this is not a sign-in link").
			Try("Take the whole of it, with what stands behind the #; `purlieu admin link` on the server makes another")
	}
	return u, nil
}

// signIn gets the token: from a file, by the link, or by name and password.
func (c loginCmd) signIn(a *app, lines *prompt, login client.Login, once *url.URL) (client.Login, error) {
	if c.TokenFile != "" {
		var err error
		login.Token, err = a.secret(c.TokenFile)
		return login, err
	}
	account, err := client.New(login)
	if err != nil {
		return login, err
	}
	name := c.Name
	if name == "" {
		if name, err = lines.ask("Name", false); err != nil {
			return login, err
		}
	}
	if once == nil {
		password, err := lines.ask("Password", true)
		if err != nil {
			return login, err
		}
		return account.SignIn(a.ctx, name, password)
	}
	password, err := lines.ask("New password", true)
	if err != nil {
		return login, err
	}
	again, err := lines.ask("Same password again", true)
	switch {
	case fault.CodeOf(err) == "NoAnswer" && !lines.person(): // it was written, not typed blindly
		again = password
	case err != nil:
		return login, err
	}
	if password != again {
		return login, fault.New(fault.Invalid, "NotTheSame", "the two passwords differ; the link is still good")
	}
	return account.Redeem(a.ctx, once.Fragment, name, password)
}

// prompt asks a person, or reads lines from what stands in for one.
type prompt struct {
	app *app
	in  *bufio.Reader
}

// person says whether one is there to answer.
func (p *prompt) person() bool {
	f, ok := p.app.in.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

func (p *prompt) ask(what string, hidden bool) (string, error) {
	if f, ok := p.app.in.(*os.File); ok && p.person() {
		fmt.Fprintf(p.app.err, "%s: ", what)
		if hidden {
			b, err := term.ReadPassword(int(f.Fd()))
			fmt.Fprintln(p.app.err)
			if err != nil {
				return "", fmt.Errorf("read the %s: %w", strings.ToLower(what), err)
			}
			return strings.TrimSpace(string(b)), nil
		}
	}
	line, err := p.in.ReadString('\n')
	if line = strings.TrimRight(line, "\r\n"); line == "" {
		return "", fault.New(fault.Invalid, "NoAnswer", "the %s is missing on standard input", strings.ToLower(what)).Because(err)
	}
	return line, nil
}

// secret reads a token from a file or standard input.
func (a *app) secret(path string) (string, error) {
	var b []byte
	var err error
	if path == "-" {
		b, err = io.ReadAll(io.LimitReader(a.in, 64<<10))
	} else {
		b, err = os.ReadFile(path)
	}
	if err != nil {
		return "", fault.New(fault.Invalid, "NoToken", "the file %s can't be read", path).Because(err)
	}
	token := strings.TrimSpace(string(b))
	if token == "" || strings.ContainsAny(token, " \n\r\t") {
		return "", fault.New(fault.Invalid, "NoToken", "%s does not hold one token", path)
	}
	return token, nil
}

type logoutCmd struct{}

// Help says what ends.
func (logoutCmd) Help() string {
	return `The session ends at the account, too. When that can't be reached the login is forgotten all the same, and the exit code is not 0.
A token that came from a file stays good until it ends.`
}

// farewell is how long the account may take to end a session.
const farewell = 15 * time.Second

// Run ends the session and forgets the login: that also when the account does not hear of it.
func (logoutCmd) Run(a *app) error {
	dir, err := a.folder()
	if err != nil {
		return err
	}
	kept, err := client.Load(dir)
	if err == nil && kept.Refresh != "" {
		err = a.endSession(kept)
	}
	if ferr := client.Forget(dir); ferr != nil {
		return errors.Join(ferr, err)
	}
	if err != nil {
		return fault.New(fault.KindOf(err), "SessionLives", "the login is forgotten here, but its session at the account may go on: %s", strings.TrimSuffix(err.Error(), ".")).
			Because(err).Try("A new password ends all sessions: purlieu user link")
	}
	a.say("Signed out.")
	return nil
}

func (a *app) endSession(kept client.Login) error {
	kept, err := a.trusting(kept)
	if err != nil {
		return err
	}
	account, err := client.New(kept)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(a.ctx, farewell)
	defer cancel()
	return account.SignOut(ctx)
}
