package filesystem

import (
	_ "embed" // the icon

	"github.com/purlieu/purlieu/connector"
	"github.com/purlieu/purlieu/format"
	"github.com/purlieu/purlieu/model"
)

//go:embed icon.svg
var icon string

// Connector reads trees of files. It holds no state: one value serves any number of calls at once.
type Connector struct{ split split }

// split says when a tree is split. Nothing is left out by it.
type split struct {
	unit   int // entries that a unit meets before it hands the rest on
	folder int // entries in one folder; one with more is read in shares
}

// New reads trees of files on the node's machine: kind FileSystem.
func New() *Connector { return &Connector{split{unit: 20_000, folder: 8_192}} }

var (
	_ connector.Tester     = (*Connector)(nil)
	_ connector.Browser    = (*Connector)(nil)
	_ connector.Identifier = (*Connector)(nil)
)

// Setting of the source.
const settingFolder = "folder"

// Describe is the kind as data.
func (*Connector) Describe() model.Kind {
	return model.Kind{
		Name: "FileSystem", Version: 1, Title: "File system", Icon: icon,
		Summary: "Folders and files of a local or mounted tree on the node's machine, with the columns of CSV, JSON and Parquet files.",
		Settings: []model.Field{{
			Name: settingFolder, Type: model.FieldText, Title: "Folder", Required: true, Example: "/srv/data",
			Help: "Root of the tree, as the node's machine names it. The node's owner allows it there: purlieu-runtime policy allow --folder.",
		}},
		ScanKinds: []string{"FileSystemNode"},
		Types:     typeDefs(),
		Authority: "file://{folder}",
		Folder:    "{folder}",
		Prerequisites: []string{
			"The local policy of the node allows the folder: purlieu-runtime policy allow --folder /srv/data",
			"The user that the node runs as may list the folders and read the files.",
		},
		RuntimeKinds: []string{string(model.RuntimeManaged), string(model.RuntimeSelfHosted)},
		ShowsAll:     true,
		NodeLocal:    true,
		Levels:       []model.Level{model.L1, model.L2, model.L3},
	}
}

// Types.
const (
	typeFolder = "filesystem_folder"
	typeFile   = "filesystem_file"
	typeColumn = "filesystem_file_column"
)

// Attributes of files, beside those that formats give.
const (
	attrFormat = "format"
	attrNames  = "columnNames"
)

func typeDefs() []model.TypeDef {
	text := func(name, title, help string) model.Field {
		return model.Field{Name: name, Type: model.FieldText, Title: title, Help: help}
	}
	return []model.TypeDef{
		{Name: typeFolder, Title: "Folder", Super: "Asset", Parent: typeFolder, Form: "file://name[/folder…]"},
		{
			Name: typeFile, Title: "File", Super: "DataSet", Parent: typeFolder, Column: typeColumn, File: true, Form: "file://name[/folder…]/file",
			Attributes: []model.Field{
				text(attrNames, "Column names", "Where they come from: schema, header, keys, or numbers where the file has none."),
				text(format.DetailDelimiter, "Delimiter", "What stands between the fields of a record."),
				text(format.DetailEncoding, "Encoding", "How characters are written."),
				text(attrFormat, "Format", "CSV, TSV, PSV, SSV, JSON, PARQUET, or GZ for a packed file."),
				text(format.DetailLayout, "Layout", "Of JSON: lines, array or document."),
			},
		},
	}
}
