package main

import (
	"bufio"
	"fmt"
	"io"
	"net/url"
	"strings"

	"github.com/purlieu/purlieu/fault"
)

type assetDeleteCmd struct {
	Names []string `arg:"" name:"name" help:"Guids, qualified names, or names that only one asset has: up to a thousand."`
	Yes   bool     `help:"Don't ask."`
}

// Help says what becomes of it.
func (assetDeleteCmd) Help() string {
	return `The source is not touched: an asset that a scan still sees comes back with its next run. All are deleted, or none.
What people wrote over an asset, and its history, come back with it (purlieu asset restore GUID).

Examples:
  purlieu asset delete postgresql://db.example.com/shop/public/orders
  purlieu search --source shop --limit 1000 -o json | jq -r '.value[].id' | xargs purlieu asset delete --yes`
}

// Run deletes assets, once a person has said that they are meant.
func (c assetDeleteCmd) Run(a *app) error {
	account, err := a.client()
	if err != nil {
		return err
	}
	guids := make([]string, len(c.Names))
	for i, name := range c.Names {
		if guids[i], err = a.find(account, name); err != nil {
			return err
		}
	}
	if !c.Yes {
		if err := a.sure(fmt.Sprintf("Delete %s?", listed(c.Names))); err != nil {
			return err
		}
	}
	if err := account.Do(a.ctx, "DELETE", "/datamap/api/atlas/v2/entity/bulk?"+url.Values{"guid": guids}.Encode(), nil, nil); err != nil {
		return err
	}
	for i, name := range c.Names {
		a.say("%s is deleted. To bring it back: purlieu asset restore %s", name, guids[i])
	}
	return nil
}

// listed names one thing, or counts several.
func listed(names []string) string {
	if len(names) == 1 {
		return names[0]
	}
	return fmt.Sprintf("%d assets (%s and so on)", len(names), names[0])
}

// sure asks whether a deed is meant: a person, or what stands in for one on standard input.
func (a *app) sure(question string) error {
	fmt.Fprintf(a.err, "%s Type yes: ", question)
	line, err := bufio.NewReader(io.LimitReader(a.in, 1<<10)).ReadString('\n')
	if strings.TrimSpace(line) != "yes" {
		return fault.New(fault.Conflict, "NotConfirmed", "nothing was done").Try("Answer yes, or give --yes").Because(err)
	}
	return nil
}
