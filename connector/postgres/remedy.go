package postgres

import (
	"strings"
	"unicode"

	"github.com/jackc/pgx/v5"

	"github.com/purlieu/purlieu/connector"
)

// login is the name that a scan signs in with. Its remedies are statements that whoever administers the server can
// paste as they stand. They name what the gap stands at, and nothing else of the source.
type login string

func loginOf(env connector.Env) login { return login(env.Credential("user")) }

func (l login) needsConnect(database string) string {
	return "grant connect on database " + quoted(database) + " to " + quoted(string(l)) + ";"
}

// needsSchema is for a schema without usage; at level L3 its tables are read, too.
func (l login) needsSchema(schema string, sampled bool) string {
	text := "grant usage on schema " + quoted(schema) + " to " + quoted(string(l)) + ";"
	if sampled {
		text += " grant select on all tables in schema " + quoted(schema) + " to " + quoted(string(l)) + ";"
	}
	return text
}

func (l login) needsSelect(table pgx.Identifier) string {
	return "grant select on table " + quoted(table...) + " to " + quoted(string(l)) + ";"
}

// quoted writes a name as the server takes it; an ellipsis where it holds what does not survive being shown and pasted.
func quoted(names ...string) string {
	for _, name := range names {
		if strings.ToValidUTF8(name, "") != name || strings.ContainsFunc(name, func(r rune) bool { return !unicode.IsPrint(r) }) {
			return "…"
		}
	}
	return pgx.Identifier(names).Sanitize()
}
