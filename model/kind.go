package model

// Kind describes a kind of source as plain data: what a person sets, what credentials serve, what it emits, what it
// must be able to reach. It travels from the connector to server, portal and docs; neither has a line per connector.
// Of two descriptions of one kind the higher Version wins.
type Kind struct {
	Name     string  `cbor:"1,keyasint" json:"name"` // as on the wire: "PostgreSql"
	Version  int     `cbor:"2,keyasint" json:"version"`
	Title    string  `cbor:"3,keyasint" json:"title"`
	Summary  string  `cbor:"4,keyasint" json:"summary"`
	Icon     string  `cbor:"5,keyasint,omitempty" json:"icon,omitempty"` // an SVG document
	Settings []Field `cbor:"6,keyasint" json:"settings"`                 // of the source
	Scan     []Field `cbor:"7,keyasint" json:"scanSettings"`             // of a scan on it
	// ScanKinds are the kinds a scan on this source may have on the wire; the first is the default.
	ScanKinds     []string        `cbor:"8,keyasint" json:"scanKinds"`
	Credentials   []CredentialUse `cbor:"9,keyasint" json:"credentials"`
	Types         []TypeDef       `cbor:"10,keyasint" json:"types"`
	Authority     Template        `cbor:"11,keyasint" json:"authority"` // over Settings
	Dials         []Template      `cbor:"12,keyasint" json:"dials"`     // "host:port" each, over Settings
	OldestServer  string          `cbor:"13,keyasint,omitempty" json:"oldestServer,omitempty"`
	Prerequisites []string        `cbor:"14,keyasint,omitempty" json:"prerequisites,omitempty"`
	RuntimeKinds  []string        `cbor:"15,keyasint" json:"runtimeKinds"` // "Managed", "SelfHosted"
	// ShowsAll: the catalogue shows every object to any login that may connect, so absence is proof.
	ShowsAll bool `cbor:"16,keyasint,omitempty" json:"showsAll"`
	// NodeLocal: what the source means depends on the machine that reads it.
	NodeLocal bool    `cbor:"17,keyasint,omitempty" json:"nodeLocal,omitempty"`
	Levels    []Level `cbor:"18,keyasint" json:"levels"`
	// Folder, over Settings, is the folder on the node's machine that a node-local source is; "" where it is none.
	Folder Template `cbor:"20,keyasint,omitempty" json:"folder,omitempty"`
	// Verified, over the settings of source and scan, is not empty when every connection is TLS whose peer is verified
	// before a secret is sent. A node lets secrets go nowhere else unless its owner says so; "" never promises it.
	Verified Template `cbor:"19,keyasint,omitempty" json:"verified,omitempty"`
	// Dialect is the SQL that definitions, defaults and expressions of the kind's assets are written in, such as
	// "postgresql"; "" for none: then no such text leaves.
	Dialect string `cbor:"21,keyasint,omitempty" json:"dialect,omitempty"`
}

// FieldType says what a field takes.
type FieldType string

// The field types.
const (
	FieldText   FieldType = "text"  // of one line
	FieldBlock  FieldType = "block" // text of several lines, such as certificates
	FieldNumber FieldType = "number"
	FieldSwitch FieldType = "switch"
	FieldChoice FieldType = "choice"
	FieldList   FieldType = "list" // of text
)

// Field is one setting of a source or scan, or one part of a credential.
type Field struct {
	Name     string    `cbor:"1,keyasint" json:"name"` // as on the wire: "serverEndpoint"
	Type     FieldType `cbor:"2,keyasint" json:"type"`
	Title    string    `cbor:"3,keyasint" json:"title"`
	Help     string    `cbor:"4,keyasint" json:"help"`
	Default  string    `cbor:"5,keyasint,omitempty" json:"default,omitempty"`
	Required bool      `cbor:"6,keyasint,omitempty" json:"required,omitempty"`
	Secret   bool      `cbor:"7,keyasint,omitempty" json:"secret,omitempty"` // a reference into a vault; never a value
	Choices  []string  `cbor:"8,keyasint,omitempty" json:"choices,omitempty"`
	Example  string    `cbor:"9,keyasint,omitempty" json:"example,omitempty"`
	// SQL marks an attribute of a type whose text is SQL of the kind's dialect: values are taken out of it.
	SQL bool `cbor:"10,keyasint,omitempty" json:"sql,omitempty"`
	// Release marks an attribute of a type that holds values: it leaves only where the network's owner releases it.
	Release Release `cbor:"11,keyasint,omitempty" json:"release,omitempty"`
}

