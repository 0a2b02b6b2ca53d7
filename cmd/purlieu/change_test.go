package main

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestAScanKeepsWhatIsNotNamed(t *testing.T) {
	s := newShell(t)
	s.configure()
	shown := func() {
		t.Helper()
		s.run(0, "scan", "show", "shop", "weekly")
	}
	shown()
	s.shows("databaseName", "shop/public", "(nothing)", "on-premises", "scanner", "L2")
	s.run(0, "scan", "add", "shop", "weekly", "--level", "L1")
	s.shows("is changed", "purlieu scan show shop weekly")
	shown()
	s.shows("databaseName", "reads only", "postgresql://db.example.com/shop/public", "on-premises", "scanner", "L1")
	s.run(0, "scan", "add", "shop", "weekly", "--exclude", "shop/public/old")
	shown()
	s.shows("postgresql://db.example.com/shop/public/old")
	s.run(0, "scan", "add", "shop", "weekly", "--include", "", "--set", "databaseName=", "--runtime", "built-in")
	shown()
	s.shows("(everything)", "shop/public/old", "L1", "scanner")
	s.never("databaseName", "on-premises", "(nothing)")
	s.shows("read by", "built-in")
	s.run(0, "scan", "add", "shop", "weekly", "--priority", "High")
	s.run(0, "scan", "add", "shop", "weekly", "--level", "L1")
	shown()
	s.shows("High")
	s.run(1, "scan", "add", "shop", "weekly", "--credential", "")
	s.shows("needs a credential")
	s.run(0, "scan", "add", "shop", "weekly", "--exclude", "")
	s.run(0, "scan", "show", "shop", "weekly", "-o", "json")
	s.shows(`"includeUriPrefixes": []`, `"excludeUriPrefixes": []`, `"purlieuLevel": "L1"`) // a filter that was written is there, empty too
}

func TestASourceACredentialAndARuntimeKeepWhatIsNotNamed(t *testing.T) {
	s := newShell(t)
	s.configure()
	s.run(0, "source", "add", "PostgreSql", "sold", "--set", "serverEndpoint=sold.example.com", "--collection", "sales")
	s.shows("is registered", "purlieu scan add sold NAME --runtime NAME --credential NAME")
	s.run(0, "source", "add", "PostgreSql", "sold", "--set", "port=5433")
	s.shows("is changed", "purlieu source show sold")
	s.never("is registered")
	s.run(0, "source", "show", "sold")
	s.shows("sold.example.com", "5433", "sales")
	s.run(0, "source", "add", "PostgreSql", "sold", "--set", "port=")
	s.run(0, "source", "show", "sold")
	s.never("5433")
	s.run(5, "source", "add", "PostgreSql", "sold", "--set", "serverEndpoint=other.example.com") // another source, unless a person says so
	s.run(0, "source", "add", "PostgreSql", "lent", "--set", "serverEndpoint=127.0.0.1", "--authority", "lent-db")
	s.run(0, "source", "add", "PostgreSql", "lent", "--set", "serverEndpoint=127.0.0.2")
	s.run(0, "source", "show", "lent")
	s.shows("127.0.0.2", "lent-db")

	// A scan may have been sent with the address in it, as published clients do, before its source moved.
	account, err := (&app{getenv: func(name string) string { return s.env[name] }}).client()
	if err != nil {
		t.Fatal(err)
	}
	sent := object{"kind": "PostgreSqlCredential", "properties": object{
		"serverEndpoint": "127.0.0.2", "credential": object{"referenceName": "scanner", "credentialType": "BasicAuth"},
	}}
	if err := account.Do(t.Context(), "PUT", "/scan/datasources/lent/scans/all", sent, nil); err != nil {
		t.Fatal(err)
	}
	s.run(0, "source", "add", "PostgreSql", "lent", "--set", "serverEndpoint=127.0.0.3")
	s.run(0, "scan", "add", "lent", "all", "--level", "L1")
	s.run(0, "scan", "show", "lent", "all")
	s.shows("L1")

	s.run(0, "credential", "add", "BasicAuth", "scanner", "--user", "reader")
	s.run(0, "credential", "show", "scanner")
	s.shows("reader", "shop-password")
	s.run(0, "credential", "add", "BasicAuth", "scanner", "--description", "of the shop")
	s.run(0, "credential", "show", "scanner")
	s.shows("of the shop", "reader", "shop-password")

	s.run(0, "runtime", "add", "on-premises")
	s.run(0, "runtime", "list", "-o", "json")
	s.shows("the cellar")
}

// At an account as it is shipped: its search never shows more than some of what is called alike.
func TestAnAssetIsFoundByItsQualifiedNameAmongManyOfOneName(t *testing.T) {
	s := signedIn(t)
	account, err := (&app{getenv: func(name string) string { return s.env[name] }}).client()
	if err != nil {
		t.Fatal(err)
	}
	const many = 200
	made := []object{}
	for i := range many {
		made = append(made, object{"guid": fmt.Sprint(-1 - i), "typeName": "DataSet", "attributes": object{
			"qualifiedName": fmt.Sprintf("report://year/%03d/orders", i), "name": "orders", "userDescription": fmt.Sprintf("report %03d", i),
		}})
	}
	for half := range slices.Chunk(made, many/2) {
		if err := account.Do(t.Context(), "POST", "/datamap/api/atlas/v2/entity/bulk", object{"entities": half}, nil); err != nil {
			t.Fatal(err)
		}
	}
	for begin := time.Now(); !strings.Contains(s.run(0, "search", "orders"), fmt.Sprint(many, " found")); time.Sleep(20 * time.Millisecond) {
		if time.Since(begin) > time.Minute {
			t.Fatal(s.out)
		}
	}
	for _, i := range []int{0, 99, many - 1} {
		s.run(0, "asset", "show", fmt.Sprintf("report://year/%03d/orders", i))
		s.shows(fmt.Sprintf("report %03d", i))
	}
	s.run(5, "asset", "show", "orders")
	s.shows("several assets", "report://year/")
	s.run(4, "asset", "show", "report://year/none/orders")
	s.shows("purlieu search")
}
