package postgres

import (
	_ "embed" // the icon
	"strconv"

	"github.com/purlieu/purlieu/connector"
	"github.com/purlieu/purlieu/model"
)

//go:embed icon.svg
var icon string

// Connector reads one kind of PostgreSQL server. It holds no state: one value serves any number of calls at once.
type Connector struct {
	flavour flavour
	kept    *kept // nil: each call opens its own sessions
}

// flavour is what differs between the kinds.
type flavour struct {
	kind, title, summary string
	types                string   // prefix of type names
	database             string   // last part of the database's type name
	example              string   // of a host
	hidden               []string // databases of the provider
}

// New reads servers that someone runs themselves: kind PostgreSql.
func New() *Connector {
	return &Connector{flavour: flavour{
		kind: "PostgreSql", title: "PostgreSQL", types: "postgresql", database: "database", example: "db.example.com",
		summary: "Databases, schemas, tables, views, columns, keys and view lineage of a PostgreSQL server.",
	}}
}

// NewAzure reads Azure Database for PostgreSQL: kind AzurePostgreSql.
func NewAzure() *Connector {
	return &Connector{flavour: flavour{
		kind: "AzurePostgreSql", title: "Azure Database for PostgreSQL", types: "azure_postgresql", database: "db",
		example: "shop.postgres.database.azure.com", hidden: []string{"azure_maintenance", "azure_sys"},
		summary: "Databases, schemas, tables, views, columns, keys and view lineage of an Azure Database for PostgreSQL.",
	}}
}

// NewAmazon reads Amazon RDS and Aurora for PostgreSQL: kind AmazonPostgreSql.
func NewAmazon() *Connector {
	return &Connector{flavour: flavour{
		kind: "AmazonPostgreSql", title: "Amazon RDS for PostgreSQL", types: "amazon_postgresql", database: "db",
		example: "shop.abc123.eu-west-1.rds.amazonaws.com", hidden: []string{"rdsadmin"},
		summary: "Databases, schemas, tables, views, columns, keys and view lineage of an Amazon RDS or Aurora PostgreSQL.",
	}}
}

var (
	_ connector.Tester  = (*Connector)(nil)
	_ connector.Browser = (*Connector)(nil)
	_ connector.Keeper  = (*Connector)(nil)
)

// Describe is the kind as data.
func (c *Connector) Describe() model.Kind {
	f := c.flavour
	kind := model.Kind{
		Name: f.kind, Version: 4, Dialect: "postgresql", Title: f.title, Summary: f.summary, Icon: icon,
		Settings: []model.Field{
			{
				Name: "serverEndpoint", Type: model.FieldText, Title: "Server", Required: true, Example: f.example,
				Help: "Host name or address of the server, as nodes reach it. Without a port.",
			},
			{
				Name: "port", Type: model.FieldNumber, Title: "Port", Default: "5432", Example: "5432",
				Help: "TCP port of the server.",
			},
			{
				Name: "sslRootCert", Type: model.FieldBlock, Title: "Certificate authorities", Example: "-----BEGIN CERTIFICATE-----…",
				Help: "Certificates, in PEM form, that the server's certificate is checked against. Empty: those of the node's machine.",
			},
			f.sslMode(),
		},
		Scan: []model.Field{{
			Name: "databaseName", Type: model.FieldText, Title: "Database", Example: "shop",
			Help: "The one database to scan. Empty: every database that the login may connect to.",
		}, {
			Name: "sampleViews", Type: model.FieldSwitch, Title: "Sample views", Default: "false",
			Help: "At level L3, read rows of views, foreign tables and tables with row security too. That runs what their owners wrote, with the rights of the login, " +
				"and may reach other servers.",
		}},
		ScanKinds:   []string{f.kind + "Credential"},
		Credentials: []model.CredentialUse{credential("BasicAuth", "User name and password"), credential("SqlAuth", "SQL sign-in")},
		Types:       f.typeDefs(),
		Authority:   "postgresql://{serverEndpoint|lower}{port|default 5432|unless 5432|prefix :}",
		Dials:       []model.Template{"{serverEndpoint|lower}:{port|default 5432}"},
		Verified:    f.verified(),
		Prerequisites: []string{
			"The server lets the node's address sign in (pg_hba.conf, firewall or security group).",
			"The login may connect to the databases that are to be scanned.",
		},
		OldestServer: "12",
		RuntimeKinds: []string{string(model.RuntimeManaged), string(model.RuntimeSelfHosted)},
		ShowsAll:     true,
		Levels:       []model.Level{model.L1, model.L2, model.L3},
	}
	if f.kind == "AzurePostgreSql" { // published clients set it on the scan
		field := f.sslMode()
		field.Default = ""
		field.Help = "Empty: as the source says. " + field.Help
		kind.Scan = append(kind.Scan, field)
	}
	if f.kind == "AmazonPostgreSql" {
		kind.Settings = append(kind.Settings, model.Field{
			Name: "vpcEndpointServiceName", Type: model.FieldText, Title: "VPC endpoint service", Example: "com.amazonaws.vpce.eu-west-1.vpce-svc-0",
			Help: "Name of the endpoint service that leads to the server. Kept for compatible clients; nodes dial the server's name.",
		})
	}
	return kind
}

// sslMode is the setting that says how the connection is protected. On Azure clients write it as a number.
func (f flavour) sslMode() model.Field {
	field := model.Field{
		Name: "sslMode", Type: model.FieldChoice, Title: "TLS", Default: string(verifyFull),
		Choices: []string{string(verifyFull), string(verifyCA), string(require), string(disable)},
		Help: "verify-full checks the server's certificate and name, verify-ca the certificate only (the name too unless certificate authorities are given), require encrypts without a check, disable does not encrypt. " +
			"A password is sent in clear form only over a verified connection.",
	}
	if f.kind == "AzurePostgreSql" {
		for n := range len(sslNumbers()) {
			field.Choices = append(field.Choices, strconv.Itoa(n))
		}
	}
	return field
}

// verified names the choices of sslMode that check the server's certificate, as they must be written.
func (f flavour) verified() model.Template {
	if f.kind == "AzurePostgreSql" {
		return "{sslMode|among verify-full verify-ca 4 5}"
	}
	return "{sslMode|among verify-full verify-ca}"
}

func credential(kind, title string) model.CredentialUse {
	return model.CredentialUse{
		Kind: kind, Title: title,
		Fields: []model.Field{
			{Name: "user", Type: model.FieldText, Title: "User", Required: true, Help: "Name of a login role.", Example: "purlieu_reader"},
			{Name: "password", Type: model.FieldText, Title: "Password", Required: true, Secret: true, Help: "Reference to the password in a vault."},
		},
		Grants: []string{
			"create role purlieu_reader login password '…';",
			"grant connect on database <each database> to purlieu_reader;",
			"grant usage on schema <each schema> to purlieu_reader;",
			"grant select on all tables in schema <each schema> to purlieu_reader; -- for level L3 only",
		},
	}
}
