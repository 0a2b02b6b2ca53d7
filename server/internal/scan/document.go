package scan

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/server/internal/store"
)

// PageLimit bounds every list of configuration that is handed out at once.
const PageLimit = 500

// checkName holds a name to the published form: it becomes part of addresses.
func checkName(what, name string) error {
	if !model.FitName(name) {
		return fault.New(fault.Invalid, "InvalidName", "%q can't be the name of a %s", clip(name), what).Try("Use %s", model.NameRule)
	}
	return nil
}

// clip bounds what an error repeats of a caller's text.
func clip(s string) string {
	if len(s) > 80 {
		return s[:80] + "…"
	}
	return s
}

// load reads one document into v and says which version it is.
func load(ctx context.Context, tx store.Tx, kind, key string, v any) (store.Doc, error) {
	doc, err := tx.Docs().Get(ctx, kind, key)
	if err != nil {
		return store.Doc{}, err
	}
	if err := json.Unmarshal(doc.Body, v); err != nil {
		return store.Doc{}, fmt.Errorf("read the stored %s %q: %w", kind, key, err)
	}
	return doc, nil
}

// save writes v over the version that was read; 0 means that it is new.
func save(ctx context.Context, tx store.Tx, kind, key string, version int64, v any) (store.Doc, error) {
	body, err := json.Marshal(v)
	if err != nil {
		return store.Doc{}, fmt.Errorf("write the %s %q: %w", kind, key, err)
	}
	doc := store.Doc{Kind: kind, Key: key, Body: body, Version: version}
	err = tx.Docs().Put(ctx, &doc)
	return doc, err
}

// page reads up to limit documents and the cursor of the next page, "" at the end.
func page(ctx context.Context, tx store.Tx, kind, prefix, after string, limit int) ([]store.Doc, string, error) {
	if limit <= 0 || limit > PageLimit {
		limit = PageLimit
	}
	docs, err := tx.Docs().List(ctx, kind, prefix, after, limit+1)
	if err != nil {
		return nil, "", err
	}
	if len(docs) > limit {
		docs = docs[:limit]
		return docs, docs[limit-1].Key, nil
	}
	return docs, "", nil
}

// missing turns the store's NotFound into one that names the thing in people's words.
func missing(err error, what, name string) error {
	if !fault.Is(err, fault.NotFound) {
		return err
	}
	return NotFound(what, name)
}

// NotFound is the failure for a thing that is not there. A door gives the same one for a thing that the caller may
// not know of.
func NotFound(what, name string) error {
	missing := fault.New(fault.NotFound, "NotFound", "no %s is called %q", what, clip(name))
	list, own := listOf(what), name
	if what == "scan" { // it stands behind its source's
		own = name[strings.LastIndexByte(name, '/')+1:]
	}
	switch never := model.NeverNamed(what, own); {
	case list == "":
		return missing
	case never != "":
		return missing.Try("%s See %s", never, list)
	}
	return missing.Try("See %s", list)
}

// listOf is the command that lists things of a sort; "" where there is none.
func listOf(what string) string {
	switch what {
	case "source", "credential", "proposal", "run":
		return "purlieu " + what + " list"
	case "scan":
		return "purlieu scan list SOURCE"
	case "vault connection":
		return "purlieu vault list"
	case "integration runtime":
		return "purlieu runtime list"
	case "kind of source":
		return "purlieu kinds"
	case "announced kind":
		return "purlieu kind list"
	}
	return ""
}
