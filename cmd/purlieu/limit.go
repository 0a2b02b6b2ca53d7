package main

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/purlieu/purlieu/fault"
)

type runtimeLimitCmd struct {
	Name    string `arg:"" help:"Name of the runtime."`
	Key     int    `enum:"0,1,2" default:"0" placeholder:"1|2" help:"Which key: 1 or 2; without it the limits of both are shown."`
	Nodes   *int   `placeholder:"N" help:"How many nodes it may enrol in all; those that it has enrolled already count; 0 is any number."`
	Expires string `placeholder:"TIME" help:"Until when it enrols nodes, such as 2030-01-31T18:00:00Z; never takes the end away."`
}

// Help says what is left as it is.
func (runtimeLimitCmd) Help() string {
	return `What is not given stays as it is; without any of both this shows the limits, of both keys where none is named. Nodes
that are enrolled go on. A key that is regenerated has no limits.

Examples:
  purlieu runtime limit on-premises
  purlieu runtime limit on-premises --key 1 --nodes 3 --expires 2030-01-31T18:00:00Z`
}

// keyLimit is what a key may do.
type keyLimit struct {
	MaxNodes int        `json:"maxNodes"`
	Expires  *time.Time `json:"expires,omitempty"`
	Enrolled int        `json:"enrolledNodes,omitempty"`
}

// Validate holds the flags against each other.
func (c runtimeLimitCmd) Validate() error {
	if c.Key == 0 && (c.Nodes != nil || c.Expires != "") {
		return fault.New(fault.Invalid, "NoKey", "limits are those of one key").Try("Name it with --key 1 or --key 2")
	}
	return nil
}

// Run sets the limits, and shows them.
func (c runtimeLimitCmd) Run(a *app) error {
	account, err := a.client()
	if err != nil {
		return err
	}
	var keys map[string]keyLimit
	path := "/manage/v1/runtimes/" + esc(c.Name) + "/keys"
	if err := account.Get(a.ctx, path, &keys); err != nil {
		return err
	}
	if c.Key == 0 {
		return a.write(keys, func() error {
			for _, name := range slices.Sorted(maps.Keys(keys)) {
				a.sayLimit(strings.TrimPrefix(name, "authKey"), c.Name, keys[name])
			}
			return nil
		})
	}
	name := fmt.Sprintf("authKey%d", c.Key)
	limit, ok := keys[name]
	if !ok {
		return fault.New(fault.NotFound, "NoKey", "the runtime %s has no key %d", c.Name, c.Key).Try("Only self-hosted runtimes have keys")
	}
	if c.Nodes != nil {
		limit.MaxNodes = *c.Nodes
	}
	switch c.Expires {
	case "":
	case "never":
		limit.Expires = nil
	default:
		at, err := time.Parse(time.RFC3339, c.Expires)
		if err != nil {
			return fault.New(fault.Invalid, "BadTime", "%q is not a time", c.Expires).Try("Write it like 2030-01-31T18:00:00Z, or never")
		}
		limit.Expires = &at
	}
	if c.Nodes != nil || c.Expires != "" {
		set := keyLimit{MaxNodes: limit.MaxNodes, Expires: limit.Expires}
		if err := account.Do(a.ctx, "PUT", path+"/"+name+"/limit", set, nil); err != nil {
			return err
		}
	}
	return a.write(limit, func() error {
		a.sayLimit(strconv.Itoa(c.Key), c.Name, limit)
		return nil
	})
}

// sayLimit says what a key may do.
func (a *app) sayLimit(key, runtime string, limit keyLimit) {
	nodes, end := "any number of nodes", "without end"
	if limit.MaxNodes > 0 {
		nodes = "up to " + many(limit.MaxNodes, "node")
	}
	if limit.Expires != nil {
		end = "until " + limit.Expires.UTC().Format(time.RFC3339)
	}
	a.say("Key %s of %s enrols %s, %s. It has enrolled %d.", key, clean(runtime), nodes, end, limit.Enrolled)
}
