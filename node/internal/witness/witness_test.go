package witness

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/purlieu/purlieu/bus"
	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/node/internal/policy"
)

const edge = "edge--one"

// office is a set of witnesses and what it said.
type office struct {
	*Witnesses
	t    *testing.T
	mu   sync.Mutex
	upTo uint64
	log  strings.Builder
}

func newOffice(t *testing.T) *office {
	o := &office{t: t, upTo: math.MaxUint64}
	o.Witnesses = New(edge, time.Now, slog.New(slog.NewTextHandler(o, nil)), func(upTo uint64) {
		o.mu.Lock()
		defer o.mu.Unlock()
		o.upTo = upTo
	})
	t.Cleanup(func() { o.end() })
	return o
}

// Write implements io.Writer, for the log.
func (o *office) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.log.Write(p)
}

// released is up to which entry messages may leave.
func (o *office) released() uint64 {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.upTo
}

func (o *office) said(what string) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return strings.Contains(o.log.String(), what)
}

func (o *office) until(what string, is func() bool) {
	o.t.Helper()
	for end := time.Now().Add(30 * time.Second); !is(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			o.t.Fatalf("it never came that %s: %+v", what, o.State())
		}
	}
}

func head(index uint64) bus.Seal { return bus.Seal{Index: index, Head: [32]byte{byte(index), 1}} }

// heads are what a file of a witness has, by index, in order.
func heads(t *testing.T, path string) (out []bus.Seal) {
	t.Helper()
	f, err := os.Open(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for notes := NewNotes(f, edge); ; {
		h, err := notes.Next()
		if errors.Is(err, io.EOF) {
			return out
		}
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, h)
	}
}

func TestAFileIsToldTheNewestHeadAndTheLast(t *testing.T) {
	at := policy.Witness{File: filepath.Join(t.TempDir(), "heads.log")}
	o := newOffice(t)
	o.Use([]policy.Witness{at})
	if s := o.State(); s.Count != 1 || s.Behind != nil || s.Index != 0 {
		t.Fatalf("%+v", s)
	}
	for i := range uint64(500) {
		o.Head(head(i + 1))
	}
	o.until("the newest head is told", func() bool { return o.State().Index == 500 })
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	o.Close(ctx, head(777))
	got := heads(t, at.File)
	if len(got) > 4 || got[len(got)-1] != head(777) {
		t.Errorf("%d heads, the last %+v", len(got), got[len(got)-1])
	}
	info, err := os.Stat(at.File)
	if err != nil || runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
		t.Error(info, err)
	}

	next := newOffice(t) // the node's next life begins with what it found
	next.Use([]policy.Witness{at})
	next.Head(head(777))
	next.until("it is told again", func() bool { return len(heads(t, at.File)) == len(got)+1 })
}

func TestAWitnessThatCantBeToldIsSaidAndTriedAgain(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "away")
	at := policy.Witness{File: filepath.Join(folder, "heads.log"), Required: true}
	other := policy.Witness{File: filepath.Join(t.TempDir(), "heads.log")}
	o := newOffice(t)
	o.Use([]policy.Witness{at, other})
	o.Head(head(3))
	o.until("it is behind", func() bool { s := o.State(); return s.Behind != nil && s.Withheld && s.Index == 0 })
	if text := o.State().Behind.Error(); !strings.Contains(text, at.File) || !strings.Contains(text, ": "+syscall.ENOENT.Error()) || !strings.Contains(text, "writable") {
		t.Errorf("which one, why, and what helps is not said: %s", text)
	}
	o.until("the other is told", func() bool { return len(heads(t, other.File)) == 1 })
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	if o.released() != 0 || o.Await(ctx, 3) || !o.said("level=ERROR") {
		t.Errorf("what was not told may leave, up to %d:\n%s", o.released(), o.log.String())
	}
	if err := os.WriteFile(folder, nil, 0o600); err != nil { // now it fails in another way
		t.Fatal(err)
	}
	o.until("the other cause is logged", func() bool { return o.said(syscall.ENOTDIR.Error()) })
	if err := os.Remove(folder); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	if !o.Await(t.Context(), 3) || o.released() != 3 || o.State().Withheld || o.State().Behind != nil || !o.said("told again") {
		t.Errorf("up to %d: %+v", o.released(), o.State())
	}
	o.Use([]policy.Witness{other})
	if o.released() != math.MaxUint64 || o.State().Count != 1 {
		t.Errorf("a witness that is named no more holds it up to %d", o.released())
	}
}

