package postgres

import (
	"context"
	"errors"
	"net"
	"strconv"

	"github.com/purlieu/purlieu/connector"
	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/model"
)

// Test goes the way of a scan step by step: connect, tls, sign in, read catalogue. It reports each step that it took;
// the last one reported is the one that failed, and its fault is returned. Resolving names is the dialer's work: a
// failure of it shows in connect.
func (c *Connector) Test(ctx context.Context, env connector.Env, report func(connector.Step)) error {
	to, err := targetOf(env)
	if err != nil {
		return failStep(report, "connect", err)
	}
	probe, err := dial(ctx, env, to)
	if err != nil {
		return failStep(report, "connect", signInFault(ctx, err))
	}
	_ = probe.Close()
	report(connector.Step{Name: "connect", OK: true, Detail: "reached " + net.JoinHostPort(to.host, strconv.Itoa(to.port))})

	s, err := c.openHome(ctx, env)
	if err != nil {
		switch fault.CodeOf(err) {
		case codeTLSRefused, codeTLSRequired, codeTLSUntrusted:
			return failStep(report, "tls", err)
		}
		if stateOf(err) != "" || fault.CodeOf(err) == codeWeakAuth { // the server has answered, through what sslMode asks for
			c.reportTLS(to, report)
		}
		return failStep(report, "sign in", err)
	}
	defer s.close()
	c.reportTLS(to, report)
	report(connector.Step{Name: "sign in", OK: true, Detail: "signed in as the credential's user"})

	dbs, err := c.databases(ctx, env, s)
	if err == nil && len(dbs) == 0 {
		err = fault.New(fault.NotFound, codeNoDatabase, "no database is in scope").Try("Check databaseName and the scope.")
	}
	if err != nil {
		return failStep(report, "read catalogue", err)
	}
	report(connector.Step{Name: "read catalogue", OK: true, Detail: "databases in scope: " + strconv.Itoa(len(dbs))})
	return nil
}

// reportTLS says how the connection is protected on which the server has answered.
func (c *Connector) reportTLS(to target, report func(connector.Step)) {
	detail := "encrypted, certificate verified"
	remedy := ""
	switch to.mode {
	case verifyFull, verifyCA:
	case require:
		detail, remedy = "encrypted, certificate not verified", "Where the network is not trusted: set sslMode to verify-full."
	case disable:
		detail, remedy = "not encrypted, as sslMode says", "Where the network is not trusted: set sslMode to verify-full."
	}
	report(connector.Step{Name: "tls", OK: true, Detail: detail, Remedy: remedy})
}

// failStep reports the step that failed and gives the fault back.
func failStep(report func(connector.Step), name string, err error) error {
	step := connector.Step{Name: name}
	var known *fault.Error
	if errors.As(err, &known) {
		step.Detail, step.Remedy = known.Text, known.Remedy
	}
	report(step)
	return err
}

// browseLimit bounds one level of names.
const browseLimit = 5000

// Browse lists databases below "", schemas below a database, tables below a schema: by name, at most 5,000.
func (c *Connector) Browse(ctx context.Context, env connector.Env, path string, emit func(model.Ref) error) error {
	names, err := splitPath(path)
	if err != nil {
		return err
	}
	var s *session
	if len(names) == 0 {
		s, err = c.openHome(ctx, env)
	} else {
		s, err = c.open(ctx, env, names[0])
	}
	if err != nil {
		return err
	}
	defer s.close()
	if len(names) == 0 {
		dbs, err := c.databases(ctx, env, s)
		if err != nil {
			return err
		}
		for _, db := range dbs[:min(len(dbs), browseLimit)] {
			if err := emit(model.Ref{Type: c.flavour.typeName(c.flavour.database), Path: db.path}); err != nil {
				return err
			}
		}
		return nil
	}
	schemas, err := s.schemas(ctx, model.EscapeName(names[0]))
	if err != nil {
		return err
	}
	if len(names) == 1 {
		return c.browseSchemas(schemas, emit)
	}
	for _, n := range schemas {
		if n.name == names[1] && !n.system {
			return c.browseTables(ctx, s, n, emit)
		}
	}
	return fault.New(fault.NotFound, "NoSuchSchema", "there is no such schema")
}

func (c *Connector) browseSchemas(schemas namespaces, emit func(model.Ref) error) error {
	for _, n := range schemas.sorted() {
		if n.system {
			continue
		}
		if err := emit(model.Ref{Type: c.flavour.typeName(typeSchema), Path: n.path}); err != nil {
			return err
		}
	}
	return nil
}

func (c *Connector) browseTables(ctx context.Context, s *session, n namespace, emit func(model.Ref) error) error {
	return s.query(ctx, sqlTableNames, func(r row) error {
		return emit(model.Ref{Type: c.flavour.relType(r.byte(1)), Path: n.path + "/" + model.EscapeName(r.text(0))})
	}, strconv.FormatUint(uint64(n.oid), 10), strconv.Itoa(browseLimit))
}

// splitPath gives the names of a database and a schema.
func splitPath(path string) ([]string, error) {
	var names []string
	for path != "" {
		parent, _ := model.ParentPath(path)
		last := path
		if parent != "" {
			last = path[len(parent)+1:]
		}
		names = append([]string{model.UnescapeName(last)}, names...)
		path = parent
	}
	if len(names) > 2 {
		return nil, fault.New(fault.Invalid, "BadPath", "below a table there is nothing to browse")
	}
	return names, nil
}
