package program

import (
	"context"
	"time"

	"github.com/purlieu/purlieu/node"
)

type rotateCmd struct{ stateFlag }

// Help says when that is of use.
func (rotateCmd) Help() string {
	return `The node makes another key on this machine and has its account take it, signed by the old one and the new. What it reads goes on.
From then on the old key proves nothing: make a new one where somebody may have seen node.key, such as in a backup. The runtime's
authentication key is another thing: 'purlieu runtime keys --regenerate'. In the account the same is 'purlieu node rotate'.

Where no node runs, or the account can't be reached, the key is made once both are there. Until the account has answered, the old
one is kept. What fails is tried again, after ten seconds and then ever more rarely, at least once an hour; and at once when the node is
started. To give it up stop the node and run 'purlieu-runtime enrol --again': that keeps the key that the account has.`
}

// rotateWait is how long the command waits for the node.
const rotateWait = 45 * time.Second

// Run asks the node that runs.
func (c rotateCmd) Run(a *app) error {
	ctx, cancel := context.WithTimeout(a.ctx, rotateWait)
	defer cancel()
	done, err := node.AskRotation(ctx, c.State)
	if err != nil {
		return err
	}
	if !done {
		a.say("A new key is asked for, and made once a node runs with %s and reaches the account. Until then the old one holds.", c.State)
		return nil
	}
	key, err := node.PublicKey(c.State)
	if err != nil {
		return err
	}
	a.say("The node has a new key, and the account takes no other: %x. The ledger has it: purlieu-runtime egress show%s", []byte(key), c.words(a))
	return nil
}