// CredentialUse says how a credential of a kind serves a source, and what it needs there.
type CredentialUse struct {
	Kind   string   `cbor:"1,keyasint" json:"kind"` // "BasicAuth", "SqlAuth", …
	Title  string   `cbor:"2,keyasint" json:"title"`
	Fields []Field  `cbor:"3,keyasint" json:"fields"`
	Grants []string `cbor:"4,keyasint" json:"grants"` // the least, as statements to run on the source
}

// TypeDef is an entity type that a kind emits.
type TypeDef struct {
	Name       string  `cbor:"1,keyasint" json:"name"`
	Title      string  `cbor:"2,keyasint" json:"title"`
	Super      string  `cbor:"3,keyasint,omitempty" json:"super,omitempty"`      // Atlas super type: "DataSet", "Asset", "Process"
	Parent     string  `cbor:"4,keyasint,omitempty" json:"parent,omitempty"`     // type of the asset one name up
	Column     string  `cbor:"5,keyasint,omitempty" json:"column,omitempty"`     // type name of its columns, where it has any
	Attributes []Field `cbor:"6,keyasint,omitempty" json:"attributes,omitempty"` // beyond the common ones
	Form       string  `cbor:"7,keyasint,omitempty" json:"form,omitempty"`       // qualified-name form, for docs/names.md
	Process    string  `cbor:"8,keyasint,omitempty" json:"process,omitempty"`    // type of the Process that carries its lineage
	File       bool    `cbor:"9,keyasint,omitempty" json:"file,omitempty"`       // its assets are files: the end of their names says what they are
}

// Settings are the values of fields, by field name, as text; lists are joined by newlines.
type Settings map[string]string

// Get is the value of a field, or its default.
func (k *Kind) Get(s Settings, name string) string {
	if v, ok := s[name]; ok && v != "" {
		return v
	}
	for _, list := range [][]Field{k.Settings, k.Scan} {
		for _, f := range list {
			if f.Name == name {
				return f.Default
			}
		}
	}
	return ""
}

// TypeNamed is the definition of a type that the kind emits, or nil.
func (k *Kind) TypeNamed(name string) *TypeDef {
	for i := range k.Types {
		if k.Types[i].Name == name {
			return &k.Types[i]
		}
	}
	return nil
}

// CredentialNamed is the use of a credential kind, or nil.
func (k *Kind) CredentialNamed(kind string) *CredentialUse {
	for i := range k.Credentials {
		if k.Credentials[i].Kind == kind {
			return &k.Credentials[i]
		}
	}
	return nil
}

// CredentialRef is what the account knows of a credential: a kind, open fields such as a user name, and references
// into vaults. There is no type that could carry the value on the account's side.
type CredentialRef struct {
	Name    string               `cbor:"1,keyasint" json:"name"`
	Kind    string               `cbor:"2,keyasint" json:"kind"`
	Open    map[string]string    `cbor:"3,keyasint,omitempty" json:"open,omitempty"` // "user": "scanner"
	Secrets map[string]SecretRef `cbor:"4,keyasint,omitempty" json:"secrets,omitempty"`
}

// SecretRef is a reference into a vault.
type SecretRef struct {
	Vault   string            `cbor:"1,keyasint" json:"vault"` // the vault's kind: "file", "env", …
	Name    string            `cbor:"2,keyasint" json:"name"`
	Version string            `cbor:"3,keyasint,omitempty" json:"version,omitempty"`
	Options map[string]string `cbor:"4,keyasint,omitempty" json:"options,omitempty"` // the vault connection: baseUrl, …
}

// String is the reference as people write it: "file:shop-password".
func (r SecretRef) String() string { return r.Vault + ":" + r.Name }

// Scope narrows a scan, by patterns over names. '*' stands for any run of characters within one name, '?' for one.
type Scope struct {
	Include []string `cbor:"1,keyasint,omitempty" json:"include,omitempty"` // "db", "db/schema", "db/schema/table*"; none: everything
	Exclude []string `cbor:"2,keyasint,omitempty" json:"exclude,omitempty"`
}

// Budget bounds the load on a source. Zero means the connector's default.
type Budget struct {
	Connections      int `cbor:"1,keyasint,omitempty" json:"connections,omitempty"`
	StatementSeconds int `cbor:"2,keyasint,omitempty" json:"statementSeconds,omitempty"`
	UnitSeconds      int `cbor:"3,keyasint,omitempty" json:"unitSeconds,omitempty"`
	// Strict: it is not exceeded where a node is lost. What that held counts until its deadline has passed, unless its run
	// is cancelled: then a node that is cut off may read on beside others until then.
	Strict bool `cbor:"4,keyasint,omitempty" json:"strict,omitempty"`
}
