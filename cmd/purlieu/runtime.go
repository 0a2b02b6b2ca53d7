package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/purlieu/purlieu/bus"
	"github.com/purlieu/purlieu/cmd/internal/line"
	"github.com/purlieu/purlieu/fault"
)

type runtimeCmd struct {
	Add    runtimeAddCmd    `cmd:"" help:"Make a self-hosted runtime. Its nodes enrol with a key: purlieu runtime keys."`
	List   runtimeListCmd   `cmd:"" help:"List runtimes."`
	Show   runtimeShowCmd   `cmd:"" help:"Show a runtime with its nodes."`
	Keys   runtimeKeysCmd   `cmd:"" help:"Show the keys of a runtime, or regenerate one."`
	Limit  runtimeLimitCmd  `cmd:"" help:"Show or set how many nodes a key enrols, and until when."`
	Delete runtimeDeleteCmd `cmd:"" help:"Remove a runtime."`
}

const runtimes = "/scan/integrationRuntimes/"

type runtimeAddCmd struct {
	Name        string  `arg:"" help:"Its name: 3 to 63 letters, digits and single dashes."`
	Description *string `help:"For people."`
	Approve     bool    `help:"New nodes wait until a person lets them in with purlieu node approve."`
}

// Help shows examples.
func (runtimeAddCmd) Help() string {
	return `Examples:
  purlieu runtime add edge
  purlieu runtime add edge --description "the machines in the cellar" --approve`
}

// Run makes the runtime. One that is there keeps its description, and its rule for new nodes unless --approve is given.
func (c runtimeAddCmd) Run(a *app) error {
	account, err := a.client()
	if err != nil {
		return err
	}
	old, err := a.there(account, runtimes+esc(c.Name))
	if err != nil {
		return err
	}
	description := old.text("properties", "description")
	if c.Description != nil {
		description = *c.Description
	}
	err = a.put(runtimes+esc(c.Name), object{"kind": "SelfHosted", "properties": object{"description": description}},
		"The runtime %s is there. Next: purlieu runtime keys %s --out runtime.key, then purlieu-runtime enrol --key-file runtime.key on each machine.", c.Name, c.Name)
	if err != nil || !c.Approve {
		return err
	}
	return account.Do(a.ctx, "PUT", "/manage/v1/runtimes/"+esc(c.Name)+"/approval", object{"approveNodes": true}, nil)
}

type runtimeListCmd struct{}

// Run lists the runtimes.
func (runtimeListCmd) Run(a *app) error {
	if a.format != "table" { // scripts get the published form
		return a.listing("/scan/integrationRuntimes", nil, nil)
	}
	return a.listing("/manage/v1/runtimes", []string{"NAME", "KIND", "STATE", "ONLINE", "DESCRIPTION"}, func(o object) []string {
		return []string{o.text("name"), o.text("kind"), o.text("state"), o.text("nodesOnline") + "/" + o.text("nodes"), o.text("description")}
	})
}

type runtimeShowCmd struct {
	Name string `arg:"" help:"Name of the runtime."`
}

// Run shows the runtime.
func (c runtimeShowCmd) Run(a *app) error {
	o, err := a.status(c.Name)
	if err != nil {
		return err
	}
	return a.write(o, func() error {
		a.say("%s (%s): %s", o.text("name"), o.text("kind"), o.text("properties", "state"))
		return a.nodes(o)
	})
}

func (a *app) status(name string) (object, error) {
	account, err := a.client()
	if err != nil {
		return nil, err
	}
	var o object
	err = account.Get(a.ctx, runtimes+esc(name)+"/status", &o)
	return o, err
}

func (a *app) nodes(o object) error {
	list, _ := o.at("properties", "typeProperties", "nodes").([]any)
	rows := [][]string{}
	for _, v := range list {
		m, _ := v.(map[string]any)
		n := object(m)
		state := n.text("status")
		if state == "Resting" {
			state += ": starts when there is work"
		}
		if drain := n.text("purlieuDrain"); drain != "none" && drain != "" {
			state += ", " + drain
		}
		rows = append(rows, []string{n.text("nodeName"), state, n.text("machineName"), n.text("version"), n.text("purlieuRunning") + "/" + n.text("concurrentJobsLimit"), n.text("lastConnectTime")})
	}
	return a.table([]string{"NODE", "STATUS", "MACHINE", "VERSION", "WORK", "LAST SEEN"}, rows)
}

