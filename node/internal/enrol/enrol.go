// Package enrol makes a node known to its account: its own key, its enrolment, its tokens.
//
// The *node key* is made on the machine and never leaves it. *Enrolment* shows the account an authentication key of a
// runtime once, over TLS that the key's *pin* vouches for, and gets a *state*: what the node must know of its account
// from then on. A *token* is had by signing a nonce with the node key; clocks play no part in it.
//
// To *rotate* the key is to make another, which the account takes in place of it when both have signed. Until the account has
// answered there are two, and a token is had with whichever the account has.
//
// The state directory holds node.key (PKCS #8, PEM) and node.json, both readable by their owner only; until the
// node's first start enrolment.json, what the enrolment sent, for the egress ledger; during a rotation next.key; and from
// when the machine's owner asks for a rotation until it is done rotate, which names the key that is to go.
package enrol

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"runtime"
	"strings"
	"time"

	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/network"
	"github.com/purlieu/purlieu/network/certs"
)

// Dial opens a connection to "host:port" of the account, through whatever proxy the machine needs: the DialContext of
// a network.Dialer. Its faults are passed on as they are, since they name their one cause.
type Dial func(ctx context.Context, network, address string) (net.Conn, error)

// Options say how a node enrols.
type Options struct {
	Key      string // text of an authentication key; a secret
	Name     string // of the node; "" takes the machine's
	StateDir string // made when it is not there
	// CAFile names a PEM file of authorities to trust in place of the key's pin, where an inspecting proxy stands
	// between. It is trusted from then on, beside the account's own roots.
	CAFile string
	// TrustAccount is kept in the state: vault references need no local binding. The caller says it aloud.
	TrustAccount bool
	// Again lets a machine that is enrolled already enrol anew, with the same node key.
	Again   bool
	Version string // of the build

	Dial Dial             // nil: directly
	Now  func() time.Time // nil: the machine's clock; certificates are judged by it
}

// Result is what became of an enrolment.
type Result struct {
	State State
	// Skew is how far the machine's clock is ahead of the account's, roughly. It does no harm, but logs will differ.
	Skew time.Duration
}

const enrolTimeout = 30 * time.Second

