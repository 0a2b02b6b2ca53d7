package main

import (
	"bufio"
	"fmt"
	"io"
	"net/url"
	"slices"
	"strings"

	"github.com/purlieu/purlieu/cmd/purlieu/client"
	"github.com/purlieu/purlieu/fault"
)

type assetDeleteCmd struct {
	Names []string `arg:"" name:"name" help:"Guids, qualified names, or names that only one asset has: up to a thousand."`
	Yes   bool     `help:"Don't ask."`
}

// Help says what becomes of it.
func (assetDeleteCmd) Help() string {
	return `The source is not touched: an asset that a scan still sees comes back with its next run. All are deleted, or none.
What people wrote over an asset, and its history, come back with it (purlieu asset restore).

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
	guids, meant := []string{}, []object{}
	for _, name := range c.Names {
		hit, err := a.hit(account, name)
		if err != nil {
			return err
		}
		if guid := hit.text("id"); !slices.Contains(guids, guid) {
			guids, meant = append(guids, guid), append(meant, hit)
		}
	}
	if !c.Yes {
		if err := a.sureOf(account, meant); err != nil {
			return err
		}
	}
	var done object
	if err := account.Do(a.ctx, "DELETE", "/datamap/api/atlas/v2/entity/bulk?"+url.Values{"guid": guids}.Encode(), nil, &done); err != nil {
		return err
	}
	return a.write(done, func() error { // they are told in JSON, too: whoever deleted them brings them back by their guids
		for _, header := range objectsOf(done.at("mutatedEntities", "DELETE")) {
			a.say("%s is deleted. To bring it back: purlieu asset restore %s", titled(header), header.text("guid"))
		}
		return nil
	})
}

// sureOf asks whether these assets are to be deleted, each as the map calls it, however the person named it.
func (a *app) sureOf(account *client.Client, meant []object) error {
	titles := make([]string, len(meant))
	for i, hit := range meant {
		titles[i] = clean(hit.text("entityType") + " " + hit.text("qualifiedName"))
		if hit.text("qualifiedName") == "" { // it was named by its guid
			var header object
			if err := account.Get(a.ctx, "/datamap/api/atlas/v2/entity/guid/"+esc(hit.text("id"))+"/header", &header); err != nil {
				return err
			}
			titles[i] = clean(titled(header))
		}
	}
	if len(titles) == 1 {
		return a.sure(fmt.Sprintf("Delete %s?", titles[0]))
	}
	for _, title := range titles {
		fmt.Fprintln(a.err, title)
	}
	return a.sure(fmt.Sprintf("Delete these %d assets?", len(titles)))
}

// titled is the type and the qualified name of an asset, of its header.
func titled(header object) string {
	return header.text("typeName") + " " + header.text("attributes", "qualifiedName")
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
