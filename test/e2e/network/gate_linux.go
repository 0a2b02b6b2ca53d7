package network

import (
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/purlieu/purlieu/network/certs"
)

// Ports of the gate, and those of the account that the gate treats in a way of its own.
const (
	proxyPort     = 3128
	inspectorPort = 7443
	inspectedPort = 8445 // leads to the inspector
	closedPort    = 9443 // the firewall drops it
	refusedPort   = 9444 // the firewall refuses it
)

// proxy is the address of the gate's proxy, as an option of the node has it.
func proxy() string { return "http://" + at(gateIP, proxyPort) }

func at(host string, port int) string { return net.JoinHostPort(host, strconv.Itoa(port)) }

const basicHelper = "/usr/lib/squid/basic_ncsa_auth"

// startSquid starts a proxy on the gate that lets the user "edge" through to the account, and gives its access log.
func (s *stage) startSquid(t testing.TB) (squid *process, log string) {
	t.Helper()
	if _, err := os.Stat(basicHelper); err != nil {
		t.Skip("skipped: squid is not installed whole: ", err)
	}
	hash, err := exec.Command("openssl", "passwd", "-apr1", proxyPassword).Output()
	if err != nil {
		t.Fatal(err)
	}
	dir, err := os.MkdirTemp("", "purlieu-squid-") // its user must be able to come here
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	config := fmt.Sprintf(`http_port %[1]s
auth_param basic program %[2]s %[3]s/pw
acl known proxy_auth REQUIRED
acl account dst %[4]s
acl door port 8443
http_access deny !CONNECT
http_access deny !account
http_access deny !door
http_access allow known
http_access deny all
pid_filename %[3]s/pid
access_log stdio:%[3]s/access.log
cache_log %[3]s/log
coredump_dir %[3]s
pinger_enable off
cache deny all
shutdown_lifetime 0 seconds
visible_hostname gate
`, at(gateIP, proxyPort), basicHelper, dir, accountIP)
	for name, text := range map[string]string{"pw": "edge:" + string(hash), "squid.conf": config} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if out, err := exec.Command("chown", "-R", "proxy:", dir).CombinedOutput(); err != nil {
		t.Fatalf("chown: %v: %s", err, out)
	}
	p := s.gate.start(t, "squid", s.dir, nil, "squid", "-N", "-f", filepath.Join(dir, "squid.conf"))
	guard(t, p.cmd.Process.Pid)
	p.until(t, 20*time.Second, "squid listens", func() bool {
		return s.gate.do(func() error {
			c, err := net.DialTimeout("tcp", at(gateIP, proxyPort), time.Second)
			if err == nil {
				_ = c.Close()
			}
			return err
		}) == nil
	})
	return p, filepath.Join(dir, "access.log")
}

const proxyPassword = "canary-proxy"

// passwordFile is a file with a password for the proxy.
func (s *stage) passwordFile(t testing.TB, password string) string {
	t.Helper()
	path := filepath.Join(s.dir, "proxy-"+password)
	if err := os.WriteFile(path, []byte(password+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// startDNS answers on the gate that no name is known.
func (s *stage) startDNS(t testing.TB) {
	t.Helper()
	var conn net.PacketConn
	if err := s.gate.do(func() (err error) { conn, err = net.ListenPacket("udp", at(gateIP, 53)); return err }); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	go func() {
		message := make([]byte, 1500)
		for {
			n, from, err := conn.ReadFrom(message)
			if err != nil {
				return
			}
			if n < 12 {
				continue
			}
			message[2], message[3] = message[2]|0x80, message[3]&0xf0|3 // a response: no such name
			_, _ = conn.WriteTo(message[:n], from)                      // who asked may be gone
		}
	}()
}

// startInspector is what some networks have on their gate: it ends TLS with an authority of its own, reads, and
// passes on. It gives the file with the authority's certificate.
func (s *stage) startInspector(t testing.TB) (ca string) {
	t.Helper()
	authority, err := certs.Open(filepath.Join(s.dir, "inspector"), time.Now, []string{accountIP})
	if err != nil {
		t.Fatal(err)
	}
	ca = filepath.Join(s.dir, "inspector.pem")
	if err := os.WriteFile(ca, authority.RootPEM(), 0o600); err != nil {
		t.Fatal(err)
	}
	var l net.Listener
	if err := s.gate.do(func() (err error) { l, err = net.Listen("tcp", at(gateIP, inspectorPort)); return err }); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	config := authority.TLSConfig()
	config.NextProtos = []string{"http/1.1"}
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go s.inspect(tls.Server(c, config))
		}
	}()
	return ca
}

// inspect carries one connection to the account and back.
func (s *stage) inspect(near *tls.Conn) {
	defer near.Close()
	if near.Handshake() != nil { // who does not trust the inspector goes away here
		return
	}
	var raw net.Conn
	if s.gate.do(func() (err error) { raw, err = net.Dial("tcp", account); return err }) != nil {
		return
	}
	far := tls.Client(raw, &tls.Config{InsecureSkipVerify: true}) //nolint:gosec // such boxes are not careful either
	defer far.Close()
	go func() {
		_, _ = io.Copy(far, near)
		_ = far.CloseWrite()
	}()
	_, _ = io.Copy(near, far)
}

// endpoint is the key with another address of the account in it.
func endpoint(key, address string) string {
	parts := strings.Split(key, "@")
	parts[3] = "ServiceEndpoint=" + address
	return strings.Join(parts, "@")
}
