package postgres

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/sample"
)

// How much of a value is read: whole for narrow tables, and less the more columns there are.
const (
	longestCell  = 1024 // characters
	shortestCell = 96
	rowCells     = 8192 // characters of one row together, about
)

const remedySelect = "grant select on table … to the login"

// emitSampled emits a slice whose tables can be sampled. The session rests meanwhile.
func (p *page) emitSampled(ctx context.Context, sl *slice) error {
	if err := p.readBaseTypes(ctx, sl); err != nil {
		return err
	}
	if err := p.s.rest(ctx); err != nil {
		return err
	}
	for i, a := range sl.assets {
		v := p.valuesOf(sl, i)
		if v == nil {
			if err := p.emit.Asset(a); err != nil {
				return err
			}
			continue
		}
		if err := p.emit.Sampled(a, v.read); err != nil {
			return err
		}
		if v.lost != nil {
			return v.lost
		}
		if v.kept > 0 {
			gap := model.Gap{Path: v.path, Facet: model.FacetClassification, Code: codePermission, State: "42501", Remedy: remedySelect, Count: v.kept}
			if err := p.emit.Gap(gap); err != nil {
				return err
			}
		}
	}
	return nil
}

// reportSkipped says how many views and foreign tables nobody asked to sample.
func (p *page) reportSkipped() error {
	if p.skipped == 0 {
		return nil
	}
	return p.emit.Gap(model.Gap{
		Path: p.path, Facet: model.FacetClassification, Code: codeNotSampled, Count: p.skipped,
		Remedy: "Set sampleViews on the scan to sample views and foreign tables too.",
	})
}

// values is the way to the rows of one table.
type values struct {
	p       *page
	oid     uint32
	path    string
	from    pgx.Identifier
	columns []valueColumn
	kept    int   // columns that the login may not read, where it may read others
	lost    error // the connection is no more
}

type valueColumn struct {
	number    int
	name, raw string // as in the asset; as in the server
}

// valuesOf is nil for what is not sampled: views and foreign tables that nobody asked for, tables of a schema that the
// login may not use (one gap says so), and tables without a column that can be classified.
func (p *page) valuesOf(sl *slice, i int) *values {
	a, schema := sl.assets[i], p.schemas[sl.home[i]]
	if kind := sl.kinds[i]; (kind == 'v' || kind == 'f') && !p.sampleViews {
		p.skipped++
		return nil
	}
	if !schema.usable {
		return nil
	}
	v := &values{p: p, oid: sl.oids[i], path: a.Path, from: pgx.Identifier{schema.name, sl.names[i]}}
	for k := range a.Columns {
		if c := &a.Columns[k]; p.textual(p.types.keys[sl.types[i][k]].oid) {
			raw := c.Name
			if other, ok := sl.raw[rawKey{i, k}]; ok {
				raw = other
			}
			v.columns = append(v.columns, valueColumn{c.Ordinal, c.Name, raw})
		}
	}
	if len(v.columns) == 0 {
		return nil
	}
	return v
}

// read fills a table with the first rows. Where the login may read some columns only, those are read.
func (v *values) read(ctx context.Context, t *sample.Table) error {
	err := v.take(ctx, t)
	if fault.CodeOf(err) == codePermission {
		if allowed, failed := v.allowed(ctx); failed != nil {
			err = failed
		} else if n := len(allowed); n > 0 && n < len(v.columns) {
			v.kept = len(v.columns) - n
			v.columns = allowed
			err = v.take(ctx, t)
		}
	}
	if fault.Is(err, fault.Unreachable) {
		v.lost = err // of no use for the next table either
	}
	var known *fault.Error
	if fault.CodeOf(err) == codePermission && errors.As(err, &known) {
		known.Remedy = remedySelect
	}
	return err
}

// take runs the one statement.
func (v *values) take(ctx context.Context, t *sample.Table) error {
	columns := make([]*sample.Column, len(v.columns))
	for i, c := range v.columns {
		columns[i] = t.Column(c.name)
	}
	return v.p.s.peek(ctx, v.statement(), func(r row) error {
		for i := range columns {
			columns[i].Add(string(r[i]))
		}
		return nil
	})
}

// statement takes the rows that the server finds first, cut in the server. concat writes a value as the type's own
// output does, so that no cast is called that somebody else made.
func (v *values) statement() string {
	cut := strconv.Itoa(min(max(rowCells/len(v.columns), shortestCell), longestCell))
	var b strings.Builder
	b.WriteString("select ")
	for i, c := range v.columns {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString("left(concat(" + pgx.Identifier{c.raw}.Sanitize() + "), " + cut + ")")
	}
	fmt.Fprintf(&b, " from %s limit %d", v.from.Sanitize(), sample.MaxRows)
	return b.String()
}

// allowed are the columns that the login may read.
func (v *values) allowed(ctx context.Context) ([]valueColumn, error) {
	may := map[int]bool{}
	err := v.p.s.peek(ctx, sqlReadable, func(r row) error {
		may[int(r.int(0))] = true
		return nil
	}, strconv.FormatUint(uint64(v.oid), 10))
	var out []valueColumn
	for _, c := range v.columns {
		if may[c.number] {
			out = append(out, c)
		}
	}
	return out, err
}

// peek is a query of a session that rests: a failure harms no transaction.
func (s *session) peek(ctx context.Context, sql string, each func(row) error, params ...string) error {
	err := s.query(ctx, sql, each, params...)
	if err != nil && s.rests && !s.conn.IsClosed() {
		s.bad = false
	}
	return err
}

// textual reports whether values of a type can be classified as text. Not among them: binary data, documents, arrays,
// geometry, flags, and enums, whose values are part of the schema and few.
func (p *page) textual(oid uint32) bool {
	if base, ok := p.bases[oid]; ok {
		oid = base
	}
	switch oid {
	case 25, 1042, 1043, 19, // text, character, character varying, name
		20, 21, 23, 700, 701, 1700, // numbers
		1082, 1114, 1184, // dates, timestamps
		2950,          // uuid
		650, 774, 829, // cidr, macaddr8, macaddr
		869: // inet
		return true
	}
	return false
}

// firstOID is the first that is not the system's own.
const firstOID = 16384

// readBaseTypes finds what domains stand on, and takes citext for text. It asks once, when a type of somebody's own
// first comes.
func (p *page) readBaseTypes(ctx context.Context, sl *slice) error {
	if p.bases != nil {
		return nil
	}
	own := false
	for _, places := range sl.types {
		for _, place := range places {
			own = own || p.types.keys[place].oid >= firstOID
		}
	}
	if !own {
		return nil
	}
	p.bases = map[uint32]uint32{}
	err := p.s.query(ctx, sqlBaseTypes, func(r row) error {
		p.bases[r.oid(0)] = r.oid(1)
		return nil
	})
	for oid, base := range p.bases {
		for range len(p.bases) { // a domain may stand on another
			next, ok := p.bases[base]
			if !ok {
				break
			}
			base = next
		}
		p.bases[oid] = base
	}
	return err
}
