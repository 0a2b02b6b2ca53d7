package broker

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/subtle"
	"errors"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/node/internal/pipe"
)

// Bounds of the dial socket.
const (
	maxSocketPath = 104 // the least that any system allows
	maxArrivals   = 256 // connections at once, of all guests
	maxOfGuest    = 64
	helloTime     = 5 * time.Second
	dialTime      = time.Minute
)

// doors is the dial socket: it opens connections for guests.
type doors struct {
	dial  func(ctx context.Context, kind, host string, port int) (net.Conn, error)
	wg    sync.WaitGroup
	slots chan struct{}

	mu       sync.Mutex
	guests   map[*guest]struct{}
	folder   string
	listener net.Listener
}

// guest is one running attempt.
type guest struct {
	token  string
	kind   string
	ctx    context.Context // ends when the guest is revoked, and its relayed connections with it
	cancel context.CancelFunc
	slots  chan struct{}
}

func newDoors(dial func(ctx context.Context, kind, host string, port int) (net.Conn, error)) *doors {
	return &doors{dial: dial, slots: make(chan struct{}, maxArrivals), guests: map[*guest]struct{}{}}
}

// admit makes a guest with a token of its own and says where the socket is.
func (d *doors) admit(ctx context.Context, kind string) (*guest, string, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.listener == nil {
		if err := d.open(); err != nil {
			return nil, "", err
		}
	}
	g := &guest{token: rand.Text() + rand.Text(), kind: kind, slots: make(chan struct{}, maxOfGuest)}
	g.ctx, g.cancel = context.WithCancel(ctx)
	d.guests[g] = struct{}{}
	return g, d.listener.Addr().String(), nil
}

// revoke makes the guest's token worthless and closes what is relayed for it. A connection that was passed is the
// worker's own and ends with it, or with its job.
func (d *doors) revoke(g *guest) {
	d.mu.Lock()
	delete(d.guests, g)
	d.mu.Unlock()
	g.cancel()
}

// open makes the folder, which only this user can enter, and listens there.
func (d *doors) open() error {
	broken := func(err error) error {
		return fault.New(fault.Unreachable, "NoDialSocket", "the socket for the connections of workers can't be opened").Because(err).
			Try("Give the node a temporary folder that it may write to, with a short path")
	}
	for _, root := range []string{os.TempDir(), "/tmp"} {
		folder, err := os.MkdirTemp(root, "pd") // 0700
		if err != nil {
			continue
		}
		path := filepath.Join(folder, "d")
		if len(path) >= maxSocketPath {
			_ = os.Remove(folder)
			continue
		}
		l, err := net.Listen("unix", path)
		if err != nil {
			_ = os.Remove(folder)
			return broken(err)
		}
		d.folder, d.listener = folder, l
		d.wg.Go(func() { d.accept(l) })
		return nil
	}
	return broken(errors.New("no folder for it"))
}

func (d *doors) close() {
	d.mu.Lock()
	if d.listener != nil {
		_ = d.listener.Close()
		_ = os.RemoveAll(d.folder)
	}
	for g := range d.guests {
		g.cancel()
	}
	d.mu.Unlock()
	d.wg.Wait()
}

func (d *doors) accept(l net.Listener) {
	for {
		conn, err := l.Accept()
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err != nil { // out of descriptors: those that are open go first
			time.Sleep(watchEvery)
			continue
		}
		unix, ok := conn.(*net.UnixConn)
		select {
		case d.slots <- struct{}{}:
		default:
			ok = false
		}
		if !ok {
			_ = conn.Close()
			continue
		}
		d.wg.Go(func() {
			defer func() { <-d.slots }()
			defer func() { _ = unix.Close() }()
			d.serve(unix)
		})
	}
}

