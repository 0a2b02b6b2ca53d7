package main

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
