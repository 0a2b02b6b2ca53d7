package survey

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"testing"
	"time"

	"github.com/purlieu/purlieu/bus"
	"github.com/purlieu/purlieu/connector"
	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/node/internal/pipe"
)

// said is what a worker sent, by kind, in order.
func said(t *testing.T, out io.Reader) (kinds []pipe.Kind, ends []pipe.End) {
	t.Helper()
	r := pipe.NewReader(out)
	for {
		kind, payload, err := r.Next()
		if err != nil {
			return kinds, ends
		}
		kinds = append(kinds, kind)
		if kind == pipe.KindEnd {
			var end pipe.End
			if err := pipe.Decode(payload, &end); err != nil {
				t.Fatal(err)
			}
			ends = append(ends, end)
		}
	}
}

func TestWorker(t *testing.T) {
	give := func(w *pipe.Writer, j pipe.Job) {
		t.Helper()
		if err := w.Send(pipe.KindJob, j); err != nil {
			t.Fatal(err)
		}
		for name, value := range j.Secrets {
			if err := w.SendSecret(name, value); err != nil {
				t.Fatal(err)
			}
		}
		if err := w.Send(pipe.KindStart, nil); err != nil {
			t.Fatal(err)
		}
	}

	t.Run("runs_jobs_one_after_the_other_until_exit", func(t *testing.T) {
		var in, out bytes.Buffer
		w := pipe.NewWriter(&in)
		other := job()
		other.Grant.Kind = "Other"
		give(w, job())
		give(w, other)
		give(w, job())
		_ = w.Send(pipe.KindExit, nil)
		if err := Worker(context.Background(), &in, &out, Members{Connectors: []connector.Connector{tables(3, nil)}}); err != nil {
			t.Fatal(err)
		}
		_, ends := said(t, &out)
		if len(ends) != 3 || ends[0].Assets != 3 || ends[1].Code != "UnknownKind" || ends[2].Outcome != bus.OutcomeRead {
			t.Fatal(ends)
		}
	})

	t.Run("garbage_ends_it_with_a_fault", func(t *testing.T) {
		for name, in := range map[string][]byte{
			"text": []byte("hello worker, how are you"), "an_up_frame": {0, 0, 0, 1, byte(pipe.KindEnd)},
			"a_secret_without_a_job": {0, 0, 0, 3, byte(pipe.KindSecret), 1, 'a'}, "a_cut_frame": {0, 0, 1},
		} {
			if err := Worker(context.Background(), bytes.NewReader(in), io.Discard, Members{}); !fault.Is(err, fault.Invalid) {
				t.Fatal(name, err)
			}
		}
	})

	t.Run("cancel_reaches_the_connector_and_the_next_job_runs", func(t *testing.T) {
		begun := make(chan struct{}, 2)
		n := 0
		conn := script{scan: func(ctx context.Context, env connector.Env, emit connector.Emit) error {
			begun <- struct{}{}
			if n++; n > 1 {
				return emit.Gap(model.Gap{Code: "Second", Object: string(env.Secret("password").Reveal())})
			}
			<-ctx.Done()
			return ctx.Err()
		}}
		inR, inW := io.Pipe()
		var out bytes.Buffer
		done := make(chan error, 1)
		go func() {
			done <- Worker(context.Background(), inR, &out, Members{Connectors: []connector.Connector{conn}})
		}()
		w := pipe.NewWriter(inW)
		j := job()
		j.Secrets = map[string][]byte{"password": []byte("hush")}
		give(w, j)
		<-begun
		_ = w.Send(pipe.KindCancel, nil)
		give(w, j)
		<-begun
		_ = w.Send(pipe.KindExit, nil)
		if err := <-done; err != nil {
			t.Fatal(err)
		}
		_, ends := said(t, &out)
		if len(ends) != 2 || ends[0].Code != "Cancelled" || ends[1].Outcome != bus.OutcomeRead {
			t.Fatal(ends)
		}
	})

	t.Run("the_end_of_its_input_ends_it_even_when_a_connector_does_not", func(t *testing.T) {
		stuck := make(chan struct{})
		defer close(stuck)
		conn := script{scan: func(context.Context, connector.Env, connector.Emit) error { <-stuck; return nil }}
		var in bytes.Buffer
		give(pipe.NewWriter(&in), job())
		began := time.Now()
		if err := Worker(context.Background(), &in, io.Discard, Members{Connectors: []connector.Connector{conn}}); err != nil || time.Since(began) > 2*grace {
			t.Fatal(err, time.Since(began))
		}
	})

	t.Run("log_lines_are_bounded_in_number_and_length", func(t *testing.T) {
		long := string(bytes.Repeat([]byte("x"), 1<<20))
		conn := script{scan: func(_ context.Context, env connector.Env, _ connector.Emit) error {
			for range pipe.MaxLogLines + 50 {
				say(env.Log().With("a", long).WithGroup("g"), long)
			}
			return nil
		}}
		var in, out bytes.Buffer
		w := pipe.NewWriter(&in)
		give(w, job())
		_ = w.Send(pipe.KindExit, nil)
		if err := Worker(context.Background(), &in, &out, Members{Connectors: []connector.Connector{conn}}); err != nil {
			t.Fatal(err)
		}
		if out.Len() > pipe.MaxLogLines*4*pipe.MaxLogText {
			t.Fatal(out.Len(), "bytes of log")
		}
		kinds, _ := said(t, &out)
		if len(kinds) != pipe.MaxLogLines+1 {
			t.Fatal(len(kinds), "frames")
		}
	})
}

// say logs a message that is not constant, as a driver may.
func say(log *slog.Logger, message string) {
	r := slog.NewRecord(time.Unix(0, 0), slog.LevelInfo, message, 0)
	r.Add("b", message, "c", 1)
	_ = log.Handler().Handle(context.Background(), r)
}
