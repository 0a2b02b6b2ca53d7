package main

import (
	"os"
	"strings"
	"testing"

	"github.com/alecthomas/kong"

	"github.com/purlieu/purlieu/cmd/internal/line/linetest"
	"github.com/purlieu/purlieu/test/said"
)

func TestTheCommandLineIsAsPeopleAreTold(t *testing.T) {
	linetest.Hold(t, linetest.Program{Program: (&app{}).program(), Tree: func() any { return &tree{} }, Root: "../..", Least: 80})
}

// commands.txt holds what each deed of the portal copies as a command; the portal's tests write it.
func TestEveryCommandThatThePortalCopiesIsTaken(t *testing.T) {
	text, err := os.ReadFile("../../web/src/app/commands.txt")
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(string(text)), "\n")
	if len(lines) < 40 {
		t.Fatalf("only %d commands", len(lines))
	}
	for _, line := range lines {
		words := said.Words(line)
		var commands tree
		parser, err := kong.New(&commands, kong.Name("purlieu"))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := parser.Parse(words[1:]); err != nil || words[0] != "purlieu" {
			t.Errorf("%s: %v", line, err)
		}
	}
}

// A name that looks like a flag, and one that a terminal would act upon, come to the client as what they are.
func TestHostileNamesStayNamesInCommands(t *testing.T) {
	text, err := os.ReadFile("../../web/src/app/commands.txt")
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	for line := range strings.Lines(string(text)) {
		var commands tree
		parser, err := kong.New(&commands, kong.Name("purlieu"))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := parser.Parse(said.Words(strings.TrimSpace(line))[1:]); err != nil {
			t.Fatal(err)
		}
		if b := commands.Source.Browse; b.Path == "--credential=payroll" && b.Credential == "" && b.Runtime == "edge" {
			found++
		}
		if commands.Asset.Classify.Column == "x\u0015rm\n\u009b" {
			found++
		}
	}
	if found != 2 {
		t.Errorf("%d of 2 hostile names came as they are", found)
	}
}