// serve answers one worker's request.
func (d *doors) serve(unix *net.UnixConn) {
	_ = unix.SetDeadline(time.Now().Add(helloTime))
	kind, payload, err := pipe.NewShortReader(unix).Next()
	var request pipe.Dial
	if err != nil || kind != pipe.KindDial || pipe.Decode(payload, &request) != nil {
		return
	}
	g := d.find(request.Token)
	if g == nil {
		answer(unix, fault.New(fault.Denied, "BadToken", "the token is not that of a running job"))
		return
	}
	select {
	case g.slots <- struct{}{}:
		defer func() { <-g.slots }()
	default:
		answer(unix, fault.New(fault.Throttled, "TooManyConnections", "a job may have %d connections", maxOfGuest))
		return
	}
	ctx, cancel := context.WithTimeout(g.ctx, dialTime)
	conn, err := d.connect(ctx, g, request)
	cancel()
	_ = unix.SetDeadline(time.Now().Add(helloTime))
	if err != nil {
		answer(unix, err)
		return
	}
	defer func() { _ = conn.Close() }()
	if tcp, ok := conn.(*net.TCPConn); ok && request.Take && canPass {
		_ = pass(unix, tcp, frame(pipe.Dialed{Passed: true})) // the worker sees a broken answer by itself
		return
	}
	if _, err := unix.Write(frame(pipe.Dialed{})); err != nil {
		return
	}
	_ = unix.SetDeadline(time.Time{})
	relay(g.ctx, unix, conn)
}

// connect dials for a guest.
func (d *doors) connect(ctx context.Context, g *guest, r pipe.Dial) (net.Conn, error) {
	if r.Host == "" || len(r.Host) > 255 || strings.ContainsAny(r.Host, "\x00/ ") || r.Port < 1 || r.Port > 65535 {
		return nil, fault.New(fault.Invalid, "BadTarget", "a connection needs a host and a port")
	}
	conn, err := d.dial(ctx, g.kind, r.Host, r.Port)
	if err == nil && g.ctx.Err() != nil {
		_ = conn.Close()
		err = fault.New(fault.Gone, "JobEnded", "the job has ended")
	}
	return conn, err
}

// find compares the token with those of all guests, in a time that does not tell how much of it is right.
func (d *doors) find(token string) *guest {
	d.mu.Lock()
	defer d.mu.Unlock()
	var found *guest
	for g := range d.guests {
		if subtle.ConstantTimeCompare([]byte(g.token), []byte(token)) == 1 {
			found = g
		}
	}
	return found
}

// answer says why there is no connection, in closed words: what is no fault stays here.
func answer(unix *net.UnixConn, err error) {
	d := pipe.Dialed{Kind: fault.Internal, Code: "Internal", Text: "the connection could not be opened"}
	var e *fault.Error
	if errors.As(err, &e) && e.Kind != fault.Internal {
		d = pipe.Dialed{Kind: e.Kind, Code: fault.CodeOf(err), Text: cut(e.Text, maxNote), Remedy: cut(e.Remedy, maxNote)}
	}
	_, _ = unix.Write(frame(d))
}

func frame(d pipe.Dialed) []byte {
	d.Text, d.Remedy = strings.ToValidUTF8(d.Text, "?"), strings.ToValidUTF8(d.Remedy, "?")
	var b bytes.Buffer
	_ = pipe.NewWriter(&b).Send(pipe.KindDialed, d) // a buffer takes all, and the message is small
	return b.Bytes()
}

// relay copies both ways until both have ended, or ctx does. A side that can be half closed is.
func relay(ctx context.Context, unix *net.UnixConn, conn net.Conn) {
	both := func() {
		_ = unix.Close()
		_ = conn.Close()
	}
	defer context.AfterFunc(ctx, both)()
	var wg sync.WaitGroup
	wg.Go(func() {
		_, err := io.Copy(conn, unix)
		half, ok := conn.(interface{ CloseWrite() error })
		if err != nil || !ok || half.CloseWrite() != nil {
			both()
		}
	})
	_, err := io.Copy(unix, conn)
	if err != nil || unix.CloseWrite() != nil {
		both()
	}
	wg.Wait()
}