// Enrol enrols the machine as a node and writes its state. When the answer got lost it may be called again: the
// account knows the node key. A failure names one cause, in its code:
//
//	MalformedKey, BadPin, InvalidNodeName, AlreadyEnrolled, BadCAFile, StateDir   before anything is sent
//	NameNotFound, Refused, TimedOut, NoRoute, Unreachable, Proxy…                 the way there: see network, network/proxy
//	NotTLS, HandshakeCut, Intercepted, WrongName, BadCertificate, Clock           TLS: see network/certs
//	NotAnAccount                                                                  something else answers
//	KeyRefused, KeyExpired, KeyExhausted, OtherAccount, NameTaken, …              the account refused
//
// No failure quotes the key.
func Enrol(ctx context.Context, o Options) (Result, error) {
	ctx, cancel := context.WithTimeout(ctx, enrolTimeout)
	defer cancel()
	key, err := model.ParseAuthKey(o.Key)
	if err != nil {
		return Result{}, err
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	machine, _ := os.Hostname() // "" is allowed for
	if o.Name == "" {
		o.Name = DefaultName(machine)
	}
	if !model.ValidNodeName(o.Name) {
		return Result{}, fault.New(fault.Invalid, "InvalidNodeName", "%q can't be a node's name", o.Name).
			Try("Give --name with 1 to 63 letters, digits and single dashes")
	}
	if err := o.checkState(); err != nil {
		return Result{}, err
	}
	host, _, err := net.SplitHostPort(key.Endpoint)
	if err != nil {
		return Result{}, fault.New(fault.Invalid, "MalformedKey", "the key's ServiceEndpoint is not host:port")
	}
	conf, extra, err := o.tls(key.Pin, host)
	if err != nil {
		return Result{}, err
	}
	private, err := ensureKey(o.StateDir)
	if err != nil {
		return Result{}, err
	}
	body := model.EnrolRequest{
		Runtime: key.Runtime, Account: key.Account, Secret: key.Secret, Name: o.Name, PublicKey: publicOf(private),
		Info: model.NodeInfo{Machine: machine, Version: o.Version, System: runtime.GOOS + "/" + runtime.GOARCH},
	}
	if err := saveSent(o.StateDir, body); err != nil {
		return Result{}, err
	}
	var got model.Enrolment
	client := &http.Client{Transport: transport(func(string) (*tls.Config, error) { return conf, nil }, o.Dial), CheckRedirect: stay}
	defer client.CloseIdleConnections()
	if err := post(ctx, client, "https://"+key.Endpoint+"/manage/v1/enrol", body, &got); err != nil {
		return Result{}, unknownHere(err)
	}
	if got.Node == "" || got.AccountURL == "" || len(got.ReceiptKey) == 0 {
		return Result{}, notAnAccount(key.Endpoint)
	}
	state := State{
		Node: got.Node, Name: got.Name, Runtime: got.Runtime, Account: got.Account, AccountURL: got.AccountURL,
		IngestURL: got.IngestURL, ReceiptKey: got.ReceiptKey, Roots: got.Roots, ExtraRoots: extra,
		TrustAccount: o.TrustAccount, Pending: got.Pending, private: private,
	}
	if err := state.save(o.StateDir); err != nil {
		return Result{}, err
	}
	if err := forgetNext(o.StateDir); err != nil { // the account has the other one
		return Result{}, err
	}
	return Result{State: state, Skew: o.Now().Sub(got.Time).Round(time.Second)}, nil
}

// unknownHere adds to a name that is not known what else may help: the key carries the one that the account has of itself,
// which may be another than its nodes need.
func unknownHere(err error) error {
	var known *fault.Error
	if !errors.As(err, &known) || known.Code != network.CodeNameNotFound {
		return err
	}
	remedy := "If the account goes by another name here than the key says, start it with purlieu server --name NAME and copy the key again"
	if known.Remedy != "" {
		remedy = known.Remedy + ". " + remedy
	}
	return fault.New(known.Kind, known.Code, "%s", known.Text).Try("%s", remedy).Because(err)
}

func (o Options) checkState() error {
	if o.StateDir == "" {
		return fault.New(fault.Invalid, "StateDir", "no state directory is given")
	}
	if _, err := os.Stat(statePath(o.StateDir)); err == nil && !o.Again {
		return fault.New(fault.Conflict, "AlreadyEnrolled", "this machine is enrolled already, by %s", statePath(o.StateDir)).
			Try("Enrol with --again to replace that, or give another --state")
	}
	return nil
}

// tls is the configuration of the first connection, and the PEM text of the CA file where one is used.
func (o Options) tls(pin, host string) (*tls.Config, string, error) {
	if o.CAFile == "" {
		conf, err := certs.PinnedConfig(pin, host, o.Now)
		return conf, "", err
	}
	text, err := os.ReadFile(o.CAFile)
	if err != nil {
		return nil, "", fault.New(fault.Invalid, "BadCAFile", "the file %s of --ca can't be read", o.CAFile).Because(err)
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(text) {
		return nil, "", fault.New(fault.Invalid, "BadCAFile", "the file %s of --ca holds no PEM certificate", o.CAFile)
	}
	return certs.RootedConfig(pool, host, o.Now), string(text), nil
}

// DefaultName makes a node's name of a machine's: what can't be in one becomes a dash.
func DefaultName(machine string) string {
	words := strings.FieldsFunc(machine, func(c rune) bool {
		return c < '0' || c > '9' && c < 'A' || c > 'Z' && c < 'a' || c > 'z'
	})
	name := strings.Join(words, "-")
	if name == "" {
		return "node"
	}
	return strings.Trim(name[:min(len(name), 63)], "-")
}

const maxAnswer = 1 << 20

// stay follows no redirect: what is sent holds the key's secret or a signature, and the account does not send elsewhere.
func stay(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

// post sends JSON and reads the answer or the failure.
func post(ctx context.Context, client *http.Client, url string, body, into any) error {
	text, err := json.Marshal(body)
	if err != nil {
		return fault.New(fault.Internal, "Internal", "a request can't be written").Because(err)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(text))
	if err != nil {
		return fault.New(fault.Invalid, "BadAddress", "the account's address can't be used").Because(err)
	}
	req.Header.Set("Content-Type", "application/json")
	res, err := client.Do(req)
	if err != nil {
		return explain(err, req.URL.Host)
	}
	defer res.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(res.Body, maxAnswer))
	if err != nil {
		return fault.New(fault.Unreachable, "HandshakeCut", "%s ended the connection in the middle of its answer", req.URL.Host).
			Try("Try again; if it stays so, a firewall or proxy between cuts it").Because(err)
	}
	if res.StatusCode != http.StatusOK {
		return refusal(res.StatusCode, answer, req.URL.Host)
	}
	if err := json.Unmarshal(answer, into); err != nil {
		return notAnAccount(req.URL.Host)
	}
	return nil
}

func notAnAccount(host string) error {
	return fault.New(fault.Unreachable, "NotAnAccount", "what answers at %s is not the account", host).
		Try("Check the address in the key, and that no web proxy answers in its place")
}

// refusal turns the account's own failure into a fault. Its text comes over the verified connection; it is cut and
// cleaned all the same, since it ends in a terminal.
func refusal(status int, answer []byte, host string) error {
	var body struct {
		Error struct {
			Code    string `json:"code"`
			Message string `json:"message"`
		} `json:"error"`
	}
	if err := json.Unmarshal(answer, &body); err != nil || body.Error.Code == "" {
		return notAnAccount(host)
	}
	kind := fault.Denied
	switch {
	case status == http.StatusConflict:
		kind = fault.Conflict
	case status == http.StatusTooManyRequests:
		kind = fault.Throttled
	case status >= 500:
		kind = fault.Unreachable
	case status == http.StatusBadRequest:
		kind = fault.Invalid
	}
	return fault.New(kind, printable(body.Error.Code, 64), "the account refused: %s", printable(body.Error.Message, 500))
}

func printable(text string, most int) string {
	text = strings.Map(func(c rune) rune {
		if c < ' ' || c == 0x7f || c >= 0x80 && c < 0xa0 || c == 0xfffd {
			return -1
		}
		return c
	}, text)
	return strings.ToValidUTF8(text[:min(len(text), most)], "")
}
