package line

import (
	"reflect"
	"slices"

	"github.com/alecthomas/kong"
)

// MayBeEmpty is the tag of a flag with one text that means something where it is empty. A flag that tells "empty" from "not given" by
// its type, a pointer or a list, needs none.
const MayBeEmpty = "empty"

// empty is the argument or flag of a command line that was given an empty text where one is needed; "" where none was.
//
// A script gives it whose variable is not set. It must not do what the command does without it: that is often more, such as all
// sources in place of one.
func empty(parsed *kong.Context) string {
	for _, p := range parsed.Path {
		switch {
		case p.Positional != nil && bare(p.Positional):
			return "<" + p.Positional.Name + ">"
		case p.Flag != nil && p.Flag.Target.Kind() == reflect.String && p.Flag.Target.Len() == 0 && !p.Flag.Tag.Has(MayBeEmpty):
			return "--" + p.Flag.Name
		}
	}
	return ""
}

// bare reports whether an argument is empty, or one of several that are needed.
func bare(of *kong.Positional) bool {
	if list, ok := of.Target.Interface().([]string); ok {
		return of.Required && slices.Contains(list, "")
	}
	return of.Target.Kind() == reflect.String && of.Target.Len() == 0
}

// path reads the path of a file or folder from the root on. An empty one stays empty, and is not the folder in which the program was
// started.
func path(ctx *kong.DecodeContext, target reflect.Value) error {
	var said string
	if err := ctx.Scan.PopValueInto("file", &said); err != nil {
		return err
	}
	if said != "" && said != "-" {
		said = kong.ExpandPath(said)
	}
	target.SetString(said)
	return nil
}
