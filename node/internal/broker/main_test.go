package broker

import (
	"bufio"
	"bytes"
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/purlieu/purlieu/bus"
	"github.com/purlieu/purlieu/connector"
	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/node/internal/pipe"
	"github.com/purlieu/purlieu/node/internal/survey"
)

// workerArg makes the test binary a worker; the word behind it says of what sort.
const workerArg = "purlieu-test-worker"

func TestMain(m *testing.M) {
	if len(os.Args) > 2 && os.Args[1] == workerArg {
		os.Exit(beWorker(os.Args[2]))
	}
	os.Exit(m.Run())
}

// beWorker is the child process.
func beWorker(sort string) int {
	w := pipe.NewWriter(os.Stdout)
	switch sort {
	case "honest":
		if err := survey.Worker(context.Background(), os.Stdin, os.Stdout, survey.Members{Connectors: []connector.Connector{actor{}}}); err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		return 0
	case "supervisor": // runs a worker that ignores everything, and tells its process
		b := New(Config{
			Command:    func() *exec.Cmd { return exec.Command(os.Args[0], workerArg, "mute") },
			Kinds:      []model.Kind{actor{}.Describe()},
			Secrets:    func(context.Context, bus.Grant) (map[string][]byte, error) { return nil, nil },
			Post:       func(func()) {},
			MaxWorkers: 1, Clock: time.Now, Log: slog.New(slog.DiscardHandler),
		})
		b.Start(grant("deaf", 0), nil, newAudience())
		for children() == "" {
			time.Sleep(10 * time.Millisecond)
		}
		fmt.Println(children())
	case "garbage":
		_, _ = io.CopyN(os.Stdout, rand.Reader, 1<<20)
	case "printing":
		fmt.Println("a library that prints to standard output")
	case "bomb":
		bomb := append([]byte{0, 0x10, 0, 8, byte(pipe.KindFacts), 0xa1, 1, 0x9a, 0, 0x10, 0, 0}, bytes.Repeat([]byte{0xa0}, 1<<20)...)
		_, _ = os.Stdout.Write(bomb)
	case "downward":
		_ = w.Send(pipe.KindStart, nil)
	case "mute": // never reads and never speaks
	default:
		if answer := falseAnswers()[sort]; answer != nil {
			answer(w)
			break
		}
		_ = w.Send(pipe.KindFacts, lies()[sort])
	}
	time.Sleep(time.Minute)
	return 0
}

// lies are facts that no worker of ours would send.
func lies() map[string]bus.Facts {
	fact := func(change func(a *model.Asset, r *bus.BaseRow)) bus.Facts {
		a := model.Asset{Type: "table", Path: "shop/public/t", Name: "t", Container: "shop/public"}
		r := bus.BaseRow{Hash: model.HashOf(a.Type, model.QualifiedName("actor://host/", a.Path))}
		change(&a, &r)
		return bus.Facts{Assets: []model.Asset{a}, Rows: []bus.BaseRow{r}}
	}
	path := func(p string) bus.Facts {
		return fact(func(a *model.Asset, r *bus.BaseRow) {
			a.Path, a.Container = p, ""
			r.Hash = model.HashOf(a.Type, model.QualifiedName("actor://host/", p))
		})
	}
	return map[string]bus.Facts{
		"another_source":  path("bank/public/t"),
		"beyond_scope":    path("shop/hidden/t"),
		"undeclared_type": fact(func(a *model.Asset, _ *bus.BaseRow) { a.Type = "dump" }),
		"a_long_text":     fact(func(a *model.Asset, _ *bus.BaseRow) { a.Comment = strings.Repeat("x", pipe.MaxText+1) }),
		"a_literal":       fact(func(a *model.Asset, _ *bus.BaseRow) { a.Text = "select 'value 4711'" }),
		"a_default":       fact(func(a *model.Asset, _ *bus.BaseRow) { a.Columns = []model.Column{{Name: "c", Default: "4711"}} }),
		"a_label": fact(func(a *model.Asset, _ *bus.BaseRow) {
			a.Columns = []model.Column{{Name: "c", Labels: []string{"4711"}}}
		}),
		"a_loose_attribute": fact(func(a *model.Asset, _ *bus.BaseRow) { a.Attrs = []model.Attr{{Name: "rows", Text: "4711"}} }),
		"a_nul":             fact(func(a *model.Asset, _ *bus.BaseRow) { a.Comment = "a\x00b" }),
		"another_row":       fact(func(_ *model.Asset, r *bus.BaseRow) { r.Hash[0]++ }),
		"no_row":            {Assets: []model.Asset{{Type: "table", Path: "shop/public/t"}}},
		"an_open_gap":       {Gaps: []model.Gap{{Code: "ERROR: row (4711, 'secret')"}}},
		"a_foreign_bitmap":  {Seen: []bus.Seen{{Container: "shop/public", Bits: []byte{1}}}},
		"an_open_class": fact(func(a *model.Asset, _ *bus.BaseRow) {
			a.Columns = []model.Column{{Name: "c", Classes: []model.Class{{Name: "ada@example.com"}}}}
		}),
		"a_class_not_asked_for": fact(func(a *model.Asset, _ *bus.BaseRow) { a.Facets |= model.FacetClassification }),
		"a_foreign_unit":        {Children: []model.Unit{{Step: "tables", Below: "bank"}}},
	}
}

