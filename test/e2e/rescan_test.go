package e2e

import (
	"bufio"
	"encoding/json"
	"maps"
	"strings"
	"testing"
)

// ledgerEntry is a line of a node's egress ledger.
type ledgerEntry struct {
	Index  uint64 `json:"i"`
	Kind   string
	Size   int
	Assets int
}

// ledger reads the node's ledger, as its owner does.
func (n *node) ledger() (list []ledgerEntry) {
	n.t.Helper()
	lines := bufio.NewScanner(strings.NewReader(n.runtime("egress", "show", "--json")))
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var e ledgerEntry
		if err := json.Unmarshal(lines.Bytes(), &e); err != nil {
			n.t.Fatalf("%v in %s", err, lines.Text())
		}
		list = append(list, e)
	}
	return list
}

func size(list []ledgerEntry) (bytes int) {
	for _, e := range list {
		bytes += e.Size
	}
	return bytes
}

func TestASecondScanOfASourceThatDidNotChange(t *testing.T) {
	t.Parallel()
	a := newAccount(t)
	s, large := shop(t), many(t, "changing")
	n := a.node(a.runtime("edge"), "one", s)
	a.register(s)
	a.register(large)

	t.Run("writes_no_version_of_any_asset", func(t *testing.T) {
		a.scanWhole(s)
		before, versions := a.told(s)
		run := a.scanWhole(s)
		after, now := a.told(s)
		if len(versions) == 0 || !maps.Equal(versions, now) {
			t.Errorf("versions before and after:\n%v\n%v", versions, now)
		}
		compare(t, before, after)
		if c := run.Purlieu.Counts; c.Discovered == 0 || c.Created+c.Updated+c.Deleted != 0 {
			t.Errorf("the second run counts %+v", c)
		}
	})
	t.Run("sends_less_than_a_twentieth_of_the_first", func(t *testing.T) {
		start := len(n.ledger())
		first := a.scanWhole(large)
		middle := n.ledger()
		second := a.scanWhole(large)
		whole := n.ledger()
		if f, l := first.Purlieu.Counts.Bytes, second.Purlieu.Counts.Bytes; f == 0 || l*20 >= f {
			t.Errorf("the account received %d bytes, then %d", f, l)
		}
		if f, l := size(middle[start:]), size(whole[len(middle):]); f == 0 || l*20 >= f {
			t.Errorf("by its ledger the node sent %d bytes, then %d", f, l)
		}
		if c := second.Purlieu.Counts; c.Discovered != first.Purlieu.Counts.Discovered || c.Created+c.Updated+c.Deleted != 0 {
			t.Errorf("the second run counts %+v, the first %+v", c, first.Purlieu.Counts)
		}
	})
	t.Run("and_one_after_a_change_sends_only_that", func(t *testing.T) {
		if err := large.server.Exec(large.db, "create table part0.fresh (id int); comment on table part1.facts_7 is 'was changed'; drop table part2.facts_9"); err != nil {
			t.Fatal(err)
		}
		defer func() {
			err := large.server.Exec(large.db, `drop table part0.fresh; comment on table part1.facts_7 is null;
create table part2.facts_9 (id bigint primary key, kind varchar(20) not null, seen_at timestamptz default now(), amount numeric(12,2));`)
			if err != nil {
				t.Error(err)
			}
		}()
		run := a.scanWhole(large)
		if c := run.Purlieu.Counts; c.Created != 1 || c.Updated != 1 || c.Deleted != 1 {
			t.Errorf("one table came, one changed, one went; the run counts %+v", c)
		}
	})
}

func TestAPersonFindsWhatWasScanned(t *testing.T) {
	t.Parallel()
	a := newAccount(t)
	s := shop(t)
	a.node(a.runtime("edge"), "one", s)
	a.register(s)
	a.scanWhole(s)
	a.listed(s) // waits for the index

	t.Run("by_a_word_of_its_name", func(t *testing.T) {
		if out := a.purlieu("search", "orders"); !strings.Contains(out, "postgresql://shop/shop/sales/orders") {
			t.Errorf("search orders:\n%s", out)
		}
	})
	t.Run("by_the_name_of_a_column", func(t *testing.T) {
		if out := a.purlieu("search", "card_number"); !strings.Contains(out, "postgresql://shop/shop/sales/payments") {
			t.Errorf("search card_number:\n%s", out)
		}
	})
	t.Run("and_sees_its_columns_keys_and_where_its_data_flows", func(t *testing.T) {
		out := a.purlieu("asset", "show", "postgresql://shop/shop/sales/orders")
		for _, want := range []string{"order_id", "bigint", "orders_person_id_fkey", "Orders and baskets", "order_totals"} {
			if !strings.Contains(out, want) {
				t.Errorf("asset show does not say %q:\n%s", want, out)
			}
		}
	})
	t.Run("but_nobody_without_a_token", func(t *testing.T) {
		for _, token := range []string{"", "nonsense", strings.Repeat("x", 4000)} {
			for _, c := range []struct{ method, path string }{
				{"POST", "/datamap/api/search/query"},
				{"GET", "/datamap/api/atlas/v2/entity/uniqueAttribute/type/postgresql_table?attr:qualifiedName=postgresql://shop/shop/sales/orders"},
				{"GET", "/scan/datasources"},
				{"POST", "/scan/datasources/shop/scans/nightly:run"},
				{"POST", "/scan/integrationRuntimes/edge:listAuthKeys"},
				{"GET", "/manage/v1/kinds"},
			} {
				status, answer := a.ask(token, c.method, c.path, map[string]any{"keywords": "orders"})
				if status != 401 || strings.Contains(string(answer), "orders") {
					t.Errorf("%s %s without a token: %d %s", c.method, c.path, status, answer)
				}
			}
		}
	})
}
