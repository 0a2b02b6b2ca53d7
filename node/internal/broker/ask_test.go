package broker

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/purlieu/purlieu/bus"
	"github.com/purlieu/purlieu/connector"
	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/node/internal/pipe"
)

// Test implements connector.Tester.
func (actor) Test(ctx context.Context, env connector.Env, report func(connector.Step)) error {
	report(connector.Step{Name: "begin", OK: true, Detail: string(env.Secret("password").Reveal()) + " received"})
	switch env.Setting("act") {
	case "dial":
		_, err := env.Dial(ctx, "db.example", 7)
		return err
	case "slow":
		<-ctx.Done()
		return ctx.Err()
	case "panic":
		panic("value 4711")
	case "talkative":
		for range 10 * bus.MaxSteps {
			report(connector.Step{Name: "more", OK: true, Detail: strings.Repeat("x", 10*maxNote)})
		}
	}
	return nil
}

// Browse implements connector.Browser.
func (actor) Browse(_ context.Context, env connector.Env, path string, emit func(model.Ref) error) error {
	if env.Setting("act") == "stray" {
		return emit(model.Ref{Type: "table", Path: "bank/public"})
	}
	for i := range 2 * bus.MaxNames {
		if path == "shop/few" && i == 3 {
			break
		}
		if err := emit(model.Ref{Type: "table", Path: path + "/" + table(i).Name}); err != nil {
			return err
		}
	}
	return nil
}

func question(act string) bus.Ask {
	return bus.Ask{V: 1, Kind: "Actor", Settings: model.Settings{"act": act}, Login: model.CredentialRef{Name: "reader"}}
}

func browse(act, path string) bus.Ask {
	q := question(act)
	q.Browse, q.Path = true, path
	return q
}

func TestAQuestionIsAnsweredByAProcessOfItsOwn(t *testing.T) {
	ctx := context.Background()
	s := raise(t, "honest", nil)
	a := s.Ask(ctx, question(""))
	if a.Code != "" || len(a.Steps) != 1 || a.Steps[0] != (bus.Step{Name: "begin", OK: true, Detail: "hush received"}) {
		t.Errorf("a test: %+v", a)
	}
	a = s.Ask(ctx, question("dial"))
	if last := a.Steps[len(a.Steps)-1]; a.Code != "HostNotAllowed" || a.Kind != fault.Denied || last.OK || last.Remedy != "Allow it" {
		t.Errorf("a test that policy refuses: %+v", a)
	}
	a = s.Ask(ctx, question("panic"))
	if a.Code != "ReaderPanicked" || strings.Contains(a.Text+a.Remedy, "4711") || len(a.Steps) != 1 {
		t.Errorf("a test that panics: %+v", a)
	}
	a = s.Ask(ctx, question("talkative"))
	if a.Code != "" || len(a.Steps) != bus.MaxSteps || len(a.Steps[1].Detail) > maxNote {
		t.Errorf("a test that says too much: %d steps, %q", len(a.Steps), a.Code)
	}
	a = s.Ask(ctx, browse("", "shop/few"))
	if a.Code != "" || len(a.Names) != 3 || a.More || a.Names[0] != (model.Ref{Type: "table", Path: "shop/few/t000000"}) {
		t.Errorf("names: %+v", a)
	}
	a = s.Ask(ctx, browse("", "shop/many"))
	if a.Code != "" || len(a.Names) != bus.MaxNames || !a.More {
		t.Errorf("too many names: %d, more %v, %q", len(a.Names), a.More, a.Code)
	}
	a = s.Ask(ctx, browse("stray", "shop"))
	if a.Code != "" || len(a.Names) != 0 {
		t.Errorf("a name of elsewhere: %+v", a)
	}
	if a = s.Ask(ctx, bus.Ask{Kind: "Unheard"}); a.Code != "UnknownKind" || a.Kind != fault.Unsupported {
		t.Errorf("an unknown kind: %+v", a)
	}
}

func TestAQuestionEndsInTimeAndTakesNoSlotOfAnAttempt(t *testing.T) {
	s := raise(t, "honest", func(c *Config) { c.MaxWorkers = 1 })
	work := newAudience()
	w := s.Start(grant("slow", 1), nil, work)
	eventually(t, "the attempt runs", func() bool { return strings.Contains(s.log.String(), "slow begins") })
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	began := time.Now()
	a := s.Ask(ctx, question("slow"))
	if a.Code != "AnswerLate" || a.Kind != fault.Unreachable || len(a.Steps) == 0 || time.Since(began) > 10*time.Second {
		t.Errorf("after %v: %+v", time.Since(began), a)
	}
	w.Stop()
	s.Close()
	if a := s.Ask(context.Background(), question("")); a.Code != "Stopping" {
		t.Errorf("after the end: %+v", a)
	}
}

func TestASecretThatMayNotGoIsAnAnswer(t *testing.T) {
	s := raise(t, "honest", func(c *Config) {
		c.Secrets = func(context.Context, bus.Grant) (map[string][]byte, error) {
			return nil, fault.New(fault.Denied, "SecretNotBound", "no").Try("Bind it")
		}
	})
	if a := s.Ask(context.Background(), question("")); a.Code != "SecretNotBound" || a.Remedy != "Bind it" || a.Kind != fault.Denied || len(a.Steps) != 0 {
		t.Errorf("%+v", a)
	}
}

// falseAnswers are frames that no worker of ours would send in answer to a question.
func falseAnswers() map[string]func(*pipe.Writer) {
	names := func(list ...model.Ref) func(*pipe.Writer) {
		return func(w *pipe.Writer) { _ = w.Send(pipe.KindNames, pipe.Names{List: list}) }
	}
	return map[string]func(*pipe.Writer){
		"answers_with_facts": func(w *pipe.Writer) { _ = w.Send(pipe.KindFacts, bus.Facts{}) },
		"a_name_elsewhere":   names(model.Ref{Type: "table", Path: "bank/t"}),
		"a_name_of_no_type":  names(model.Ref{Type: "dump", Path: "shop/t"}),
		"too_many_names": func(w *pipe.Writer) {
			for range bus.MaxNames + 1 {
				names(model.Ref{Type: "table", Path: "shop/t"})(w)
			}
		},
		"too_many_steps": func(w *pipe.Writer) {
			for range bus.MaxSteps + 1 {
				_ = w.Send(pipe.KindStep, bus.Step{Name: "x"})
			}
		},
		"a_long_step": func(w *pipe.Writer) { _ = w.Send(pipe.KindStep, bus.Step{Name: strings.Repeat("x", maxNote+1)}) },
		"an_open_end": func(w *pipe.Writer) {
			_ = w.Send(pipe.KindEnd, pipe.End{Outcome: bus.OutcomeFailed, Code: "ERROR: 4711"})
		},
		"a_dishonest_end": func(w *pipe.Writer) { _ = w.Send(pipe.KindEnd, pipe.End{Outcome: bus.OutcomeRead, Code: "Failed"}) },
	}
}

func TestAWorkerThatAnswersFalselyIsNotBelieved(t *testing.T) {
	for sort := range falseAnswers() {
		t.Run(sort, func(t *testing.T) {
			s := raise(t, sort, nil)
			a := s.Ask(context.Background(), browse("", "shop"))
			if a.Code != "WorkerMisbehaved" || len(a.Steps)+len(a.Names) != 0 {
				t.Errorf("%+v", a)
			}
		})
	}
}