type runtimeKeysCmd struct {
	Name       string `arg:"" help:"Name of the runtime."`
	Regenerate int    `enum:"0,1,2" default:"0" help:"Regenerate key 1 or 2; nodes that are enrolled go on."`
	Plain      bool   `xor:"alone" help:"Write one key alone, for purlieu-runtime enrol to read: the first, or the regenerated one."`
	Out        string `xor:"alone" placeholder:"FILE" help:"Write that key to a new file that only you can read."`
}

// Help shows examples.
func (runtimeKeysCmd) Help() string {
	return `A key is a secret: whoever has one can enrol a node, until its limit (purlieu runtime limit).

Examples:
  purlieu runtime keys edge --out runtime.key
  purlieu runtime keys edge --plain | ssh db-host purlieu-runtime enrol --name db-host
  purlieu runtime keys edge --regenerate 1 --out runtime.key`
}

// Run shows the keys. They are secrets: whoever has one can enrol a node.
func (c runtimeKeysCmd) Run(a *app) error {
	account, err := a.client()
	if err != nil {
		return err
	}
	var o object
	name := []string{"authKey1", "authKey1", "authKey2"}[c.Regenerate]
	err = keep(c.Out, func() (string, error) {
		path, body := ":listAuthKeys", any(nil)
		if c.Regenerate > 0 {
			path, body = ":regenerateAuthKey", object{"keyName": name}
		}
		err := account.Do(a.ctx, "POST", runtimes+esc(c.Name)+path, body, &o)
		return o.text(name), err
	})
	switch {
	case err != nil:
		return err
	case c.Out != "":
		a.say("The key is in %s. Next: carry it to the node's machine, and there purlieu-runtime enrol --key-file %s", c.Out, filepath.Base(c.Out))
		return nil
	case c.Plain:
		_, err := fmt.Fprintln(a.out, o.text(name))
		return err
	}
	return a.write(o, func() error {
		rows := [][]string{}
		for i, name := range []string{"authKey1", "authKey2"} {
			if key := o.text(name); key != "" {
				rows = append(rows, []string{string('1' + rune(i)), key})
			}
		}
		return a.table([]string{"KEY", "VALUE"}, rows)
	})
}

// keep asks for a secret and writes it to a new file that only its owner can read; without a file it only asks. The file
// is made first: a secret that can't be kept is not asked for. One that would stay empty is taken away again.
func keep(file string, ask func() (secret string, err error)) error {
	if file == "" {
		_, err := ask()
		return err
	}
	f, err := os.OpenFile(file, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return fault.New(fault.Invalid, "BadFile", "the file %s can't be made: %s", file, line.FileCause(err)).Try("Give a new one with --out").Because(err)
	}
	secret, err := ask()
	if err == nil {
		_, err = fmt.Fprintln(f, secret)
	}
	if err = errors.Join(err, f.Close()); err != nil {
		err = errors.Join(err, os.Remove(file))
	}
	return err
}

type runtimeDeleteCmd struct {
	Name string `arg:"" help:"Name of the runtime."`
	Yes  bool   `help:"Don't ask."`
}

// Help says what becomes of its nodes.
func (runtimeDeleteCmd) Help() string {
	return `A runtime that a scan uses stays. Its nodes are cut off within seconds; to work again they must be enrolled anew, with a key of
another runtime. So where it has any, this asks first.

Example:
  purlieu runtime delete edge`
}

// Run removes the runtime; one that has nodes only once a person has said that it is meant.
func (c runtimeDeleteCmd) Run(a *app) error {
	o, err := a.status(c.Name)
	if err != nil {
		return err
	}
	var nodes []string
	for _, n := range objectsOf(o.at("properties", "typeProperties", "nodes")) {
		nodes = append(nodes, n.text("nodeName"))
	}
	cut := ""
	if len(nodes) > 0 {
		if !c.Yes {
			if err := a.sure(clean(fmt.Sprintf("Remove the runtime %s, and cut off %s: %s?", c.Name, many(len(nodes), "node"), strings.Join(nodes, ", ")))); err != nil {
				return err
			}
		}
		cut = fmt.Sprintf(" Nodes that were cut off with it: %s.", strings.Join(nodes, ", "))
	}
	return a.remove(runtimes+esc(c.Name), "The runtime %s is removed.%s", c.Name, cut)
}

