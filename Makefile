# Two commands do everything: make run, make test.
export CGO_ENABLED = 0

.PHONY: build run test tools

build:
	go build -o bin/ieum ./cmd/ieum

# Serve simulated people and postings on http://localhost:8080.
run: build
	./bin/ieum serve --demo

# All tests. On two cores it takes some minutes.
test: tools
	@test -z "$$(gofmt -l $$(git ls-files '*.go'))" || { gofmt -l $$(git ls-files '*.go'); echo "run gofmt -w on these"; exit 1; }
	go build ./...
	go vet ./...
	./bin/ieum check
	go test -count=1 -timeout 18m ./...

# What the tests use beside Go: PostgreSQL 15 and Chromium, with Korean fonts.
# Installed when there is apt-get and we are root; without them the tests that
# need them say that they are skipped.
tools: build
	@if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null && { [ ! -x /usr/lib/postgresql/15/bin/postgres ] || ! command -v chromium >/dev/null; }; then \
		apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends postgresql-15 chromium fonts-noto-cjk >/dev/null; \
	fi
