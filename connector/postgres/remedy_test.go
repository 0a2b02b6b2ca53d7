package postgres

import (
	"testing"

	"github.com/jackc/pgx/v5"
)

func TestARemedyIsAStatementThatNamesWhatItIsAbout(t *testing.T) {
	const l = login("reader")
	for got, want := range map[string]string{
		l.needsConnect("shop"):                                       `grant connect on database "shop" to "reader";`,
		l.needsSchema("payroll", false):                              `grant usage on schema "payroll" to "reader";`,
		l.needsSchema("payroll", true):                               `grant usage on schema "payroll" to "reader"; grant select on all tables in schema "payroll" to "reader";`,
		l.needsSelect(pgx.Identifier{"payroll", "select"}):           `grant select on table "payroll"."select" to "reader";`,
		l.needsSelect(pgx.Identifier{`a"; drop table b; --`, "日本語"}): `grant select on table "a""; drop table b; --"."日本語" to "reader";`,
		l.needsSelect(pgx.Identifier{"public", "two\nlines"}):        `grant select on table … to "reader";`,
		l.needsSelect(pgx.Identifier{"public", "turned\u202eround"}): `grant select on table … to "reader";`,
		l.needsSelect(pgx.Identifier{"public", "bro\xffken"}):        `grant select on table … to "reader";`,
		login("half\x00of").needsConnect("shop"):                     `grant connect on database "shop" to …;`,
	} {
		if got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	}
}
