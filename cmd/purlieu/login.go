package main

import (
	"io"
	"os"
	"strings"

	"github.com/purlieu/purlieu/cmd/purlieu/client"
	"github.com/purlieu/purlieu/fault"
)

type loginCmd struct {
	URL       string `arg:"" help:"Address of the account, such as https://map.example.com:8443."`
	TokenFile string `required:"" placeholder:"FILE" help:"File that holds the token; - reads it from standard input."`
	CA        string `name:"ca" placeholder:"FILE" help:"Certificate of the account's own authority (PEM), to be trusted for this account only."`
}

// Help shows examples.
func (loginCmd) Help() string {
	return `Examples:
  purlieu login https://map.example.com:8443 --token-file token.txt --ca purlieu-ca.pem
  pass show purlieu | purlieu login https://map.example.com:8443 --token-file -`
}

// Run signs in: it asks the account with the token before it keeps it.
func (c loginCmd) Run(a *app) error {
	token, err := a.secret(c.TokenFile)
	if err != nil {
		return err
	}
	login := client.Login{URL: strings.TrimSuffix(c.URL, "/"), Token: token}
	if c.CA != "" {
		pem, err := os.ReadFile(c.CA)
		if err != nil {
			return fault.New(fault.Invalid, "BadCertificate", "the file %s can't be read", c.CA).Because(err)
		}
		login.CA = string(pem)
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

// Run forgets the login.
func (logoutCmd) Run(a *app) error {
	dir, err := a.folder()
	if err != nil {
		return err
	}
	if err := client.Forget(dir); err != nil {
		return err
	}
	a.say("Signed out.")
	return nil
}
