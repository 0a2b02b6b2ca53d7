package main

import (
	"fmt"

	"github.com/purlieu/purlieu/cmd/purlieu/client"
	"github.com/purlieu/purlieu/fault"
)

// mostTwins are told of one source; whoever has more has been told.
const mostTwins = 5

// twins says beside the output which other sources may be the same one, to people and scripts. An account of an older
// build does not tell.
func (a *app) twins(account *client.Client, source string) error {
	list, err := a.items(account, "/manage/v1/datasources/"+esc(source)+"/twins")
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	for i, o := range list {
		if i == mostTwins {
			fmt.Fprintf(a.err, "Note: %d more sources may be the same as %s.\n", len(list)-i, clean(source))
			break
		}
		fmt.Fprintln(a.err, clean("Note: "+o.text("text")+". "+o.text("remedy")+"."))
	}
	return nil
}
