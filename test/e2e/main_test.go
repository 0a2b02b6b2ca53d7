package e2e

import (
	"flag"
	"fmt"
	"os"
	"testing"
)

// atOnce is how many tests run at once, unless the command line says so: most of the time they wait.
const atOnce = "4"

func TestMain(m *testing.M) {
	flag.Parse()
	given := false
	flag.Visit(func(f *flag.Flag) { given = given || f.Name == "test.parallel" })
	if !given {
		if err := flag.Set("test.parallel", atOnce); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
	var err error
	if theHouse, err = newHouse(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	code := m.Run()
	theHouse.close()
	os.Exit(code)
}
