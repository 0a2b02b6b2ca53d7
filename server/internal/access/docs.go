package access

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"

	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/server/internal/store"
)

// Kinds of documents that this room owns.
const (
	docAccount    = "account"    // one, key "account": accountDoc
	docKey        = "accountkey" // "receipt", or the id of a token key: keyDoc
	docUser       = "user"       // by guid: userDoc
	docUserName   = "username"   // by folded name: the guid
	docApp        = "app"        // by client id: appDoc
	docSignIn     = "signin"     // by hash of the link's token: linkDoc
	docCode       = "signincode" // by hash of the authorization code: codeDoc
	docSession    = "session"    // by guid: sessionDoc
	docCollection = "collection" // by name: Collection
	docRole       = "role"       // by collection: rolesDoc
	docShared     = "shared"     // what all replicas use, by name: sharedDoc
)

// get reads a document into body; NotFound as the store says it.
func get[T any](ctx context.Context, tx store.Tx, kind, key string) (T, store.Doc, error) {
	var body T
	doc, err := tx.Docs().Get(ctx, kind, key)
	if err != nil {
		return body, doc, err
	}
	if err := json.Unmarshal(doc.Body, &body); err != nil {
		return body, doc, fault.New(fault.Internal, "BadDocument", "the %s document %s can't be read", kind, key).Because(err)
	}
	return body, doc, nil
}

// put writes body as the document; version 0 means that it is new.
func put(ctx context.Context, tx store.Tx, kind, key string, version int64, body any) error {
	text, err := json.Marshal(body)
	if err != nil {
		return fault.New(fault.Internal, "BadDocument", "the %s document %s can't be written", kind, key).Because(err)
	}
	return tx.Docs().Put(ctx, &store.Doc{Kind: kind, Key: key, Version: version, Body: text})
}

const pageSize = 500

// each calls fn for all documents of a kind, by key.
func each[T any](ctx context.Context, tx store.Tx, kind string, fn func(doc store.Doc, body T) error) error {
	after := ""
	for {
		docs, err := tx.Docs().List(ctx, kind, "", after, pageSize)
		if err != nil {
			return err
		}
		for _, doc := range docs {
			var body T
			if err := json.Unmarshal(doc.Body, &body); err != nil {
				return fault.New(fault.Internal, "BadDocument", "the %s document %s can't be read", kind, doc.Key).Because(err)
			}
			if err := fn(doc, body); err != nil {
				return err
			}
			after = doc.Key
		}
		if len(docs) < pageSize {
			return nil
		}
	}
}

// newGUID makes a version 4 UUID.
func newGUID() string {
	var b [16]byte
	rand.Read(b[:])
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}

// newSecret makes 32 random bytes, as unpadded base64url.
func newSecret() string {
	var b [32]byte
	rand.Read(b[:])
	return base64.RawURLEncoding.EncodeToString(b[:])
}

// hashSecret is what is kept of a secret that was made by newSecret: it needs no slow hash.
func hashSecret(secret string) string {
	sum := sha256.Sum256([]byte("purlieu secret 1\x00" + secret))
	return hex.EncodeToString(sum[:])
}

// secretMatches compares in constant time.
func secretMatches(secret, hash string) bool {
	return subtle.ConstantTimeCompare([]byte(hashSecret(secret)), []byte(hash)) == 1
}

// orElse replaces NotFound by the error given, and passes every other error on.
func orElse(err, notFound error) error {
	if fault.Is(err, fault.NotFound) {
		return notFound
	}
	return err
}
