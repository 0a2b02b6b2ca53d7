package main

import (
	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/model"
)

// question is how a source is to be asked: as a scan would, or with what is said.
type question struct {
	Scan       string            `help:"Ask as this scan of the source would: through its runtime, with its credential and settings."`
	Runtime    string            `help:"Runtime whose node is to ask; the scan's, or the built-in one, when it is not said."`
	Credential string            `help:"Credential to sign in with; the scan's when it is not said."`
	Set        map[string]string `placeholder:"KEY=VALUE" mapsep:"none" help:"A setting of a scan; may be given many times."`
}

func (q question) body() object {
	body := object{}
	for name, value := range map[string]string{"scan": q.Scan, "runtime": q.Runtime, "credential": q.Credential} {
		if value != "" {
			body[name] = value
		}
	}
	if len(q.Set) > 0 {
		body["settings"] = q.Set
	}
	return body
}

type sourceTestCmd struct {
	Name string `arg:"" help:"Name of the source."`
	question
}

// Help shows examples.
func (sourceTestCmd) Help() string {
	return `The node's own policy decides whether it may reach the source, and which secret may go there.

Exit codes: 0 the connection comes about, 24 the source can't be reached, 25 it is refused: by the source, by the node's
policy, or because a setting or a secret is not right. When no node could be asked it is 6.

Examples:
  purlieu source test shop --scan nightly
  purlieu source test shop --runtime edge --credential scanner`
}

// Run tests the connection. One that does not come about is a failure of the command, too.
func (c sourceTestCmd) Run(a *app) error {
	account, err := a.client()
	if err != nil {
		return err
	}
	var out struct {
		OK    bool   `json:"ok"`
		Node  string `json:"node"`
		Steps []struct {
			Name   string `json:"name"`
			OK     bool   `json:"ok"`
			Detail string `json:"detail"`
			Remedy string `json:"remedy"`
		} `json:"steps"`
		Problem *struct {
			Kind   string `json:"kind"`
			Code   string `json:"code"`
			Text   string `json:"text"`
			Remedy string `json:"remedy"`
		} `json:"problem"`
	}
	if err := account.Do(a.ctx, "POST", "/manage/v1/datasources/"+esc(c.Name)+"/test", c.body(), &out); err != nil {
		return err
	}
	err = a.write(out, func() error {
		var rows [][]string
		for _, s := range out.Steps {
			mark := "failed"
			if s.OK {
				mark = "ok"
			}
			rows = append(rows, []string{s.Name, mark, s.Detail, s.Remedy})
		}
		a.say("Asked by the node %s.", out.Node)
		if len(rows) == 0 { // the node refused before the first step
			return nil
		}
		return a.table([]string{"STEP", "", "DETAIL", "REMEDY"}, rows)
	})
	if err != nil {
		return err
	}
	defer a.twins(account, c.Name) // a note comes last
	if out.Problem == nil {
		return nil
	}
	a.complain(fault.New(fault.Unreachable, out.Problem.Code, "the connection does not come about: %s", out.Problem.Text).Try("%s", out.Problem.Remedy))
	switch out.Problem.Kind {
	case fault.Unreachable.String(), fault.Throttled.String():
		return sourceAway
	}
	return sourceRefuses
}

type sourceBrowseCmd struct {
	Name string `arg:"" help:"Name of the source."`
	Path string `arg:"" optional:"" help:"List the names below this one, as an earlier list gave it; the top without it."`
	question
}

// Help shows examples.
func (sourceBrowseCmd) Help() string {
	return `Examples:
  purlieu source browse shop --scan nightly
  purlieu source browse shop shop/public --runtime edge --credential scanner`
}

// Run lists one level of names.
func (c sourceBrowseCmd) Run(a *app) error {
	account, err := a.client()
	if err != nil {
		return err
	}
	body := c.body()
	if c.Path != "" {
		body["path"] = c.Path
	}
	var out struct {
		Node  string `json:"node"`
		Value []struct {
			Name string `json:"name"`
			Type string `json:"type"`
			Path string `json:"path"`
		} `json:"value"`
		More bool `json:"more"`
	}
	if err := account.Do(a.ctx, "POST", "/manage/v1/datasources/"+esc(c.Name)+"/browse", body, &out); err != nil {
		return err
	}
	return a.write(out, func() error {
		var rows [][]string
		for _, n := range out.Value {
			rows = append(rows, []string{model.CleanText(n.Name), n.Type, n.Path})
		}
		if out.More {
			a.say("There are more names than one answer holds.")
		}
		return a.table([]string{"NAME", "TYPE", "PATH"}, rows)
	})
}
