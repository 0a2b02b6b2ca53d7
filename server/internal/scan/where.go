package scan

import (
	"context"
	"strings"

	"github.com/purlieu/purlieu/bus"
	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/server/internal/store"
)

// whereOf says why the source of a run could not be read as a whole: at which host and port, or in which folder, and with which
// credential, by its name. A node tells a code and a remedy only; what is named here is what the run was started with, in the
// account's own words. It ends with a blank, for the remedy; "" where there is nothing to say.
func whereOf(ctx context.Context, tx store.Tx, b *body, kinds described) (string, error) {
	if !b.PlanFailed {
		return "", nil
	}
	kind, err := kinds.of(ctx, tx, b.Grant.Kind)
	if err != nil {
		return "", err
	}
	at := placeOf(kind, b.Grant.Settings)
	said := why(b.Code, at, b.Grant.Login.Name)
	if said == "" && at != "" {
		said = "The source was to be read at " + at + with(&b.Grant)
	}
	if said == "" {
		return "", nil
	}
	return said + ". ", nil
}

// described are descriptions of kinds by name, each read once however many runs of it are listed.
type described map[string]*model.Kind

// of is the description of a kind; an empty one of a kind that nobody knows any more.
func (d described) of(ctx context.Context, tx store.Tx, name string) (*model.Kind, error) {
	if d[name] == nil {
		kind, err := kindOf(ctx, tx, name)
		if err != nil && fault.CodeOf(err) != "UnknownKind" {
			return nil, err
		}
		d[name] = &kind
	}
	return d[name], nil
}

// placeOf is where a source is: the hosts and ports that are dialled, or its folder; "" where that can't be told.
func placeOf(kind *model.Kind, settings model.Settings) string {
	get := func(field string) string { return kind.Get(settings, field) }
	var list []string
	for _, t := range append([]model.Template{kind.Folder}, kind.Dials...) {
		if at, err := t.Expand(get); err == nil && at != "" {
			list = append(list, at)
		}
	}
	return strings.Join(list, ", ")
}

func with(g *bus.Grant) string {
	if g.Login.Name == "" {
		return ""
	}
	return " with the credential " + g.Login.Name
}

// why says what the codes of the way to a source and of its sign-in mean, as a test of the connection does; "" of any other code,
// and where what it is about has no name here.
func why(code, at, credential string) string {
	var said string
	switch code {
	case "NameNotFound":
		said = "The name in {at} could not be resolved by the node"
	case "Refused":
		said = "{at} refused the connection"
	case "TimedOut", "NoAnswer":
		said = "{at} did not answer in time"
	case "NoRoute":
		said = "There is no route from the node to {at}"
	case "Unreachable":
		said = "{at} could not be reached"
	case "ConnectionLost":
		said = "The connection to {at} was lost"
	case "NoSuchDatabase":
		said = "{at} took the credential {credential}, and has no database of that name"
	case "AddressRefused", "SourceNotAllowed", "FolderNotAllowed":
		said = "The node's local policy does not let it read {at}"
	case "WrongPassword":
		said = "{at} refused user name or password of the credential {credential}"
	case "HostNotAdmitted":
		said = "{at} does not admit the user of the credential {credential} from the node's address"
	case "SignInRefused":
		said = "{at} refused the sign-in with the credential {credential}"
	case "SecretNotBound", "SecretNeedsTLS":
		said = "The node's local policy does not let the secret of the credential {credential} go to {at}"
	case "SecretNotFound", "SecretEmpty", "SecretTooBig", "NoVaultFolder", "NoSuchVault", "FileTooOpen", "FileNotReadable", "FileNotRead", "BadReference":
		said = "The node could not read the secret of the credential {credential}"
	}
	if strings.Contains(said, "{at}") && at == "" || strings.Contains(said, "{credential}") && credential == "" {
		return ""
	}
	return strings.NewReplacer("{at}", at, "{credential}", credential).Replace(said)
}
