package parquet

import (
	"strconv"
)

// element is one node of the schema, as the footer has it: the tree is flattened, parents first.
type element struct {
	name      []byte
	physical  int64 // -1 for a group
	length    int64 // of a fixed number of bytes
	repeat    int64 // of the repetitions below
	children  int64
	converted int64 // -1 for none
	scale     int64
	precision int64
	logical   logical
}

// lastPhysical is the highest physical type, FIXED_LEN_BYTE_ARRAY (parquet.thrift, Type).
const lastPhysical = 7

// Repetitions.
const (
	required = 0
	repeated = 2
)

// convertedList is the converted type that makes a group a list.
const convertedList = 3

// logical is the logical type: the number of the union's member, 0 for none, and what it holds.
type logical struct {
	kind   int64
	a, b   int64 // scale and precision; unit (1 ms, 2 µs, 3 ns); width
	signed bool  // of a number; of a time: in UTC
}

// Members of the union of logical types.
const (
	logicalString    = 1
	logicalList      = 3
	logicalEnum      = 4
	logicalDecimal   = 5
	logicalDate      = 6
	logicalTime      = 7
	logicalTimestamp = 8
	logicalInteger   = 10
	logicalUnknown   = 11
	logicalJSON      = 12
	logicalBSON      = 13
	logicalUUID      = 14
	logicalFloat16   = 15
	logicalVariant   = 16
	logicalGeometry  = 17
	logicalGeography = 18
)

// element reads one.
func (w *walker) element() element {
	e := element{physical: -1, converted: -1}
	w.fields(func(id int64, typ byte) {
		switch id {
		case 1:
			if e.physical = w.integer(typ); e.physical < 0 || e.physical > lastPhysical {
				w.fail()
			}
		case 2:
			e.length = w.integer(typ)
		case 3:
			e.repeat = w.integer(typ)
		case 4:
			if typ != thriftBinary {
				w.fail()
				return
			}
			e.name = w.take(w.uvarint())
		case 5:
			e.children = w.integer(typ)
		case 6:
			e.converted = w.integer(typ)
		case 7:
			e.scale = w.integer(typ)
		case 8:
			e.precision = w.integer(typ)
		case 10:
			if typ != thriftStruct {
				w.fail()
				return
			}
			e.logical = w.logical()
		default:
			w.skip(typ, 0)
		}
	})
	return e
}

// logical reads the union.
func (w *walker) logical() logical {
	var l logical
	w.fields(func(id int64, typ byte) {
		if l.kind = id; typ != thriftStruct {
			w.skip(typ, 0)
			return
		}
		w.fields(func(part int64, typ byte) {
			switch {
			case typ == thriftTrue || typ == thriftFalse:
				l.signed = typ == thriftTrue
			case typ == thriftStruct && part == 2: // a unit, which is a union of empty structs
				w.fields(func(unit int64, typ byte) {
					l.a = unit
					w.skip(typ, 0)
				})
			case part == 1:
				l.a = w.integer(typ)
			case part == 2:
				l.b = w.integer(typ)
			default:
				w.skip(typ, 0)
			}
		})
	})
	return l
}

func (e *element) isList() bool { return e.logical.kind == logicalList || e.converted == convertedList }

// typeName is the type of a leaf: the logical one where there is one.
func (e *element) typeName() string {
	switch l := e.logical; l.kind {
	case logicalString:
		return "string"
	case logicalEnum:
		return "enum"
	case logicalDecimal:
		return "decimal(" + strconv.FormatInt(l.b, 10) + "," + strconv.FormatInt(l.a, 10) + ")"
	case logicalDate:
		return "date"
	case logicalTime:
		return "time(" + unit(l.a) + ")"
	case logicalTimestamp:
		if l.signed {
			return "timestamp(" + unit(l.a) + ",utc)"
		}
		return "timestamp(" + unit(l.a) + ")"
	case logicalInteger:
		if l.signed {
			return "int" + strconv.FormatInt(l.a, 10)
		}
		return "uint" + strconv.FormatInt(l.a, 10)
	case logicalUnknown:
		return "null"
	case logicalJSON:
		return "json"
	case logicalBSON:
		return "bson"
	case logicalUUID:
		return "uuid"
	case logicalFloat16:
		return "float16"
	case logicalVariant:
		return "variant"
	case logicalGeometry:
		return "geometry"
	case logicalGeography:
		return "geography"
	}
	return e.convertedName()
}

func unit(n int64) string {
	switch n {
	case 1:
		return "ms"
	case 2:
		return "us"
	}
	return "ns"
}

// convertedName is the type of a leaf in the older way to say it, or as it is stored.
func (e *element) convertedName() string {
	switch e.converted {
	case 0:
		return "string"
	case 4:
		return "enum"
	case 5:
		return "decimal(" + strconv.FormatInt(e.precision, 10) + "," + strconv.FormatInt(e.scale, 10) + ")"
	}
	names := [...]string{
		6: "date", 7: "time(ms)", 8: "time(us)", 9: "timestamp(ms,utc)", 10: "timestamp(us,utc)", 11: "uint8", 12: "uint16",
		13: "uint32", 14: "uint64", 15: "int8", 16: "int16", 17: "int32", 18: "int64", 19: "json", 20: "bson", 21: "interval",
	}
	if e.converted >= 6 && e.converted < int64(len(names)) {
		return names[e.converted]
	}
	stored := [...]string{"boolean", "int32", "int64", "int96", "float", "double", "binary"}
	if e.physical >= 0 && e.physical < int64(len(stored)) {
		return stored[e.physical]
	}
	return "fixed(" + strconv.FormatInt(e.length, 10) + ")"
}