type nodeCmd struct {
	List    nodeListCmd    `cmd:"" help:"List the nodes of a runtime."`
	Approve nodeApproveCmd `cmd:"" help:"Let in a node that waits: its runtime was made with --approve."`
	Drain   nodeDrainCmd   `cmd:"" help:"Have a node finish what it holds and claim no more, until it is resumed."`
	Resume  nodeResumeCmd  `cmd:"" help:"Let a drained node claim again."`
	Rotate  nodeRotateCmd  `cmd:"" help:"Have a node make a new key in place of the one that proves who it is."`
	Revoke  nodeRevokeCmd  `cmd:"" help:"Revoke a node: its connections end within seconds, and its name stays taken until it is removed."`
	Remove  nodeRemoveCmd  `cmd:"" help:"Take a node out: it is cut off within seconds."`
}

type nodeListCmd struct {
	Runtime string `arg:"" help:"Name of the runtime."`
}

// Run lists the nodes.
func (c nodeListCmd) Run(a *app) error {
	o, err := a.status(c.Runtime)
	if err != nil {
		return err
	}
	nodes := o.at("properties", "typeProperties", "nodes")
	return a.write(nodes, func() error { return a.nodes(o) })
}

// nodeArgs name a node.
type nodeArgs struct {
	Runtime string `arg:"" help:"Name of the runtime."`
	Node    string `arg:"" help:"Name of the node."`
}

type nodeApproveCmd struct{ nodeArgs }

// Run lets the node in.
func (c nodeApproveCmd) Run(a *app) error {
	return c.do(a, "approve", "The node %s of %s may work.", c.Node, c.Runtime)
}

// do does something to the node and says that it is done.
func (c nodeArgs) do(a *app, what, said string, args ...any) error {
	account, err := a.client()
	if err != nil {
		return err
	}
	if err := account.Do(a.ctx, "POST", "/manage/v1/nodes/"+esc(bus.NodeID(c.Runtime, c.Node))+"/"+what, nil, nil); err != nil {
		return err
	}
	a.say(said, args...)
	return nil
}

type nodeDrainCmd struct{ nodeArgs }

// Help says what becomes of its work.
func (nodeDrainCmd) Help() string {
	return `The node reads what it holds to the end and takes nothing new; other nodes of its runtime take what waits, and runs wait where
there is none. It stays so when it, or the account, is started anew. 'purlieu node list' says drained when it holds nothing any
more: then it can be stopped without an effect on any run.

  purlieu node drain edge edge-1
  purlieu node resume edge edge-1`
}

// Run has the node drain.
func (c nodeDrainCmd) Run(a *app) error {
	return c.do(a, "drain", "The node %s of %s finishes what it holds and claims no more. To let it go on: purlieu node resume %s %s", c.Node, c.Runtime, c.Runtime, c.Node)
}

type nodeResumeCmd struct{ nodeArgs }

// Run lets the node claim again.
func (c nodeResumeCmd) Run(a *app) error {
	return c.do(a, "resume", "The node %s of %s may claim again.", c.Node, c.Runtime)
}

type nodeRotateCmd struct{ nodeArgs }

// Help says what it does and does not.
func (nodeRotateCmd) Help() string {
	return `The node makes another key on its machine, signs it with the old one and the new, and goes on with what it reads. Once the account
has the new one, the old one proves nothing, and what was connected with it is cut. A node that is away does it when it is back.
Somebody who may have the old key can be the first to do so: then the node can't sign in any more; revoke and remove it, and
enrol it again.

  purlieu node rotate edge edge-1`
}

// Run has the node make a key.
func (c nodeRotateCmd) Run(a *app) error {
	return c.do(a, "rotate", "The node %s of %s makes a new key when it hears of it.", c.Node, c.Runtime)
}

type nodeRevokeCmd struct{ nodeArgs }

// Help shows an example.
func (nodeRevokeCmd) Help() string {
	return `For a machine that is lost, or whose key somebody may have. Runs go on with the other nodes of its runtime.

Example:
  purlieu node revoke edge edge-1`
}

// Run cuts the node off.
func (c nodeRevokeCmd) Run(a *app) error {
	return c.do(a, "revoke", "The node %s of %s is revoked. To forget it, too: purlieu node remove %s %s", c.Node, c.Runtime, c.Runtime, c.Node)
}

type nodeRemoveCmd struct{ nodeArgs }

// Run takes the node out.
func (c nodeRemoveCmd) Run(a *app) error {
	return a.remove(runtimes+esc(c.Runtime)+"/nodes/"+esc(c.Node), "The node %s of %s is removed.", c.Node, c.Runtime)
}
