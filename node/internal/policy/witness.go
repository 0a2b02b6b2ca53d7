package policy

import (
	"net"
	"path/filepath"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/purlieu/purlieu/fault"
)

// LocalSyslog is the machine's own system log, as a witness.
const LocalSyslog = "local"

// Witness is where heads of the egress ledger are taken down beside the node: a file or a system log.
type Witness struct {
	File   string // absolute; "" for a system log
	Syslog string // LocalSyslog, "tcp://host:port" or "udp://host:port"; "" for a file
	// Required keeps everything from leaving while the witness can't be told. Of files only: a system log confirms nothing.
	Required bool
}

// String names the witness.
func (w Witness) String() string {
	if w.File != "" {
		return "the file " + w.File
	}
	return "the system log " + w.Syslog
}

// Witnesses are those that the owner names; none without a list.
func (p *Policy) Witnesses() []Witness { return p.witnesses }

// check says what is wrong with a witness, "" when nothing is.
func (w Witness) check() string {
	switch {
	case (w.File == "") == (w.Syslog == ""):
		return "a witness is a file or a syslog: one of the two"
	case w.File != "" && !filepath.IsAbs(w.File):
		return "the file of a witness is named from the root on"
	case w.Syslog != "" && w.Required:
		return "a syslog confirms nothing, so it can't be required: require a file, and have the log beside it"
	case w.Syslog == "" || w.Syslog == LocalSyslog:
		return ""
	}
	network, address, _ := strings.Cut(w.Syslog, "://")
	host, port, err := net.SplitHostPort(address)
	n, perr := strconv.Atoi(port)
	if network != "tcp" && network != "udp" || err != nil || host == "" || perr != nil || n < 1 || n > 65535 {
		return "a syslog is local, tcp://HOST:PORT or udp://HOST:PORT"
	}
	return ""
}

func (r *reader) witness(n *yaml.Node) error {
	var w Witness
	err := r.mapping(n, map[string]func(*yaml.Node) error{
		"file":     func(n *yaml.Node) error { return r.text(n, &w.File) },
		"syslog":   func(n *yaml.Node) error { return r.text(n, &w.Syslog) },
		"required": func(n *yaml.Node) error { return r.flag(n, &w.Required) },
	})
	if err != nil {
		return err
	}
	if wrong := w.check(); wrong != "" {
		return r.bad(n, "%s", wrong)
	}
	r.p.witnesses = append(r.p.witnesses, w)
	return nil
}

// AddWitness adds a witness to the policy in the file, which is made when it is not there. One that is named already is changed.
func AddWitness(path string, w Witness) error {
	if wrong := w.check(); wrong != "" {
		return fault.New(fault.Invalid, "BadWitness", "%s", wrong)
	}
	return edit(path, func(_ *Policy, root *yaml.Node) error {
		entry := &yaml.Node{Kind: yaml.MappingNode}
		key, value := "file", w.File
		if w.File == "" {
			key, value = "syslog", w.Syslog
		}
		set(entry, key, scalar("!!str", value))
		if w.Required {
			set(entry, "required", scalar("!!bool", "true"))
		}
		list := child(root, "witness", yaml.SequenceNode)
		for i, old := range list.Content {
			if at := find(old, key); at != nil && at.Value == value {
				list.Content[i] = entry
				return nil
			}
		}
		add(list, entry)
		return nil
	})
}
