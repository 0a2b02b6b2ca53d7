package sim

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/purlieu/purlieu/bus/bustest"
	"github.com/purlieu/purlieu/model"
)

var (
	seeds = flag.Uint64("seeds", 0, "how many seeds to try; 0: 1,000, or 10,000 where PURLIEU_SOAK is set")
	from  = flag.Uint64("from", 1, "the first seed")
)

func seedsToTry() uint64 {
	switch {
	case *seeds > 0:
		return *seeds
	case os.Getenv("PURLIEU_SOAK") != "":
		return 10_000
	}
	return 1000
}

// outcome is what a world leaves behind.
type outcome struct{ first, second string }

// play grows a source, scans it, lets a person write over it, changes it and scans it again.
func play(seed, source uint64, c chaos, replicas, nodes int) (outcome, error) {
	var out outcome
	tree := grow(source)
	w, err := newWorld(seed, tree, c, replicas, nodes)
	if err != nil {
		return out, err
	}
	defer w.close()
	before := tree.living()
	for i, dump := range []*string{&out.first, &out.second} {
		if i == 1 {
			if err := w.write(before); err != nil {
				return out, err
			}
			tree.change(source)
		}
		w.rage(15 * time.Second)
		state, err := w.scan()
		if err != nil {
			return out, fmt.Errorf("scan %d: %w", i+1, err)
		}
		if state != model.RunSucceeded {
			return out, fmt.Errorf("scan %d ended %s", i+1, state)
		}
		if *dump, err = w.dump(); err != nil {
			return out, err
		}
	}
	for native, name := range tree.living() {
		if _, old := before[native]; old && !strings.Contains(out.second, fmt.Sprintf("%s\t", name)) {
			return out, fmt.Errorf("%s is not in the map", name)
		}
	}
	if err := faithful(out.second, before); err != nil {
		return out, err
	}
	return out, w.tidy()
}

// faithful checks that what was written over each table stands over the one of the same native id, and nowhere else.
func faithful(dump string, before map[string]string) error {
	for _, l := range strings.Split(strings.TrimSpace(dump), "\n") {
		var e struct {
			Type, QualifiedName string
			Deleted             bool
			Asset               struct{ NativeID string }
			Authored            struct{ Description string }
		}
		_, raw, _ := strings.Cut(l, "\t")
		if err := json.Unmarshal([]byte(raw), &e); err != nil {
			return err
		}
		if e.Type != "orchard_table" || e.Deleted {
			continue
		}
		want := e.Asset.NativeID
		if _, old := before[want]; !old {
			want = ""
		}
		if e.Authored.Description != want {
			return fmt.Errorf("over %s stands %q, want %q", e.QualifiedName, e.Authored.Description, want)
		}
	}
	return nil
}

func badness(seed uint64) chaos {
	scale := float64(seed%6) / 2 // from a perfect world to one 2.5 times as bad as usual
	return chaos{
		faults: bustest.Faults{
			Drop: 0.08 * scale, Double: 0.1 * scale, Late: 0.1 * scale, LateBy: 5 * time.Second, Latency: 40 * time.Millisecond, Timeout: timeout,
		},
		crash: 0.03 * scale, restart: 0.02 * scale, forget: 0.04 * scale, cut: 0.03 * scale, store: 0.05 * scale, killed: 0.005 * scale, freeze: 0.02 * scale, drain: 0.02 * scale,
	}
}

const sources = 8 // different sources, each with its undisturbed outcome

func TestTheMapIsTheSameWhateverHappens(t *testing.T) {
	var want [sources]outcome
	for i := range want {
		out, err := play(1, uint64(i), chaos{}, 1, 1)
		if err != nil {
			t.Fatalf("undisturbed source %d: %v", i, err)
		}
		if !strings.Contains(out.second, "grown") {
			t.Fatalf("the change of source %d is not in the map", i)
		}
		want[i] = out
	}
	var next atomic.Uint64
	next.Store(*from)
	end := *from + seedsToTry()
	again := func(seed uint64) string { return fmt.Sprintf("go test ./test/sim -from %d -seeds 1", seed) }
	var wait sync.WaitGroup
	for range 2 {
		wait.Go(func() {
			for {
				seed := next.Add(1) - 1
				if seed >= end || t.Failed() {
					return
				}
				source := seed % sources
				out, err := play(seed, source, badness(seed), 1+int(seed%2), 1+int(seed%3))
				if err != nil {
					t.Errorf("seed %d: %v\nagain: %s", seed, err, again(seed))
					return
				}
				for i, pair := range [][2]string{{want[source].first, out.first}, {want[source].second, out.second}} {
					if pair[0] != pair[1] {
						t.Errorf("seed %d: after scan %d the map differs:\n%s\nagain: %s", seed, i+1, firstDifference(pair[0], pair[1]), again(seed))
						return
					}
				}
			}
		})
	}
	wait.Wait()
}

func firstDifference(want, got string) string {
	a, b := strings.Split(want, "\n"), strings.Split(got, "\n")
	for i := range max(len(a), len(b)) {
		var x, y string
		if i < len(a) {
			x = a[i]
		}
		if i < len(b) {
			y = b[i]
		}
		if x != y {
			return "want " + x + "\ngot  " + y
		}
	}
	return "no line"
}
