package dbase

import (
	_ "embed" // the icon

	"github.com/purlieu/purlieu/connector"
	"github.com/purlieu/purlieu/model"
)

//go:embed icon.svg
var icon string

// Connector reads folders of dBASE tables. It holds no state.
type Connector struct{}

// New reads folders of dBASE tables on the node's machine: kind DbaseFolder.
func New() *Connector { return &Connector{} }

var (
	_ connector.Tester     = (*Connector)(nil)
	_ connector.Browser    = (*Connector)(nil)
	_ connector.Identifier = (*Connector)(nil)
)

// Types, and the attribute of tables.
const (
	typeFolder = "dbase_folder"
	typeTable  = "dbase_table"
	typeColumn = "dbase_column"
	attrMake   = "make"
)

// Describe is the kind as data.
func (*Connector) Describe() model.Kind {
	return model.Kind{
		Name: "DbaseFolder", Version: 1, Title: "dBASE folder", Icon: icon,
		Summary: "A folder of dBASE tables on the node's machine: tables, their fields, and how many records they have.",
		Settings: []model.Field{{
			Name: "folder", Type: model.FieldText, Title: "Folder", Required: true, Example: "/srv/tables",
			Help: "Where the tables lie, as the node's machine names it. The node's owner allows it there: purlieu-runtime policy allow --folder.",
		}, {
			Name: "hideEmpty", Type: model.FieldSwitch, Title: "Leave out empty tables", Default: "false",
			Help: "Tables without records are not reported.",
		}},
		ScanKinds: []string{"DbaseFolderNode"},
		Types: []model.TypeDef{
			{Name: typeFolder, Title: "dBASE folder", Super: "Asset", Form: "dbase://name"},
			{
				Name: typeTable, Title: "dBASE table", Super: "DataSet", Parent: typeFolder, Column: typeColumn, Form: "dbase://name/table.dbf",
				Attributes: []model.Field{{Name: attrMake, Type: model.FieldText, Title: "Make", Help: "Which program's form the file has."}},
			},
		},
		Authority: "dbase://{folder}",
		Folder:    "{folder}",
		Prerequisites: []string{
			"The local policy of the node allows the folder: purlieu-runtime policy allow --folder /srv/tables",
		},
		RuntimeKinds: []string{string(model.RuntimeSelfHosted)},
		ShowsAll:     true,
		NodeLocal:    true,
		Levels:       []model.Level{model.L1, model.L2},
	}
}