func TestASystemLogIsToldOverTCP(t *testing.T) {
	listen := func(address string) net.Listener {
		l, err := net.Listen("tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		return l
	}
	l := listen("127.0.0.1:0")
	address := l.Addr().String()
	lines := make(chan string, 10)
	serve := func(l net.Listener) (stop func()) {
		conns := make(chan net.Conn, 10)
		go func() {
			for {
				c, err := l.Accept()
				if err != nil {
					return
				}
				conns <- c
				go func() {
					for s := bufio.NewScanner(c); s.Scan(); {
						lines <- s.Text()
					}
				}()
			}
		}()
		return func() {
			_ = l.Close()
			_ = (<-conns).Close()
		}
	}
	stop := serve(l)
	o := newOffice(t)
	o.Use([]policy.Witness{{Syslog: "tcp://" + address}})
	o.Head(head(1))
	told := func(want uint64) {
		t.Helper()
		select {
		case text := <-lines:
			got, err := NewNotes(strings.NewReader(text+"\n"), edge).Next()
			if err != nil || got != head(want) || !strings.Contains(text, "purlieu-runtime[") {
				t.Fatalf("%q is %+v: %v", text, got, err)
			}
		case <-time.After(30 * time.Second):
			t.Fatalf("head %d did not come: %+v", want, o.State())
		}
	}
	told(1)
	stop()
	o.until("it is behind", func() bool { // what a broken connection takes is not told: the next is
		o.Head(head(o.State().Index + 2))
		return o.State().Behind != nil
	})
	for len(lines) > 0 {
		<-lines
	}
	defer serve(listen(address))()
	o.Witnesses.mu.Lock()
	want := o.head.Index
	o.Witnesses.mu.Unlock()
	told(want)
	o.until("it is told again", func() bool { return o.State().Behind == nil })
}

func TestASystemLogIsToldInDatagrams(t *testing.T) {
	text, err := line(edge, head(7), time.Unix(1_800_000_000, 0))
	if err != nil {
		t.Fatal(err)
	}
	network, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer network.Close()
	there := map[string]net.PacketConn{"udp": network}
	open := map[string]func() (teller, error){"udp": func() (teller, error) { return openSyslog("udp://"+network.LocalAddr().String(), time.Second) }}
	if runtime.GOOS != "windows" {
		path := filepath.Join(t.TempDir(), "log")
		local, err := net.ListenPacket("unixgram", path)
		if err != nil {
			t.Fatal(err)
		}
		defer local.Close()
		there["local"] = local
		open["local"] = func() (teller, error) { return openLocal(time.Second, path+".none", path) }
	}
	for name, l := range there {
		w, err := open[name]()
		if err != nil {
			t.Fatal(name, err)
		}
		if err := errors.Join(w.Tell(text), w.Close(), l.SetReadDeadline(time.Now().Add(30*time.Second))); err != nil {
			t.Fatal(name, err)
		}
		got := make([]byte, maxLine)
		n, _, err := l.ReadFrom(got)
		if err != nil || !strings.HasPrefix(string(got[:n]), "<29>") || !strings.Contains(string(got[:n]), "purlieu-runtime[") {
			t.Errorf("%s: %q, %v", name, got[:n], err)
		}
		if h, err := NewNotes(strings.NewReader(string(got[:n])), edge).Next(); err != nil || h != head(7) {
			t.Errorf("%s: %+v, %v", name, h, err)
		}
	}
	if _, err := openLocal(time.Second, filepath.Join(t.TempDir(), "none")); fault.CodeOf(err) != "NoSyslog" {
		t.Error(err)
	}
}

func TestALogThatTakesNothingHangsNobody(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0") // it answers, and never reads
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	at := policy.Witness{Syslog: "tcp://" + l.Addr().String()}
	w, err := openSyslog(at.Syslog, 200*time.Millisecond)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	ended := make(chan error, 1)
	go func() {
		for {
			if err := w.Tell(strings.Repeat("x", maxLine)); err != nil {
				ended <- err
				return
			}
		}
	}()
	select {
	case err := <-ended:
		text := behind(at, err).Error()
		if !errors.Is(err, os.ErrDeadlineExceeded) || !strings.Contains(text, "timeout") || strings.Contains(text, "writable") || strings.Contains(text, "->") {
			t.Errorf("%v: %s", err, text)
		}
	case <-time.After(20 * time.Second):
		t.Fatal("it waits for ever")
	}
}

func TestNotesAreReadOutOfALogOfMany(t *testing.T) {
	say := func(node string, index uint64) string {
		text, err := line(node, head(index), time.Unix(1_800_000_000, 0))
		if err != nil {
			t.Fatal(err)
		}
		return text
	}
	text := strings.Join([]string{
		"Nov 26 08:00:00 host sshd[7]: accepted",
		"Nov 26 08:00:01 host purlieu-runtime[8]: " + say(edge, 1),
		"Nov 26 08:00:01 host purlieu-runtime[9]: " + say("edge--two", 1),
		strings.Repeat("x", 3*maxLine),
		say(edge, 2)[:40] + say(edge, 3), // cut short when the disk was full
		say(edge, 4)[:60],                // cut short, and nothing behind it
		mark + `{"v":2,"node":"edge--one","i":9,"head":"00"}`,
		say(edge, 5),
		say(edge, 6)[:70],
	}, "\n")
	notes := NewNotes(strings.NewReader(text), edge)
	var got []uint64
	for {
		h, err := notes.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil || h != head(h.Index) {
			t.Fatal(h, err)
		}
		got = append(got, h.Index)
	}
	if fmt.Sprint(got) != "[1 3 5]" || notes.Broken != 2 {
		t.Errorf("heads %v, %d broken", got, notes.Broken)
	}
}

func FuzzNotes(f *testing.F) {
	text, _ := line(edge, head(7), time.Unix(1_800_000_000, 0))
	f.Add([]byte("host: " + text + "\n" + mark + "{}\n"))
	f.Add([]byte(mark + mark + "\n\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		notes, lines := NewNotes(strings.NewReader(string(data)), edge), 0
		for {
			h, err := notes.Next()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil || h.Index == 0 {
				t.Fatal(h, err)
			}
			lines++
		}
		if lines+notes.Broken > strings.Count(string(data), "\n") {
			t.Errorf("%d heads and %d broken lines in %q", lines, notes.Broken, data)
		}
	})
}
