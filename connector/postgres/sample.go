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

// Remedies.
const (
	remedyGuarded = "Give the login bypassrls, or set sampleViews on the scan to run the policies of row security."
	remedyViews   = "Set sampleViews on the scan to sample views and foreign tables too."
)

// sampleSeconds bounds a statement that reads rows.
const sampleSeconds = 10

// emitSampled emits a slice whose tables can be sampled. The session rests meanwhile.
func (p *page) emitSampled(ctx context.Context, sl *slice) error {
	if err := p.readBaseTypes(ctx, sl); err != nil {
		return err
	}
	if err := p.s.rest(ctx); err != nil {
		return err
	}
	if err := p.reportLocked(sl); err != nil {
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
			gap := model.Gap{Path: v.path, Facet: model.FacetClassification, Code: codePermission, State: "42501", Remedy: p.login.needsSelect(v.from), Count: v.kept}
			if err := p.emit.Gap(gap); err != nil {
				return err
			}
		}
	}
	return nil
}

// mostSkipped is how many views and foreign tables of a page are named that nobody asked to sample.
const mostSkipped = 20

// reportSkipped says which views and foreign tables nobody asked to sample, and of many how many more there are.
func (p *page) reportSkipped() error {
	gap := model.Gap{Facet: model.FacetClassification, Code: codeNotSampled, Remedy: remedyViews}
	for _, path := range p.skipped {
		gap.Path = path
		if err := p.emit.Gap(gap); err != nil {
			return err
		}
	}
	if p.more == 0 {
		return nil
	}
	gap.Path, gap.Count = p.path, p.more
	return p.emit.Gap(gap)
}

// skip notes one that is not sampled.
func (p *page) skip(path string) {
	if len(p.skipped) < mostSkipped {
		p.skipped = append(p.skipped, path)
	} else {
		p.more++
	}
}

// values is the way to the rows of one table.
type values struct {
	p       *page
	oid     uint32
	path    string
	from    pgx.Identifier
	columns []valueColumn
	guarded bool  // row security is active for the login
	kept    int   // columns that the login may not read, where it may read others
	lost    error // the connection is no more
}

type valueColumn struct {
	number    int
	name, raw string // as in the asset; as in the server
	text      bool   // a text, which can be of any length
}

// valuesOf is nil for what is not sampled: views and foreign tables that nobody asked for, tables of a schema that the
// login may not use (one gap says so), and tables without a column that can be classified.
func (p *page) valuesOf(sl *slice, i int) *values {
	a, schema := sl.assets[i], p.schemas[sl.home[i]]
	if kind := sl.kinds[i]; (kind == 'v' || kind == 'f') && !p.sampleViews {
		p.skip(a.Path)
		return nil
	}
	if !schema.usable {
		return nil
	}
	v := &values{p: p, oid: sl.oids[i], path: a.Path, from: pgx.Identifier{schema.name, sl.names[i]}}
	for k := range a.Columns {
		c, oid := &a.Columns[k], p.base(p.types.keys[sl.types[i][k]].oid)
		if textual(oid) {
			raw := c.Name
			if other, ok := sl.raw[rawKey{i, k}]; ok {
				raw = other
			}
			v.columns = append(v.columns, valueColumn{c.Ordinal, c.Name, raw, isText(oid)})
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
		allowed, failed := v.allowed(ctx)
		switch n := len(allowed); {
		case failed != nil:
			err = failed
		case v.guarded && !v.p.sampleViews:
			return fault.New(fault.Denied, codeNotSampled, "the rows are guarded by row security, whose policies run what the table's owner wrote").
				Try(remedyGuarded)
		case n > 0 && n < len(v.columns):
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
		known.Remedy = v.p.login.needsSelect(v.from)
	}
	return err
}

// take runs the one statement.
func (v *values) take(ctx context.Context, t *sample.Table) error {
	columns := make([]*sample.Column, len(v.columns))
	for i, c := range v.columns {
		columns[i] = t.Column(c.name)
	}
	return v.p.s.peek(ctx, v.statement(), v.p.sampleViews, func(r row) {
		for i := range columns {
			columns[i].Add(string(r[i]))
		}
	})
}

// statement takes the rows that the server finds first, cut in the server: a text is cut before all of it is unpacked.
// concat writes any other value as the type's own output does, so that no cast is called that somebody else made.
func (v *values) statement() string {
	cut := strconv.Itoa(min(max(rowCells/len(v.columns), shortestCell), longestCell))
	var b strings.Builder
	b.WriteString("select ")
	for i, c := range v.columns {
		if i > 0 {
			b.WriteString(", ")
		}
		value := pgx.Identifier{c.raw}.Sanitize()
		if !c.text {
			value = "pg_catalog.concat(" + value + ")"
		}
		b.WriteString("pg_catalog.left(" + value + ", " + cut + ")")
	}
	fmt.Fprintf(&b, " from %s limit %d", v.from.Sanitize(), sample.MaxRows)
	return b.String()
}

// allowed are the columns that the login may read. It tells whether rows are guarded, too.
func (v *values) allowed(ctx context.Context) ([]valueColumn, error) {
	if err := v.p.s.wake(ctx); err != nil {
		return nil, err
	}
	may := map[int]bool{}
	err := v.p.s.query(ctx, sqlReadable, func(r row) error {
		may[int(r.int(0))] = true
		v.guarded = v.guarded || r.yes(1)
		return nil
	}, strconv.FormatUint(uint64(v.oid), 10))
	if err != nil {
		return nil, v.p.s.giveUp(ctx, err)
	}
	if err := v.p.s.rest(ctx); err != nil {
		return nil, err
	}
	var out []valueColumn
	for _, c := range v.columns {
		if may[c.number] {
			out = append(out, c)
		}
	}
	return out, nil
}

// peek runs one statement of a session that rests, in a transaction of its own: one round trip, and read-only. A failure
// leaves the session as it was. Scans of tables begin at their first page, so that the same table gives the same rows.
// Where trusting is not set nothing is run that a table's owner wrote for its row security.
func (s *session) peek(ctx context.Context, sql string, trusting bool, each func(row)) error {
	guard := "off" // then it is an error where there is any
	if trusting {
		guard = "on"
	}
	begin := fmt.Sprintf("begin read only; "+settings+"set local statement_timeout = '%ds'; set local lock_timeout = '1s'; "+
		"set local synchronize_seqscans = off; set local row_security = %s; ", sampleSeconds, sampleSeconds, guard)
	results := s.conn.Exec(ctx, begin+sql+"; commit")
	for results.NextResult() {
		for rows := results.ResultReader(); rows.NextRow(); {
			each(rows.Values())
		}
	}
	err := queryFault(ctx, results.Close())
	if err == nil {
		return nil
	}
	return s.giveUp(ctx, err)
}

// base is what a domain stands on, or the type itself.
func (p *page) base(oid uint32) uint32 {
	if base, ok := p.bases[oid]; ok {
		return base
	}
	return oid
}

// isText reports whether values of a type are texts that can be of any length.
func isText(oid uint32) bool { return oid == 25 || oid == 1043 }

// textual reports whether values of a type can be classified as text. Not among them: binary data, documents, arrays,
// geometry, flags, and enums, whose values are part of the schema and few.
func textual(oid uint32) bool {
	if isText(oid) {
		return true
	}
	switch oid {
	case 1042, 19, // character, name
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