// actor is a connector that does what the setting "act" says.
type actor struct{}

func (actor) Describe() model.Kind {
	return model.Kind{Name: "Actor", Version: 1, Types: []model.TypeDef{{Name: "table"}}, Settings: []model.Field{{Name: "act"}, {Name: "n", Default: "10"}}}
}

func (actor) Plan(context.Context, connector.Env, func(model.Unit) error) error { return nil }

func (actor) Scan(ctx context.Context, env connector.Env, _ model.Unit, emit connector.Emit) error {
	n, _ := strconv.Atoi(env.Setting("n"))
	switch act := env.Setting("act"); act {
	case "tables":
		for i := range n {
			if err := emit.Asset(table(i)); err != nil {
				return err
			}
		}
		return emit.Listed(model.Listed{Container: "shop/public", Whole: true})
	case "endless":
		for i := 0; ; i++ {
			if err := emit.Asset(table(i)); err != nil {
				return err
			}
		}
	case "panic":
		panic("value 4711")
	case "panic aside":
		go panic("value 4711")
		<-ctx.Done()
	case "slow":
		env.Log().Info("slow begins", "n", n)
		<-ctx.Done()
		return ctx.Err()
	case "deaf":
		env.Log().Info("deaf begins")
		time.Sleep(time.Minute)
	case "allocate":
		var held [][]byte
		for range 1024 {
			b := make([]byte, 1<<20)
			for i := 0; i < len(b); i += 512 {
				b[i] = 1
			}
			held = append(held, b)
			time.Sleep(time.Millisecond)
		}
		runtime.KeepAlive(held)
	case "who":
		a := table(0)
		a.Comment = fmt.Sprintf("pid=%d env=%d secret=%s", os.Getpid(), len(os.Environ()), env.Secret("password").Reveal())
		fmt.Println("printed to standard output by a library")
		return emit.Asset(a)
	case "room":
		a := table(0)
		a.Comment = os.TempDir()
		return emit.Asset(a)
	case "dial":
		return dialAndSay(ctx, env, n, emit)
	}
	return fault.New(fault.Invalid, "NoSuchAct", "no act")
}

// dialAndSay sends a line to the port and reports the answer as a comment.
func dialAndSay(ctx context.Context, env connector.Env, port int, emit connector.Emit) error {
	conn, err := env.Dial(ctx, "db.example", port)
	if err != nil {
		return err
	}
	defer conn.Close()
	if _, err := fmt.Fprintln(conn, "hello"); err != nil {
		return err
	}
	line, err := bufio.NewReader(conn).ReadString('\n')
	if err != nil {
		return fault.New(fault.Unreachable, "NoAnswer", "none")
	}
	a := table(0)
	a.Comment, a.Owner = strings.TrimSpace(line), conn.RemoteAddr().Network()+" "+conn.RemoteAddr().String()
	return emit.Asset(a)
}

func table(i int) *model.Asset {
	a := &model.Asset{
		Type: "table", Path: fmt.Sprintf("shop/public/t%06d", i), Name: fmt.Sprintf("t%06d", i), Container: "shop/public",
		Facets: model.FacetExistence | model.FacetStructure, Measures: []model.Measure{{Name: "rows", Value: 10}},
	}
	for c := range 10 {
		a.Columns = append(a.Columns, model.Column{Name: fmt.Sprintf("column_%d", c), Type: "character varying(80)", Ordinal: c + 1})
	}
	return a
}
