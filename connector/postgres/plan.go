package postgres

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/purlieu/purlieu/connector"
	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/model"
)

// Steps of units.
const (
	stepServer = "server" // the server and its databases
	stepPage   = "page"   // tables of one database, by a range of oids; the first also reads the schemas
)

// Arguments of a page: the first and the last oid. The page from 0 is the first.
const (
	argFrom = "from"
	argTo   = "to"
)

// Sizes of a page: about so many tables, fewer when they are wide.
const (
	pageTables  = 2000
	pageColumns = 60000
	lastOID     = 1<<32 - 1
)

// Plan makes one unit of the server and its databases, and pages of each database in scope. A database that the login
// can't enter is one page, whose scan reports the gap.
func (c *Connector) Plan(ctx context.Context, env connector.Env, emit func(model.Unit) error) error {
	home, err := c.openHome(ctx, env)
	if err != nil {
		return err
	}
	dbs, err := c.databases(ctx, env, home)
	home.close()
	if err != nil {
		return err
	}
	if err := emit(model.Unit{Title: "server and databases", Step: stepServer, Depth: 1, Weight: int64(len(dbs)) + 1}); err != nil {
		return err
	}
	for _, db := range dbs {
		if err := c.planDatabase(ctx, env, db, emit); err != nil {
			return err
		}
	}
	return nil
}

// planDatabase cuts one database into pages.
func (c *Connector) planDatabase(ctx context.Context, env connector.Env, db database, emit func(model.Unit) error) error {
	s, err := c.open(ctx, env, db.name)
	if shut(err) {
		return emit(pageUnit(db, 0, lastOID, 0, 0))
	}
	if err != nil {
		return err
	}
	defer s.close()
	schemas, err := s.schemas(ctx, db.path)
	if err != nil {
		return err
	}
	from, count, columns, before := uint32(0), int64(0), int64(0), int64(0)
	err = s.query(ctx, sqlPages, func(r row) error {
		if count >= pageTables || (count > 0 && columns+r.int(1) > pageColumns) {
			oid := r.oid(0)
			if err := emit(pageUnit(db, from, oid-1, before, count)); err != nil {
				return err
			}
			from, before, count, columns = oid, before+count, 0, 0
		}
		count++
		columns += r.int(1)
		return nil
	}, oidArray(schemas.inScope(env.Scope())))
	if err != nil {
		return err
	}
	return emit(pageUnit(db, from, lastOID, before, count))
}

func pageUnit(db database, from, to uint32, before, count int64) model.Unit {
	title := db.name
	if count > 0 {
		title = fmt.Sprintf("%s: tables %d to %d", db.name, before+1, before+count)
	}
	return model.Unit{
		Title: model.CleanText(title), Below: db.path, Step: stepPage, Weight: count,
		Args: map[string]string{argFrom: strconv.FormatUint(uint64(from), 10), argTo: strconv.FormatUint(uint64(to), 10)},
	}
}

// shut reports whether err says that this one database does not let the login in: a gap there, and no failure.
func shut(err error) bool {
	switch fault.CodeOf(err) {
	case codePermission, codeNoDatabase, codeNotAdmitted, codeTLSRequired:
		return true
	}
	return false
}

// openHome opens the session that reads what all databases share: in the one database of the scan, or in one that
// servers commonly have.
func (c *Connector) openHome(ctx context.Context, env connector.Env) (*session, error) {
	if s, err := c.kept.take(ctx, ""); s != nil || err != nil {
		return s, err
	}
	if one := env.Setting("databaseName"); one != "" {
		return c.open(ctx, env, one)
	}
	var first error
	tried := map[string]bool{}
	for _, name := range []string{"postgres", env.Credential("user"), "template1"} {
		if tried[name] {
			continue
		}
		tried[name] = true
		s, err := c.open(ctx, env, name)
		if err == nil || !shut(err) {
			return s, err
		}
		if first == nil {
			first = err
		}
	}
	return nil, first
}

// database is one row of pg_database.
type database struct {
	name, path, owner, encoding, collation, comment string
	oid                                             string
}

// databases lists those in scope, by name.
func (c *Connector) databases(ctx context.Context, env connector.Env, s *session) ([]database, error) {
	one, scope := env.Setting("databaseName"), env.Scope()
	var dbs []database
	err := s.query(ctx, sqlDatabases, func(r row) error {
		db := database{
			name: r.text(1), oid: r.text(0), owner: model.CleanText(r.text(2)), encoding: r.text(3), collation: r.text(4),
			comment: model.CleanText(r.text(5)),
		}
		db.path = model.EscapeName(db.name)
		template := r.yes(6)
		switch {
		case one != "" && db.name != one, one == "" && template, slices.Contains(c.flavour.hidden, db.name), !scope.Match(db.path):
		default:
			dbs = append(dbs, db)
		}
		return nil
	})
	return dbs, err
}

// namespace is one schema.
type namespace struct {
	oid                        uint32
	name, path, owner, comment string
	system, usable             bool
}

// namespaces are the schemas of a database, by oid.
type namespaces map[uint32]namespace

// schemas reads all schemas, those of the system too, since views and keys may point there.
func (s *session) schemas(ctx context.Context, dbPath string) (namespaces, error) {
	all := namespaces{}
	err := s.query(ctx, sqlSchemas, func(r row) error {
		n := namespace{
			oid: r.oid(0), name: r.text(1), owner: model.CleanText(r.text(2)), usable: r.yes(3), comment: model.CleanText(r.text(4)),
		}
		n.path = dbPath + "/" + model.EscapeName(n.name)
		n.system = n.name == "information_schema" || strings.HasPrefix(n.name, "pg_")
		all[n.oid] = n
		return nil
	})
	return all, err
}

// inScope lists the oids of the schemas to read, ascending.
func (all namespaces) inScope(scope model.Scope) []uint32 {
	var oids []uint32
	for oid, n := range all {
		if !n.system && scope.Match(n.path) {
			oids = append(oids, oid)
		}
	}
	slices.Sort(oids)
	return oids
}

// sorted lists all schemas by path.
func (all namespaces) sorted() []namespace {
	return slices.SortedFunc(maps.Values(all), func(a, b namespace) int { return compare(a.path, b.path) })
}
