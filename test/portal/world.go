package portal

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// World is what the portal's pages are looked at in, until Stop.
type World struct {
	root     string // of the repository
	dir      string // of all that it makes
	demo     string // the demo's folder
	programs string // the folder of both programs
	filled   string // address of the demo's account
	bare     string // address of the account with nothing in it
	server   *exec.Cmd
}

// Missing says which program is not there, without which there is no world; "" is none.
func Missing() string {
	for _, program := range []string{"bash", "chromium", "node", "openssl", "psql"} {
		if _, err := exec.LookPath(program); err != nil {
			return program
		}
	}
	return ""
}

// Start starts a world with the programs of a folder. dir must be empty, and readable for PostgreSQL's own user.
func Start(ctx context.Context, root, programs, dir string) (*World, error) {
	w := &World{root: root, dir: dir}
	if err := w.start(ctx, programs); err != nil {
		return nil, errors.Join(err, w.Stop())
	}
	return w, nil
}

func (w *World) start(ctx context.Context, programs string) error {
	w.programs = programs
	if err := w.runDemo(ctx, programs); err != nil {
		return err
	}
	purlieu := filepath.Join(programs, "purlieu")
	for _, name := range []string{"rita", "sam", "nora"} {
		link, err := w.client(ctx, purlieu, "client", "", "user", "add", name)
		if err != nil {
			return err
		}
		if err := w.redeem(ctx, purlieu, linkIn(link), name); err != nil {
			return err
		}
	}
	for _, command := range [][]string{
		{"role", "add", "root", "purview-reader", "rita"},
		{"collection", "add", "sales", "--title", "Sales"},
		{"collection", "add", "support", "--title", "Support"},
		{"role", "add", "sales", "data-source-administrator", "nora"},
		{"role", "add", "support", "purview-reader", "nora"},
		{"source", "add", "FileSystem", "blank", "--set", "folder=/nowhere", "--authority", "blank"},
		{"scan", "run", "files", "nightly", "--watch"}, // a second time: nothing has changed
	} {
		if _, err := w.client(ctx, purlieu, "client", "", command...); err != nil {
			return err
		}
	}
	if err := w.fillArchive(ctx, purlieu); err != nil {
		return err
	}
	return w.startBare(ctx, purlieu)
}

// runDemo starts a demo beside one that a person may have.
func (w *World) runDemo(ctx context.Context, programs string) error {
	cmd := exec.CommandContext(ctx, filepath.Join(w.root, "demo", "run")) //nolint:gosec // of this repository
	cmd.Env = append(os.Environ(), "PURLIEU_DEMO_BIN="+programs, "PURLIEU_DEMO_MARK="+w.mark(), "TMPDIR="+w.dir)
	said, err := cmd.CombinedOutput()
	if err != nil {
		return fmt.Errorf("demo/run: %w\n%s", err, said)
	}
	folder, err := os.ReadFile(w.mark())
	if err != nil {
		return err
	}
	w.demo = strings.TrimSpace(string(folder))
	port, err := os.ReadFile(filepath.Join(w.demo, "portal.port"))
	if err != nil {
		return err
	}
	w.filled = "http://127.0.0.1:" + strings.TrimSpace(string(port))
	return nil
}

func (w *World) mark() string { return filepath.Join(w.dir, "demo") }

// startBare starts an account to which nothing is done but that its first person signs in.
func (w *World) startBare(ctx context.Context, purlieu string) error {
	doors := make([]string, 2)
	for i := range doors {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return err
		}
		doors[i] = l.Addr().String()
		_ = l.Close()
	}
	data := filepath.Join(w.dir, "bare")
	log, err := os.Create(filepath.Join(w.dir, "bare.log"))
	if err != nil {
		return err
	}
	defer log.Close()
	w.server = exec.Command(purlieu, "server", "--data", data, "--listen", doors[0], "--http", doors[1], "--no-built-in")
	w.server.Stdout, w.server.Stderr = log, log
	if err := w.server.Start(); err != nil {
		return err
	}
	w.bare = "http://" + doors[1]
	for range 150 {
		link, err := os.ReadFile(filepath.Join(data, "signin-link"))
		if err == nil && strings.HasSuffix(string(link), "\n") {
			return w.redeem(ctx, purlieu, string(link), "demo")
		}
		time.Sleep(100 * time.Millisecond)
	}
	return errors.New("the account with nothing in it did not come up")
}

// redeem sets a person's password, the same for all, by a one-time link.
func (w *World) redeem(ctx context.Context, purlieu, link, name string) error {
	password, err := w.password()
	if err != nil {
		return err
	}
	config := name
	if name == "demo" {
		config = "bare-demo"
	}
	_, err = w.client(ctx, purlieu, config, strings.TrimSpace(link)+"\n"+name+"\n"+password+"\n"+password+"\n", "login", "--link", "-")
	return err
}

func (w *World) password() (string, error) {
	text, err := os.ReadFile(filepath.Join(w.demo, "secrets", "demo-password"))
	return strings.TrimSpace(string(text)), err
}

// client runs a command of the client with the sign-in that is kept in a folder of the demo.
func (w *World) client(ctx context.Context, purlieu, config, stdin string, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, purlieu, args...)
	cmd.Env = append(os.Environ(), "PURLIEU_CONFIG="+filepath.Join(w.demo, config))
	cmd.Stdin = strings.NewReader(stdin)
	said, err := cmd.CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("purlieu %s: %w\n%s", args[0], err, said)
	}
	return string(said), nil
}

// linkIn is the one-time link in what the client said.
func linkIn(said string) string {
	for line := range strings.Lines(said) {
		if strings.HasPrefix(line, "http") {
			return strings.TrimSpace(line)
		}
	}
	return ""
}

// Browse is vitest in web, with a configuration and more arguments, in an environment that says where the world is.
func (w *World) Browse(ctx context.Context, config string, args ...string) (*exec.Cmd, error) {
	password, err := w.password()
	if err != nil {
		return nil, err
	}
	port, err := w.shopPort()
	if err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, "node", append([]string{"node_modules/vitest/vitest.mjs", "run", "--config", config}, args...)...) //nolint:gosec // of this repository
	cmd.Dir = filepath.Join(w.root, "web")
	cmd.Env = append(os.Environ(), "PORTAL_FILLED="+w.filled, "PORTAL_EMPTY="+w.bare, "PORTAL_PASSWORD="+password, "PORTAL_SHOP_PORT="+port,
		"PURLIEU_DEMO_MARK="+w.mark(), "PURLIEU_DEMO_BIN="+w.programs)
	return cmd, nil
}

// Stop ends all that the world started.
func (w *World) Stop() error {
	if w.server != nil && w.server.Process != nil {
		_ = w.server.Process.Signal(syscall.SIGTERM)
		_ = w.server.Wait()
	}
	cmd := exec.Command(filepath.Join(w.root, "demo", "stop")) //nolint:gosec // of this repository
	cmd.Env = append(os.Environ(), "PURLIEU_DEMO_MARK="+w.mark())
	if said, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("demo/stop: %w\n%s", err, said)
	}
	return nil
}
