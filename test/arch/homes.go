package arch

// Home says which rooms may import a third-party module, in shipped files and in tests. Rooms for tests (test/...,
// *test) may import any that has a home.
type Home struct {
	Module string
	Rooms  []string
	Why    string
}

// Homes is every library and where it lives. One home keeps a library replaceable.
func Homes() []Home {
	return []Home{
		{"github.com/alecthomas/kong", []string{"cmd/..."}, "only cmd reads flags"},
		{"github.com/fxamacker/cbor/v2", []string{"wire"}, "the wire encoding, under bounds (docs/decisions/0001)"},
		{"github.com/getkin/kin-openapi", []string{"server/internal/api/..."}, "answers are checked against the published descriptions, in tests"},
		{"github.com/go-jose/go-jose/v4", []string{"server/internal/access"}, "tokens"},
		{"github.com/google/uuid", []string{"server/internal/api/...", "server/internal/scan"}, "identifiers of runs and requests; guids of the map are made in model"},
		{"github.com/hashicorp/yamux", []string{"network/stream"}, "many streams over the built-in runtime's inherited one"},
		{"github.com/jackc/pgx/v5", []string{"connector/postgres", "server/internal/store/postgres"}, "two homes: what we read from and what we keep rows in are different trades"},
		{"github.com/kardianos/service", []string{"cmd/..."}, "service managers are a matter of the process"},
		{"github.com/klauspost/compress", []string{"bus", "format/..."}, "batches; compressed files"},
		{"github.com/knadh/koanf", []string{"cmd/..."}, "only cmd reads configuration"},
		{"github.com/nats-io/nats-server/v2", []string{"bus/nats/hub"}, "the account carries the server; what a node links is the client alone"},
		{"github.com/nats-io", []string{"bus/nats", "bus/nats/hub"}, "the bus can be another"},
		{"github.com/parquet-go/parquet-go", []string{"format/parquet"}, "writes the files of its tests, and is the floor of its benchmark; footers are read by our own code, under bounds"},
		{"github.com/pressly/goose/v3", []string{"server/internal/store/sqlite", "server/internal/store/postgres"}, "each engine migrates itself, with the same numbers"},
		{"github.com/prometheus/client_golang", []string{"server", "server/internal/api/...", "node"}, "metrics are gathered where the parts are joined"},
		{"golang.org/x/crypto", []string{"server/internal/access"}, "argon2id"},
		{"golang.org/x/net", []string{"network/..."}, "reads proxy settings as other programs do"},
		{"golang.org/x/sys", []string{"cmd/...", "connector/folder", "node/internal/broker", "node/internal/disk", "node/internal/pipe", "server/internal/store/sqlite"}, "limits of child processes, free room on a disk, identities of files"},
		{"golang.org/x/term", []string{"cmd/..."}, "hidden input, and how wide a terminal is"},
		{"golang.org/x/text", []string{"server/internal/search"}, "folding of words"},
		{"golang.org/x/time", []string{"server/internal/access", "server/internal/api/..."}, "throttles"},
		{"gopkg.in/yaml.v3", []string{"cmd/...", "node/internal/policy"}, "-o yaml; the policy file, which its owner edits by hand with comments"},
		{"modernc.org/sqlite", []string{"server/internal/store/sqlite"}, "the store can be another"},
	}
}
