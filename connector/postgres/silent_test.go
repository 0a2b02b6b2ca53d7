package postgres_test

import (
	"context"
	"io"
	"net"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/purlieu/purlieu/connector/connectortest"
	"github.com/purlieu/purlieu/connector/postgres"
	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/test/peer"
)

// hasty is a world whose connections wait for an answer for a short time only.
type hasty struct {
	*connectortest.Env
	patience time.Duration
}

func (h hasty) Dial(ctx context.Context, host string, port int) (net.Conn, error) {
	conn, err := h.Env.Dial(ctx, host, port)
	if err == nil {
		err = conn.SetReadDeadline(time.Now().Add(h.patience))
	}
	return conn, err
}

// saying answers the first bytes of each connection by say, which is closed behind it unless it hangs.
func saying(t *testing.T, say string, hangs bool) (port string) {
	t.Helper()
	return strconv.Itoa(peer.Listen(t, func(conn net.Conn) {
		_, _ = conn.Read(make([]byte, 8)) // a request for TLS, or the begin of a sign-in
		_, _ = io.WriteString(conn, say)
		if hangs {
			_, _ = io.Copy(io.Discard, conn)
		}
	}).Port)
}

func TestNoTLSIsToldOfAPeerThatDidNotAnswerAsAServer(t *testing.T) {
	c := postgres.New()
	for _, tc := range []struct {
		name, mode, say string
		hangs           bool
		step, code      string
		detail          string
	}{
		{"accepts and says nothing", "verify-full", "", true, "sign in", "NoAnswer", "did not answer within 20 s"},
		{"says nothing in clear", "disable", "", true, "sign in", "NoAnswer", "did not answer within 20 s"},
		{"agrees to TLS and says no more", "require", "S", true, "sign in", "NoAnswer", "did not answer within 20 s"},
		{"ends the connection", "verify-full", "", false, "sign in", "ConnectionLost", "ended the connection"},
		{"speaks something else", "disable", strings.Repeat("HTTP/1.1 400 Bad Request\r\n\r\n", 8), false, "sign in", "NotUnderstood", "does not answer as a PostgreSQL server"},
		{"speaks something else before TLS", "verify-full", "HTTP/1.1 400 Bad Request\r\n\r\n", false, "tls", "TLSRefused", "does not offer TLS"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			patience := 30 * time.Second
			if tc.hangs {
				patience = 300 * time.Millisecond
			}
			env := hasty{&connectortest.Env{
				Kind: c.Describe(), Settings: model.Settings{"serverEndpoint": "127.0.0.1", "port": saying(t, tc.say, tc.hangs), "sslMode": tc.mode},
				Login: "BasicAuth", Open: map[string]string{"user": "u"}, Secrets: map[string]string{"password": "p"},
			}, patience}
			steps := stepsOf(t, c, env)
			last := steps[len(steps)-1]
			if last.OK || last.Name != tc.step || last.Remedy == "" || !strings.Contains(last.Detail, tc.detail) {
				t.Errorf("it ends with %+v", last)
			}
			for _, s := range steps {
				if s.Name == "tls" && s.OK {
					t.Errorf("it tells of %+v", s)
				}
			}
			if _, err := connectortest.Units(t.Context(), c, env); fault.CodeOf(err) != tc.code || !fault.Is(err, fault.Unreachable) && tc.step == "sign in" {
				t.Errorf("a scan ends with %v", err)
			}
		})
	}
}
