package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/purlieu/purlieu/cmd/purlieu/client"
	"github.com/purlieu/purlieu/fault"
)

type userCmd struct {
	Add     userAddCmd     `cmd:"" help:"Add a user without roles, and make the link with which they set their password."`
	List    userListCmd    `cmd:"" help:"List users."`
	Link    userLinkCmd    `cmd:"" help:"Make another one-time link that sets a user's password: a secret, good for 15 minutes."`
	Disable userDisableCmd `cmd:"" help:"Forbid a user to sign in; what they hold ends at once."`
	Enable  userEnableCmd  `cmd:"" help:"Let a user sign in again."`
	Delete  userDeleteCmd  `cmd:"" help:"Remove a user, with all roles."`
}

const users = "/manage/v1/users"

// nameArg names a user or an app.
type nameArg struct {
	Name string `arg:"" help:"Name or id."`
}

type userAddCmd struct {
	Name string `arg:"" help:"Name to sign in with."`
}

// Help shows an example.
func (userAddCmd) Help() string {
	return `Examples:
  purlieu user add ada
  purlieu role add sales purview-reader ada`
}

// Run adds the user.
func (c userAddCmd) Run(a *app) error {
	account, err := a.client()
	if err != nil {
		return err
	}
	var user, link object
	if err := account.Do(a.ctx, "POST", users, object{"name": c.Name}, &user); err != nil {
		return err
	}
	if err := account.Do(a.ctx, "POST", "/manage/v1/signin-links", object{"user": user.text("id")}, &link); err != nil {
		return err
	}
	return a.write(object{"user": user, "link": link.text("link")}, func() error {
		a.say("The user %s is there. To set a password, within 15 minutes and once, they open:", c.Name)
		fmt.Fprintln(a.out, link.text("link"))
		a.say("Next: purlieu role add COLLECTION ROLE %s", c.Name)
		return nil
	})
}

type userListCmd struct{}

// Run lists users.
func (userListCmd) Run(a *app) error {
	return a.listing(users, []string{"NAME", "ID", "PASSWORD", "DISABLED", "CREATED"}, func(o object) []string {
		return []string{o.text("name"), o.text("id"), o.text("hasPassword"), o.text("disabled"), o.text("created")}
	})
}

// named finds one of a list by its name or id.
func (a *app) named(account *client.Client, path, what, name string) (string, error) {
	list, err := a.items(account, path)
	if err != nil {
		return "", err
	}
	i := slices.IndexFunc(list, func(o object) bool { return o.text("id") == name || strings.EqualFold(o.text("name"), name) })
	if i < 0 {
		return "", fault.New(fault.NotFound, "NobodyCalled", "no %s is called %q", what, name).Try("See purlieu %s list", what)
	}
	return list[i].text("id"), nil
}

type userLinkCmd struct{ nameArg }

// Run makes the link.
func (c userLinkCmd) Run(a *app) error {
	account, err := a.client()
	if err != nil {
		return err
	}
	var link object
	if err := account.Do(a.ctx, "POST", "/manage/v1/signin-links", object{"user": c.Name}, &link); err != nil {
		return err
	}
	return a.write(link, func() error { fmt.Fprintln(a.out, link.text("link")); return nil })
}

type userDisableCmd struct{ nameArg }

// Run disables the user.
func (c userDisableCmd) Run(a *app) error { return a.disable(c.Name, true) }

type userEnableCmd struct{ nameArg }

// Run enables the user.
func (c userEnableCmd) Run(a *app) error { return a.disable(c.Name, false) }

func (a *app) disable(name string, disabled bool) error {
	account, err := a.client()
	if err != nil {
		return err
	}
	id, err := a.named(account, users, "user", name)
	if err == nil {
		err = account.Do(a.ctx, "PUT", users+"/"+esc(id)+"/disabled", object{"disabled": disabled}, nil)
	}
	if err == nil {
		a.say("The user %s may %s.", name, map[bool]string{true: "not sign in any more", false: "sign in"}[disabled])
	}
	return err
}

