package postgres

import (
	"context"
	"slices"
	"strconv"

	"github.com/purlieu/purlieu/connector"
	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/model"
)

// Scan reads one unit over one connection. It holds at most three slices of tables in memory, and no transaction that
// waits for facts to be taken: whoever takes them may let it wait for long.
func (c *Connector) Scan(ctx context.Context, env connector.Env, unit model.Unit, emit connector.Emit) error {
	switch unit.Step {
	case stepServer:
		return c.scanServer(ctx, env, emit)
	case stepPage:
		return c.scanPage(ctx, env, unit, emit)
	}
	return fault.New(fault.Invalid, "BadUnit", "a unit of step %q is not one of this connector", unit.Step)
}

// scanServer emits the server and its databases.
func (c *Connector) scanServer(ctx context.Context, env connector.Env, emit connector.Emit) error {
	s, err := c.openHome(ctx, env)
	if err != nil {
		return err
	}
	defer s.close()
	server, err := c.server(ctx, env, s)
	if err != nil {
		return err
	}
	dbs, err := c.databases(ctx, env, s)
	if err != nil {
		return err
	}
	if err := s.rest(ctx); err != nil {
		return err
	}
	if err := emit.Asset(server); err != nil {
		return err
	}
	for _, db := range dbs {
		a := &model.Asset{
			Type: c.flavour.typeName(c.flavour.database), Path: db.path, Name: model.CleanText(db.name), NativeID: db.oid,
			Facets: model.FacetExistence,
		}
		if env.Level() >= model.L2 {
			a.Facets |= model.FacetStructure
			a.Owner, a.Comment = db.owner, db.comment
			a.Attrs = []model.Attr{{Name: attrCollation, Text: db.collation}, {Name: attrEncoding, Text: db.encoding}}
		}
		if err := emit.Asset(a); err != nil {
			return err
		}
	}
	// With one database chosen the others were not looked at.
	return emit.Listed(model.Listed{Whole: env.Setting("databaseName") == ""})
}

func (c *Connector) server(ctx context.Context, env connector.Env, s *session) (*model.Asset, error) {
	to, err := targetOf(env)
	if err != nil {
		return nil, err
	}
	a := &model.Asset{Type: c.flavour.typeName(typeServer), Name: to.host, Facets: model.FacetExistence}
	if env.Level() < model.L2 {
		return a, nil
	}
	a.Facets |= model.FacetStructure
	version := ""
	if err := s.query(ctx, sqlServer, func(r row) error { version = r.text(0); return nil }); err != nil {
		return nil, err
	}
	id, err := s.systemID(ctx)
	if err != nil {
		return nil, err
	}
	if id != "" {
		a.NativeID = id
		a.Attrs = append(a.Attrs, model.Attr{Name: attrSystemID, Text: id})
	}
	a.Attrs = append(a.Attrs, model.Attr{Name: attrVersion, Text: version})
	return a, nil
}

// scanPage emits the tables of a range of oids; the first page of a database emits its schemas too.
func (c *Connector) scanPage(ctx context.Context, env connector.Env, unit model.Unit, emit connector.Emit) error {
	from, err1 := strconv.ParseUint(unit.Args[argFrom], 10, 32)
	to, err2 := strconv.ParseUint(unit.Args[argTo], 10, 32)
	if err1 != nil || err2 != nil || unit.Below == "" {
		return fault.New(fault.Invalid, "BadUnit", "the unit's range is not one of this connector")
	}
	s, err := c.open(ctx, env, model.UnescapeName(unit.Below))
	if shut(err) {
		return reportShut(unit.Below, loginOf(env).needsConnect(model.UnescapeName(unit.Below)), err, emit)
	}
	if err != nil {
		return err
	}
	defer s.close()
	p, err := newPage(ctx, c.flavour, env, s, emit, unit.Below)
	if err != nil {
		return err
	}
	if from == 0 {
		if err := p.emitSchemas(ctx); err != nil {
			return err
		}
	}
	if err := p.emitTables(ctx, uint32(from), uint32(to)); err != nil { //nolint:gosec // both are 32 bits wide
		return err
	}
	if err := s.rest(ctx); err != nil {
		return err
	}
	if err := p.reportSkipped(); err != nil {
		return err
	}
	for _, oid := range p.wanted {
		if err := emit.Listed(model.Listed{Container: p.schemas[oid].path, Whole: true}); err != nil {
			return err
		}
	}
	return nil
}

