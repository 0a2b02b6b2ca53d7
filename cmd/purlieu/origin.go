package main

import (
	"github.com/purlieu/purlieu/cmd/purlieu/client"
	"github.com/purlieu/purlieu/fault"
)

// origin is where an asset comes from; nil from an account that is older than this client, and does not tell.
func (a *app) origin(account *client.Client, guid string) (object, error) {
	var out object
	err := account.Get(a.ctx, "/manage/v1/assets/"+esc(guid)+"/origin", &out)
	if fault.Is(err, fault.NotFound) {
		err = nil
	}
	return out, err
}

// originRows are the source and the run that saw it last, as the sheet of an asset shows them.
func originRows(origin object) (rows [][]string) {
	if source := origin.text("source"); source != "" {
		rows = append(rows, []string{"source", source})
	}
	at := origin.text("seen", "at")
	if at == "" {
		return rows
	}
	if origin.text("seen", "whole") == "false" {
		at += " at the latest"
	}
	at += " by a run of " + origin.text("seen", "scan")
	if run := origin.text("seen", "run"); run != "" {
		at += ", " + run
	}
	return append(rows, []string{"last seen", at})
}
