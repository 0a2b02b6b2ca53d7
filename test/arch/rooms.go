package arch

// Floor says what the rooms of a pattern may import of our own rooms. Of several patterns that name a room the
// longest counts. A room imports itself and nothing else that is not said.
type Floor struct {
	Rooms string
	May   []string
	Why   string
}

// ground is what every room may stand on.
func ground() []string { return []string{"failpoint", "fault", "model"} }

func may(rooms ...string) []string { return append(ground(), rooms...) }

// Floors is the floor plan. A room without a line in it is a breach: a new room says here who it may see.
func Floors() []Floor {
	return []Floor{
		{"cmd/...", []string{"/..."}, "the only place where everything meets"},
		{"tools/...", nil, "developers' tools are a module of their own"},
		{"test/...", []string{"/..."}, "tests may import what cmd may"},

		{"failpoint", nil, "ground: the standard library only; nothing in a usual build"},
		{"fault", nil, "ground: the standard library only"},
		{"lock", nil, "ground: the standard library only"},
		{"model", []string{"fault", "wire/item"}, "ground: the standard library only"},
		{"wire", []string{"fault"}, "plain data to bytes and back, under bounds"},
		{"wire/item", nil, "ground: single items of the encoding, for types that write and read themselves"},
		{"sample", ground(), "ground: values read from a source, with no encoding"},
		{"web/...", []string{"web/..."}, "ground: embedded files"},

		{"format/...", may("format", "sample"), "reads files, knows no source and no wire"},
		{"format/all", may("format/..."), "the list of formats"},
		{"classify/...", may("classify", "sample"), "turns values into evidence; knows no source and no wire"},
		{"classify/all", may("classify/..."), "the list of families"},
		{"lineage/...", may("lineage"), "text in, edges out"},
		{"lineage/all", may("lineage/..."), "the list of dialects"},
		{"filter", may("lineage"), "takes values out of metadata: in the worker, again in the supervisor, and in the suite of connectors"},
		{"vault/...", may("vault"), "a reference in, a secret out"},
		{"vault/all", may("vault/..."), "the list of vaults"},
		{"network/...", may("network/..."), "sockets only: knows no bus, no source"},
		{"doctor", ground(), "each side brings its own checks"},

		{"connector", may("format", "sample", "vault"), "the contracts of formats and vaults, never their members"},
		{"connector/...", may("connector", "format", "sample", "vault"), "a plug-in never imports another plug-in"},
		{"connector/connectortest", may("connector", "connector/folder", "filter", "format/...", "lineage/...", "sample", "vault", "wire"), "the suite judges what leaves: behind the value filter"},
		{"connector/folder", may("connector"), "opens the files of node-local sources below an allowed root; connectors are given it, and can't import it"},
		{"connector/all", may("connector/..."), "the list of connectors"},

		{"bus", may("wire", "wire/item"), "messages: what could carry a value or a secret can't be imported"},
		{"bus/...", may("bus", "network/...", "wire"), "transports of the messages"},
		{"bus/nats/hub", may("bus", "bus/nats", "network/..."), "the account's end of the bus holds to the table of the node's end"},

		{"server", may("server/...", "bus/...", "network/...", "doctor", "lock", "web"), "only constructs and starts"},
		{"server/internal/api/...", may("server/internal/api/...", "server/internal/access", "server/internal/datamap",
			"server/internal/search", "server/internal/scan", "server/internal/fleet", "server/internal/gate", "doctor", "web"), "the API never touches the store"},
		{"server/internal/ingest", may("server/internal/datamap", "server/internal/search", "server/internal/scan",
			"server/internal/fleet", "server/internal/store", "bus", "wire"), "takes batches from the bus and applies them"},
		{"server/internal/desk", may("server/internal/ingest", "server/internal/scan", "bus"), "decodes one request of a node and hands it to its room"},
		{"server/internal/access", may("server/internal/store"), "services of one floor do not import each other"},
		{"server/internal/gate", may("server/internal/store", "network/endpoint"), "stands at the doors: keeps the network policy and judges arrivals by it"},
		{"server/internal/datamap", may("server/internal/store", "wire"), "services of one floor do not import each other; the map knows no bus"},
		{"server/internal/search", may("server/internal/store"), "services of one floor do not import each other; search knows no bus"},
		{"server/internal/scan", may("server/internal/store", "bus", "wire"), "services of one floor do not import each other; speaks to the bus"},
		{"server/internal/fleet", may("server/internal/store", "bus"), "services of one floor do not import each other; speaks to the bus"},
		{"server/internal/store", ground(), "rows; rules live above it"},
		{"server/internal/store/...", may("server/internal/store"), "an engine knows the contract and no other engine"},
		{"server/internal/store/sqlite", may("server/internal/store", "server/internal/store/gate"), "the gate is what engines share"},
		{"server/internal/store/postgres", may("server/internal/store", "server/internal/store/gate"), "the gate is what engines share"},
		{"server/internal/store/all", may("server/internal/store/..."), "the list of engines"},

		{"node", may("node/...", "bus/...", "wire", "connector", "connector/folder", "filter", "format", "classify", "lineage", "vault", "network/...", "doctor", "lock", "sample"), "only constructs and starts; members come as lists from cmd"},
		{"node/internal/enrol", may("network/...", "bus"), "the node's own key and its tokens"},
		{"node/internal/attempt", may("bus", "node/internal/broker"), "an attempt from grant to receipt; the outbox and the leases are what it needs of them"},
		{"node/internal/lease", may("bus"), "ids and numbers only"},
		{"node/internal/policy", may("network/..."), "a pure judgement of names and addresses"},
		{"node/internal/pipe", may("bus"), "frames carry the bus's Grant and Facts, so that a fact has one shape"},
		{"node/internal/broker", may("bus", "filter", "lineage", "node/internal/pipe", "node/internal/policy", "network/...", "vault"), "starts workers and decides their connections; values never leave a worker"},
		{"node/internal/survey", may("bus", "connector", "connector/folder", "format", "classify", "lineage", "vault", "sample", "filter", "node/internal/fold", "node/internal/pipe"), "shapes facts as the bus's messages and hands them to a function; no transport"},
		{"node/internal/worker", may("bus", "connector", "format", "classify", "lineage", "vault", "sample", "node/internal/survey", "node/internal/pipe"), "the child process: joins survey to the pipe"},
		{"node/internal/fold", ground(), "many files, one resource set"},
		{"node/internal/disk", ground(), "files behind a step machine: shipped, or simulated"},
		{"node/internal/outbox", may("bus", "node/internal/disk"), "the only door out: sees sealed messages, never what they were made from"},
		{"node/internal/witness", may("bus", "node/internal/policy"), "tells others how far the ledger is: sees heads and nothing that left"},
		{"node/internal/console", may("bus", "node/internal/policy", "node/internal/lease", "node/internal/outbox", "doctor"), "ask, tell and the local status page"},
	}
}

// Wall forbids reaching some rooms, directly or through any other room.
type Wall struct {
	From  []string
	Never []string
	Why   string
}

// Walls hold for everything that a room pulls in, however far away.
func Walls() []Wall {
	return []Wall{
		{[]string{"server/..."}, []string{"connector/...", "format/...", "classify/...", "vault/...", "sample"}, "the server never touches a source"},
		{[]string{"server/..."}, []string{"node/..."}, "server and node meet only on the bus"},
		{[]string{"node/..."}, []string{"server/..."}, "a node owns no map, and links no server code"},
		{[]string{"node/...", "cmd/purlieu-runtime/..."}, []string{"bus/nats/hub"}, "a node and its workers, of which one is started for each source, carry no embedded server"},
		{[]string{"bus/...", "node/internal/outbox"}, []string{"classify/...", "format/...", "sample"}, "values can't reach the wire"},
		{[]string{"node/internal/survey", "node/internal/worker"}, []string{"bus/nats", "network/...", "node/internal/outbox", "node/internal/lease", "node/internal/enrol"}, "what touches foreign bytes knows no way out"},
		{[]string{"connector/...", "classify/...", "format/..."}, []string{"bus/...", "network/..."}, "plug-ins are given connections, never open them"},
	}
}
