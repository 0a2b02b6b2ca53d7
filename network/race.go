package network

import (
	"context"
	"net"
	"net/netip"
	"time"
)

// interleave puts addresses of both families in turn, beginning with the family of the first, keeping the order in each.
func interleave(in []netip.AddrPort) []netip.AddrPort {
	var first, second []netip.AddrPort
	for _, a := range in {
		if a.Addr().Is4() == in[0].Addr().Is4() {
			first = append(first, a)
		} else {
			second = append(second, a)
		}
	}
	out := make([]netip.AddrPort, 0, len(in))
	for i := range max(len(first), len(second)) {
		if i < len(first) {
			out = append(out, first[i])
		}
		if i < len(second) {
			out = append(out, second[i])
		}
	}
	return out
}

// race dials addresses one after the other, the next when the last has failed or had its head start. The first
// connection wins and the others are closed. The error is that of the address tried first.
func race(ctx context.Context, network string, addrs []netip.AddrPort) (net.Conn, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	type result struct {
		i    int
		conn net.Conn
		err  error
	}
	results := make(chan result, len(addrs))
	started, ended := 0, 0
	next := func() {
		i := started
		started++
		go func() {
			var d net.Dialer
			conn, err := d.DialContext(ctx, network, addrs[i].String())
			results <- result{i, conn, err}
		}()
	}
	var failure error
	next()
	for {
		var patience <-chan time.Time
		if started < len(addrs) {
			patience = time.After(headStart)
		}
		select {
		case <-patience:
			next()
		case r := <-results:
			ended++
			if r.err == nil {
				cancel()
				go func(left int) { // at once: their context has ended
					for range left {
						if late := <-results; late.conn != nil {
							_ = late.conn.Close()
						}
					}
				}(started - ended)
				return r.conn, nil
			}
			if failure == nil || r.i == 0 {
				failure = r.err
			}
			switch {
			case started < len(addrs):
				next()
			case ended == started:
				return nil, failure
			}
		}
	}
}