type userDeleteCmd struct{ nameArg }

// Run removes the user.
func (c userDeleteCmd) Run(a *app) error { return a.removeNamed(users, "user", c.Name) }

func (a *app) removeNamed(path, what, name string) error {
	account, err := a.client()
	if err != nil {
		return err
	}
	id, err := a.named(account, path, what, name)
	if err != nil {
		return err
	}
	return a.remove(path+"/"+esc(id), "The %s %s is removed, with all roles.", what, name)
}

type appCmd struct {
	Add    appAddCmd    `cmd:"" help:"Register a script: a client id and a secret, which is shown once."`
	List   appListCmd   `cmd:"" help:"List app registrations."`
	Secret appSecretCmd `cmd:"" help:"Make a new secret; the old one and its tokens end at once."`
	Delete appDeleteCmd `cmd:"" help:"Remove an app registration, with all roles."`
}

const apps = "/manage/v1/apps"

type appAddCmd struct {
	Name string `arg:"" help:"Its name, for people."`
	Out  string `type:"path" placeholder:"FILE" help:"Write the secret to a new file that only you can read, and don't show it."`
}

// Run registers the app.
func (c appAddCmd) Run(a *app) error {
	account, err := a.client()
	if err != nil {
		return err
	}
	made, err := a.secretOf(account, apps, object{"name": c.Name}, c.Out)
	if err != nil {
		return err
	}
	return a.write(made, func() error {
		rows := [][]string{{"clientId", made.text("clientId")}}
		if c.Out == "" {
			rows = append(rows, []string{"clientSecret", made.text("clientSecret")})
		}
		if err := a.table([]string{"FIELD", "VALUE"}, rows); err != nil {
			return err
		}
		a.say("The secret is not shown again. Next: purlieu role add COLLECTION ROLE %s", c.Name)
		return nil
	})
}

// secretOf asks for a new secret of an app. One that goes to a file is taken out of what is shown.
func (a *app) secretOf(account *client.Client, path string, body any, file string) (made object, err error) {
	err = keep(file, func() (string, error) {
		err := account.Do(a.ctx, "POST", path, body, &made)
		return made.text("clientSecret"), err
	})
	if file != "" {
		delete(made, "clientSecret")
	}
	if err != nil && made != nil {
		err = fault.New(fault.Invalid, "BadFile", "the secret was made, and can't be written to %s", file).Because(err).
			Try("Make another: purlieu app secret %s --out FILE", made.text("clientId"))
	}
	return made, err
}

type appListCmd struct{}

// Run lists apps.
func (appListCmd) Run(a *app) error {
	return a.listing(apps, []string{"NAME", "CLIENT ID", "CREATED"}, func(o object) []string {
		return []string{o.text("name"), o.text("clientId"), o.text("created")}
	})
}

type appSecretCmd struct {
	nameArg
	Out string `type:"path" placeholder:"FILE" help:"Write the secret to a new file that only you can read, and don't show it."`
}

// Run renews the secret.
func (c appSecretCmd) Run(a *app) error {
	account, err := a.client()
	if err != nil {
		return err
	}
	id, err := a.named(account, apps, "app", c.Name)
	if err != nil {
		return err
	}
	made, err := a.secretOf(account, apps+"/"+esc(id)+"/secret", nil, c.Out)
	if err != nil {
		return err
	}
	return a.write(made, func() error {
		if c.Out != "" {
			a.say("The new secret is in %s.", c.Out)
			return nil
		}
		fmt.Fprintln(a.out, made.text("clientSecret"))
		return nil
	})
}

type appDeleteCmd struct{ nameArg }

// Run removes the app.
func (c appDeleteCmd) Run(a *app) error { return a.removeNamed(apps, "app", c.Name) }
