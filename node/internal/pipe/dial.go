package pipe

import (
	"context"
	"net"
	"strconv"
	"time"

	"github.com/purlieu/purlieu/fault"
)

// Connect asks the supervisor, at a Unix socket, for a connection to a host and port. The connection's RemoteAddr
// is the target as it was asked for, so that a driver that dials it again (to cancel a query) is judged as before.
// It fails with the supervisor's fault, or fault.Unreachable "NoSupervisor" when that can't be asked.
func Connect(ctx context.Context, socket, token, host string, port int) (net.Conn, error) {
	var d net.Dialer
	raw, err := d.DialContext(ctx, "unix", socket)
	if err != nil {
		return nil, noSupervisor(ctx, err)
	}
	unix, ok := raw.(*net.UnixConn)
	if !ok {
		_ = raw.Close()
		return nil, fault.New(fault.Internal, "NoSupervisor", "the supervisor's socket is of another kind")
	}
	undo := context.AfterFunc(ctx, func() { _ = unix.SetDeadline(time.Unix(1, 0)) })
	conn, err := ask(ctx, unix, Dial{Token: token, Host: host, Port: port, Take: canTake})
	if err == nil && !undo() {
		_ = conn.Close()
		err = noSupervisor(ctx, ctx.Err())
	}
	if err != nil {
		_ = unix.Close()
		return nil, err
	}
	return &target{Conn: conn, addr: Addr(net.JoinHostPort(host, strconv.Itoa(port)))}, nil
}

// ask sends the request and reads the answer. The connection that it returns is unix itself where bytes are relayed.
func ask(ctx context.Context, unix *net.UnixConn, request Dial) (net.Conn, error) {
	if err := NewWriter(unix).Send(KindDial, request); err != nil {
		return nil, noSupervisor(ctx, err)
	}
	in := &taker{conn: unix}
	defer in.drop()
	kind, payload, err := NewReader(in).Next()
	if err != nil {
		return nil, noSupervisor(ctx, err)
	}
	var answer Dialed
	if kind != KindDialed {
		return nil, badFrame("a frame of kind %d answers a dial", kind)
	}
	if err := Decode(payload, &answer); err != nil {
		return nil, err
	}
	if answer.Kind != 0 {
		return nil, &fault.Error{Kind: answer.Kind, Code: answer.Code, Text: answer.Text, Remedy: answer.Remedy}
	}
	if !answer.Passed {
		return unix, nil
	}
	conn, err := in.take()
	if err != nil {
		return nil, noSupervisor(ctx, err)
	}
	_ = unix.Close()
	return conn, nil
}

func noSupervisor(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		err = ctx.Err()
	}
	return fault.New(fault.Unreachable, "NoSupervisor", "the supervisor could not be asked for a connection").Because(err)
}

// Addr is a TCP address by name: "host:port".
type Addr string

// Network is "tcp".
func (Addr) Network() string { return "tcp" }

// String is host and port.
func (a Addr) String() string { return string(a) }

type target struct {
	net.Conn
	addr Addr
}

func (t *target) RemoteAddr() net.Addr { return t.addr }
