package model

import "time"

// EnrolRequest asks the account to take a new node into a runtime: the body of POST /manage/v1/enrol.
type EnrolRequest struct {
	Runtime   string   `json:"runtime"`   // guid, from the key
	Account   string   `json:"account"`   // guid, from the key
	Secret    string   `json:"secret"`    // of the key
	Name      string   `json:"name"`      // of the node
	PublicKey []byte   `json:"publicKey"` // Ed25519, 32 bytes
	Info      NodeInfo `json:"info"`
}

// NodeInfo is what a node says of itself.
type NodeInfo struct {
	Machine string `json:"machine,omitempty"` // host name
	Version string `json:"version,omitempty"` // of the build
	System  string `json:"system,omitempty"`  // "linux/amd64"
}

// Enrolment is what an enrolled node has to know of its account.
type Enrolment struct {
	Node       string    `json:"node"` // bus.NodeID
	Name       string    `json:"name"`
	Runtime    string    `json:"runtime"` // the runtime's name
	Account    string    `json:"account"` // guid
	AccountURL string    `json:"accountUrl"`
	IngestURL  string    `json:"ingestUrl"`
	ReceiptKey []byte    `json:"receiptKey"` // Ed25519, 32 bytes: what receipts are signed with
	Roots      string    `json:"roots"`      // PEM: what the account's certificates are signed with
	Pending    bool      `json:"pending"`    // a person must approve the node before it gets tokens
	Time       time.Time `json:"time"`       // by the account's clock
}

// NonceRequest asks for a nonce: the body of POST /manage/v1/nodes/nonce.
type NonceRequest struct {
	Node string `json:"node"`
}

// NonceAnswer is one nonce, good for one token or one change of a key within a minute.
type NonceAnswer struct {
	Nonce string `json:"nonce"`
}

// TokenRequest proves who asks: the body of POST /manage/v1/nodes/token.
type TokenRequest struct {
	Node      string `json:"node"`
	Nonce     string `json:"nonce"`
	Signature []byte `json:"signature"` // by the node's key, over NodeProof
}

// TokenAnswer is a bearer token for bus and REST. Seconds, not a time: clocks differ.
type TokenAnswer struct {
	Token   string `json:"token"`
	Seconds int    `json:"expiresInSeconds"`
}

// NodeProof is the text that a node signs to get a token.
func NodeProof(node, nonce string) []byte {
	return []byte("purlieu node token 1\x00" + node + "\x00" + nonce)
}

// KeyRequest gives a node another key: the body of POST /manage/v1/nodes/key. Both signatures are over KeyProof: that of
// the key which the account has says who asks, that of the new one that the asker holds it.
type KeyRequest struct {
	Node         string `json:"node"`
	Nonce        string `json:"nonce"`
	PublicKey    []byte `json:"publicKey"` // the new one; Ed25519, 32 bytes
	Signature    []byte `json:"signature"` // by the key that it replaces
	NewSignature []byte `json:"newSignature"`
}

// KeyAnswer says that the account has the new key, and takes no other.
type KeyAnswer struct {
	KeyTime time.Time `json:"keyTime"` // since when, by the account's clock
}

// KeyProof is the text that a node signs with the key it has and with the one that is to replace it.
func KeyProof(node, nonce string, public []byte) []byte {
	return append([]byte("purlieu node key 1\x00"+node+"\x00"+nonce+"\x00"), public...)
}

// ValidNodeName reports whether a runtime or node may have the name: letters and digits, joined by single dashes, at
// most 63. So it is one token of a bus subject, and NodeID stays unambiguous.
func ValidNodeName(name string) bool {
	if name == "" || len(name) > 63 || name[0] == '-' || name[len(name)-1] == '-' {
		return false
	}
	for i := range len(name) {
		c := name[i]
		letter := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9'
		if !letter && (c != '-' || name[i-1] == '-') {
			return false
		}
	}
	return true
}
