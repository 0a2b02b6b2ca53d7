# make            shows what there is
# make check      is what to run before a commit, make test what CI runs.

SHELL       := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.NOTPARALLEL:

VERSION := $(shell git describe --tags --always --dirty 2>/dev/null || echo unknown)
LDFLAGS := -s -w -X main.version=$(VERSION)
TOOLS   := .cache/bin/.installed

# Rooms whose tests run under the race detector: those that start goroutines. The others, and those taken out with "-",
# are pure, or step machines (in test/sim and test/e2e they meet concurrency; `make test RACE=...` runs them under it too), or
# take many minutes there, as the suite of SQLite as store does: server and server/internal/ingest meet it with all their goroutines.
RACE ?= bus cmd connector network node server test/e2e vault -server/internal/datamap -server/internal/scan -server/internal/search -server/internal/store/sqlite
# What takes minutes begins; the short ones fill the gaps.
FIRST := test/portal test/sim test/e2e server
# Two packages at a time: the suites start servers.
GOTEST := -p 2 -timeout 30m
SUMMARY := go run ./test/summary

.PHONY: help
help: ## show this list
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

.PHONY: deps
deps: ## install what build and tests need from the distribution; says nothing when all is there
	@scripts/deps

# The portal needs Node; without it both programs are whole but for the portal, and the server says so.
PORTAL := $(if $(shell command -v npm),web/dist/index.html,no-node)

web/node_modules/.installed: web/package-lock.json
	cd web && npm ci --no-audit --no-fund --maxsockets=8
	touch $@

web/dist/index.html: web/node_modules/.installed $(wildcard $(shell git ls-files -co --exclude-standard web server/internal/api/openapi/*.json | grep -vE '\.(go|md)$$|/browser/'))
	cd web && npm run build --silent

.PHONY: no-node
no-node:
	@echo "Node $(shell sed -n 's/.*"node": ">=\([0-9]*\)".*/\1/p' web/package.json) or newer is missing: this build is without the portal." >&2

.PHONY: portal
portal: $(PORTAL) ## the pages into web/dist, which the next build embeds

.PHONY: portal-check
portal-check: web/node_modules/.installed ## the portal: types, walls, unit tests
	cd web && npm run --silent check && npm run --silent unit

.PHONY: build
build: portal ## the portal, and both binaries into bin/, static
	CGO_ENABLED=0 go build -trimpath -ldflags '$(LDFLAGS)' -o bin/ ./cmd/...

.PHONY: demo
demo: deps build ## a server, a node and a small shop in PostgreSQL, scanned into the map
	@demo/run

.PHONY: demo-stop
demo-stop: ## end the demo and remove what it made
	@demo/stop

$(TOOLS): tools/go.mod tools/go.sum $(wildcard tools/*/*.go)
	mkdir -p .cache/bin
	cd tools && GOBIN="$(CURDIR)/.cache/bin" go install tool
	touch $@

.PHONY: fmt
fmt: $(TOOLS) ## format all Go files
	git ls-files -z '*.go' | xargs -0 .cache/bin/goimports -local github.com/purlieu/purlieu -w
	git ls-files -z '*.go' | xargs -0 .cache/bin/gofumpt -w

.PHONY: format
format: $(TOOLS) ## fail where a file is not formatted
	@scripts/format

.PHONY: lint
lint: $(TOOLS) ## staticcheck, revive, errorlint, sloglint
	.cache/bin/staticcheck ./...
	.cache/bin/revive -config revive.toml ./...
	go vet -vettool="$(CURDIR)/.cache/bin/lint" ./...

.PHONY: vet
vet: $(TOOLS) ## go vet, and whether it compiles for the other systems
	go vet ./...
	.cache/bin/systems windows/amd64 darwin/arm64

.PHONY: arch
arch: ## the walls of the house
	go test ./test/arch

.PHONY: unit
unit: ## the short tests of all rooms
	$(SUMMARY) -- -short -vet=off $(GOTEST) $$(go list ./... | grep -vE '/test/(arch|e2e|sim)(/|$$)')

.PHONY: check
check: format lint vet arch unit portal-check ## format, lint, vet, arch, unit, portal-check

.PHONY: suites
suites:
	$(SUMMARY) -required .ci/required -race '$(RACE)' -first '$(FIRST)' -- -vet=off $(GOTEST) ./...

.PHONY: test
test: deps portal format lint vet portal-check suites ## everything that CI holds a change to: deps, check and all suites, e2e too

.PHONY: e2e
e2e: ## real processes: server, nodes, databases
	$(SUMMARY) -- -vet=off -count=1 $(GOTEST) ./test/e2e/...

.PHONY: screenshots
screenshots: deps portal ## every page of the portal at three widths, light and dark, into screenshots/
	go run ./test/portal/pictures

.PHONY: soak
soak: ## the long ones: 10,000 seeds of the simulated world, kills at every failpoint
	PURLIEU_SOAK=1 $(SUMMARY) -- -vet=off -count=1 -p 1 -timeout 6h ./test/sim/... ./test/e2e/...

.PHONY: bench
bench: build ## ratios against the floors of this machine, into docs/benchmarks.md
	go run ./test/bench

.PHONY: fuzz
fuzz: ## every fuzz target for FUZZTIME (10s)
	@scripts/fuzz

.PHONY: clean
clean: ## remove what was built
	rm -rf bin .cache web/dist web/node_modules