// reportShut tells of a database that does not let the login in; remedy is for one that lacks the right.
func reportShut(path, remedy string, err error, emit connector.Emit) error {
	code := fault.CodeOf(err)
	switch code {
	case codeNoDatabase:
		remedy = "The database is gone; scan again."
	case codeNotAdmitted:
		remedy = "Add a line for this database to pg_hba.conf."
	case codeTLSRequired:
		remedy = "Set sslMode to verify-full."
	}
	gap := model.Gap{Path: path, Facet: model.FacetExistence | model.FacetStructure, Code: code, State: stateOf(err), Remedy: remedy}
	if err := emit.Gap(gap); err != nil {
		return err
	}
	return emit.Listed(model.Listed{Container: path})
}

// page reads the tables of one unit.
type page struct {
	flavour flavour
	s       *session
	emit    connector.Emit
	scope   model.Scope
	narrow  bool // the scope leaves something out
	level   model.Level
	path    string // of the database

	schemas    namespaces
	wanted     []uint32          // oids of the schemas to read
	extensions map[uint32]string // by oid of the table
	methods    map[uint32]string // of indexes, by oid
	block      int64             // bytes of a page on disk
	major      int               // version of the server
	bases      map[uint32]uint32 // what domains stand on, by oid of the type; nil before it was asked for

	login       login
	sampleViews bool
	skipped     []string // paths of views and foreign tables that were not sampled
	more        int      // further ones
	database    string   // oid of the database

	// What the owner of the network lets leave.
	labels, bounds, comments bool

	names intern
	types typeNames
	sql   texts
}

func newPage(ctx context.Context, f flavour, env connector.Env, s *session, emit connector.Emit, path string) (*page, error) {
	p := &page{
		flavour: f, s: s, emit: emit, scope: env.Scope(), level: env.Level(), path: path,
		extensions: map[uint32]string{}, methods: map[uint32]string{}, names: intern{}, types: newTypeNames(), sql: texts{},
	}
	p.labels, p.bounds, p.comments = env.Lets(model.ReleaseEnumLabels), env.Lets(model.ReleasePartitionBounds), env.Lets(model.ReleaseComments)
	p.login, p.sampleViews = loginOf(env), env.Setting("sampleViews") == "true"
	p.narrow = len(p.scope.Include)+len(p.scope.Exclude) > 0
	var err error
	if p.schemas, err = s.schemas(ctx, path); err != nil {
		return nil, err
	}
	p.wanted = p.schemas.inScope(p.scope)
	err = s.query(ctx, sqlServer, func(r row) error {
		p.major, p.block, p.database = int(parseInt(leadingDigits(r[0]))), r.int(1), r.text(2)
		return nil
	})
	if err != nil {
		return nil, err
	}
	err = s.query(ctx, sqlExtensionTables, func(r row) error {
		p.extensions[r.oid(0)] = r.text(1)
		return nil
	})
	if err != nil {
		return nil, err
	}
	err = p.s.query(ctx, sqlMethods, func(r row) error {
		p.methods[r.oid(0)] = r.text(1)
		return nil
	})
	return p, err
}

// native is the identity of a schema or table in its server: an oid alone may stand for another thing in another
// database, also in one that was dropped and made again.
func (p *page) native(oid uint32) string {
	return p.database + "." + strconv.FormatUint(uint64(oid), 10)
}

func leadingDigits(b []byte) []byte {
	for i, c := range b {
		if c < '0' || c > '9' {
			return b[:i]
		}
	}
	return b
}

// emitSchemas emits the schemas in scope, by path, and says which of them the login may not use.
func (p *page) emitSchemas(ctx context.Context) error {
	if err := p.s.rest(ctx); err != nil {
		return err
	}
	for _, n := range p.schemas.sorted() {
		if !slices.Contains(p.wanted, n.oid) {
			continue
		}
		a := &model.Asset{
			Type: p.flavour.typeName(typeSchema), Path: n.path, Name: model.CleanText(n.name), Container: p.path,
			NativeID: p.native(n.oid), Facets: model.FacetExistence,
		}
		if p.level >= model.L2 {
			a.Facets |= model.FacetStructure
			a.Owner, a.Comment = n.owner, n.comment
		}
		if err := p.emit.Asset(a); err != nil {
			return err
		}
		if !n.usable {
			gap := model.Gap{
				Path: n.path, Facet: model.FacetClassification | model.FacetLineage, Code: codePermission, Object: n.path,
				Remedy: p.login.needsSchema(n.name, p.level >= model.L3),
			}
			if err := p.emit.Gap(gap); err != nil {
				return err
			}
		}
	}
	return p.emit.Listed(model.Listed{Container: p.path, Whole: true})
}
