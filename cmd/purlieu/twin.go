package main

import (
	"fmt"
	"strings"

	"github.com/purlieu/purlieu/cmd/purlieu/client"
	"github.com/purlieu/purlieu/fault"
)

// mostTwins are told of one source; whoever has more has been told.
const mostTwins = 5

// twins says beside the output which other sources may be the same one, to people and scripts. It is a note, which comes
// last and fails no command: where the account can't tell, that is said, and one of an older build does not tell at all.
func (a *app) twins(account *client.Client, source string) {
	list, err := a.items(account, "/manage/v1/datasources/"+esc(source)+"/twins")
	if fault.Is(err, fault.NotFound) || a.ctx.Err() != nil {
		return
	}
	if err != nil {
		fmt.Fprintf(a.err, "Note: whether %s is registered twice could not be told: %s\n", clean(source), clean(strings.TrimSuffix(err.Error(), ".")+"."))
		return
	}
	for i, o := range list {
		if i == mostTwins {
			fmt.Fprintf(a.err, "Note: %d more sources may be the same as %s.\n", len(list)-i, clean(source))
			break
		}
		fmt.Fprintln(a.err, clean("Note: "+o.text("text")+". "+o.text("remedy")+"."))
	}
}
