package postgres

import "github.com/purlieu/purlieu/model"

// The words behind a flavour's prefix in type names.
const (
	typeServer       = "server"
	typeSchema       = "schema"
	typeTable        = "table"
	typeView         = "view"
	typeMatView      = "materialized_view"
	typeForeignTable = "foreign_table"
	typeProcess      = "view_lineage"
)

// Names of attributes beyond the common ones.
const (
	attrExtension     = "extension"
	attrForeignServer = "foreignServer"
	attrPartitionedBy = "partitionedBy"
	attrPartitions    = "partitions"
	// attrPartitionBounds is released by the network's owner only.
	attrPartitionBounds = "partitionBounds"
	attrSystemID        = "systemIdentifier"
	attrVersion         = "version"
	attrEncoding        = "encoding"
	attrCollation       = "collation"
)

func (f flavour) typeName(word string) string { return f.types + "_" + word }

// relType is the type name of a relation by its relkind.
func (f flavour) relType(relkind byte) string {
	switch relkind {
	case 'v':
		return f.typeName(typeView)
	case 'm':
		return f.typeName(typeMatView)
	case 'f':
		return f.typeName(typeForeignTable)
	}
	return f.typeName(typeTable)
}

func (f flavour) typeDefs() []model.TypeDef {
	text := func(name, title, help string) model.Field {
		return model.Field{Name: name, Type: model.FieldText, Title: title, Help: help}
	}
	extension := text(attrExtension, "Extension", "Extension that owns the object.")
	server, db, schema := f.typeName(typeServer), f.typeName(f.database), f.typeName(typeSchema)
	const form = "postgresql://host[:port]"
	const below = form + "/database/schema/name"
	process := f.typeName(typeProcess)
	return []model.TypeDef{
		{
			Name: server, Title: "PostgreSQL server", Super: "Asset", Form: form,
			Attributes: []model.Field{
				text(attrSystemID, "System identifier", "Identity of the cluster, given when it was made."),
				text(attrVersion, "Version", "Version of the server."),
			},
		},
		{
			Name: db, Title: "PostgreSQL database", Super: "Asset", Parent: server, Form: form + "/database",
			Attributes: []model.Field{
				text(attrCollation, "Collation", "Order of text in the database."),
				text(attrEncoding, "Encoding", "Encoding of text in the database."),
			},
		},
		{
			Name: schema, Title: "PostgreSQL schema", Super: "Asset", Parent: db, Form: form + "/database/schema",
		},
		{
			Name: f.typeName(typeTable), Title: "PostgreSQL table", Super: "DataSet", Parent: schema, Column: f.typeName("table_column"), Form: below,
			Attributes: []model.Field{
				extension,
				{Name: attrPartitionedBy, Type: model.FieldText, Title: "Partitioned by", Help: "Strategy and key of a partitioned table.", SQL: true},
				{Name: attrPartitions, Type: model.FieldList, Title: "Partitions", Help: "Names of the partitions at the leaves of a partitioned table; with their schema where it is another one."},
				{
					Name: attrPartitionBounds, Type: model.FieldList, Title: "Partition bounds", Release: model.ReleasePartitionBounds,
					Help: "At which values the partitions begin and end, where the owner of the network releases that.",
				},
			},
		},
		{
			Name: f.typeName(typeView), Title: "PostgreSQL view", Super: "DataSet", Parent: schema, Column: f.typeName("view_column"), Form: below,
			Attributes: []model.Field{extension}, Process: process,
		},
		{
			Name: f.typeName(typeMatView), Title: "PostgreSQL materialized view", Super: "DataSet", Parent: schema, Column: f.typeName("materialized_view_column"), Form: below,
			Attributes: []model.Field{extension}, Process: process,
		},
		{
			Name: f.typeName(typeForeignTable), Title: "PostgreSQL foreign table", Super: "DataSet", Parent: schema, Column: f.typeName("foreign_table_column"), Form: below,
			Attributes: []model.Field{extension, text(attrForeignServer, "Foreign server", "Name of the foreign server behind the table.")},
		},
		{Name: process, Title: "PostgreSQL view lineage", Super: "Process", Form: below + "/$lineage"},
	}
}
