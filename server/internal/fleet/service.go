package fleet

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"sync"
	"time"

	"github.com/purlieu/purlieu/bus"
	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/server/internal/store"
)

// Sealer encrypts keys at rest: access.Sealer.
type Sealer interface {
	Seal(plain []byte, label string) []byte
	Open(sealed []byte, label string) ([]byte, error)
}

// Tokens makes and judges signed words: access.Service.
type Tokens interface {
	IssueNode(ctx context.Context, node, enrolment string) (token string, life time.Duration, err error)
	IssueNonce(ctx context.Context, use, subject string, life time.Duration) (string, error)
	CheckNonce(ctx context.Context, tx store.Tx, use, subject, nonce string) (made time.Time, err error)
}

// Place is where and as whom the account is reached, as keys and enrolments tell it.
type Place struct {
	Endpoint   string // host:port of the account door, for keys
	Pin        string // of the certificate authority, in the form of network/certs
	AccountURL string
	IngestURL  string
	Roots      string // PEM
}

// Config is what the room can be told.
type Config struct {
	Account    string       // guid
	Place      func() Place // asked each time: names and roots change while the account runs
	ReceiptKey ed25519.PublicKey
	// OnRevoke is called after a node was removed, revoked or enrolled anew here, so that the bus cuts it at once.
	// Other replicas ask Gone.
	OnRevoke func(node string)

	// OnOrder is called after what people have told a node has changed, so that the bus has it ask at once. A node that is
	// elsewhere, or does not hear, asks within seconds all the same.
	OnOrder func(node string)

	// Ask puts a question to a node that may be away: bus.Caller. The default says that every node is.
	Ask func(ctx context.Context, node string, question bus.Ask) (bus.Answer, error)

	// OnEnrol is called within the transaction that lets a self-hosted node in, with its key; an error refuses it. It
	// is not called when a node asks again because its answer was lost, nor for the built-in node.
	OnEnrol func(ctx context.Context, tx store.Tx, node string, key ed25519.PublicKey) error

	// OnKey is called within the transaction that takes a node's new key in place of its own; an error refuses it.
	OnKey func(ctx context.Context, tx store.Tx, node string, key ed25519.PublicKey) error

	// OnRemove is called within the transaction that takes a node out of its runtime; an error keeps it there.
	OnRemove func(ctx context.Context, tx store.Tx, node string) error

	// OnAnswer is called within a transaction when a node has answered a question, with the entry of its egress ledger that
	// the answer is; an error keeps the answer from whoever asked.
	OnAnswer func(ctx context.Context, tx store.Tx, node string, seal bus.Seal) error

	NonceLife time.Duration // 1 min
	Silent    time.Duration // a node without a beat for this long is offline; 15 s
	Lapse     time.Duration // a node without a sign of life for this long must enrol anew; 90 days
	BeatEvery time.Duration // how often a beat is written to the store; 1 min
}

// DefaultConfig is what design §6 promises. Account, Place, ReceiptKey, OnRevoke, OnOrder, OnEnrol,
// OnKey, OnRemove, OnAnswer and Ask are the caller's.
func DefaultConfig() Config {
	return Config{
		NonceLife: time.Minute, Silent: 15 * time.Second, Lapse: 90 * 24 * time.Hour, BeatEvery: time.Minute,
		OnRevoke: func(string) {}, OnOrder: func(string) {},
		Ask: func(_ context.Context, node string, _ bus.Ask) (bus.Answer, error) {
			return bus.Answer{}, fault.New(fault.Unreachable, "NodeAway", "node %s can't be asked", node)
		},
		OnEnrol:  func(context.Context, store.Tx, string, ed25519.PublicKey) error { return nil },
		OnKey:    func(context.Context, store.Tx, string, ed25519.PublicKey) error { return nil },
		OnRemove: func(context.Context, store.Tx, string) error { return nil },
		OnAnswer: func(context.Context, store.Tx, string, bus.Seal) error { return nil },
	}
}

// Service is the room. Safe for concurrent use. Its clock is the store's.
type Service struct {
	store  store.Store
	seal   Sealer
	tokens Tokens
	cfg    Config

	mu    sync.Mutex
	beats map[string]lastBeat // by node
	met   map[string][]string // by node, the enrolments that it opened connections here with
}

type lastBeat struct {
	at     time.Time
	stored time.Time
	beat   bus.Beat
}

// Open makes the room, and the built-in runtime at first start.
func Open(ctx context.Context, st store.Store, seal Sealer, tokens Tokens, cfg Config) (*Service, error) {
	s := &Service{store: st, seal: seal, tokens: tokens, cfg: cfg, beats: map[string]lastBeat{}, met: map[string][]string{}}
	err := st.Update(ctx, store.People, func(tx store.Tx) error {
		_, err := tx.Docs().Get(ctx, docRuntime, model.BuiltInRuntime)
		if !fault.Is(err, fault.NotFound) {
			return err
		}
		return s.addRuntime(ctx, tx, model.BuiltInRuntime, model.RuntimeManaged, "Runs beside the account, for sources that it can reach itself")
	})
	return s, err
}

// Kinds of documents that this room owns.
const (
	docRuntime   = "runtime"
	docRuntimeID = "runtimeid"
	docNode      = "node"
)

func get[T any](ctx context.Context, tx store.Tx, kind, key string) (T, store.Doc, error) {
	var body T
	doc, err := tx.Docs().Get(ctx, kind, key)
	if err == nil {
		body, err = decode[T](doc)
	}
	return body, doc, err
}

func decode[T any](doc store.Doc) (T, error) {
	var body T
	if err := json.Unmarshal(doc.Body, &body); err != nil {
		return body, fault.New(fault.Internal, "BadDocument", "the %s document %s can't be read", doc.Kind, doc.Key).Because(err)
	}
	return body, nil
}

func put(ctx context.Context, tx store.Tx, kind, key string, version int64, body any) error {
	text, err := json.Marshal(body)
	if err != nil {
		return fault.New(fault.Internal, "BadDocument", "the %s document %s can't be written", kind, key).Because(err)
	}
	return tx.Docs().Put(ctx, &store.Doc{Kind: kind, Key: key, Version: version, Body: text})
}

const pageSize = 500

// list gives all documents of a kind whose key begins with prefix, by key.
func list(ctx context.Context, tx store.Tx, kind, prefix string) ([]store.Doc, error) {
	var all []store.Doc
	after := ""
	for {
		docs, err := tx.Docs().List(ctx, kind, prefix, after, pageSize)
		if err != nil {
			return nil, err
		}
		all = append(all, docs...)
		if len(docs) < pageSize {
			return all, nil
		}
		after = docs[len(docs)-1].Key
	}
}

// newGUID makes a version 4 UUID.
func newGUID() string {
	var b [16]byte
	rand.Read(b[:])
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}

// orElse replaces NotFound by the error given, and passes every other error on.
func orElse(err, notFound error) error {
	if fault.Is(err, fault.NotFound) {
		return notFound
	}
	return err
}
