# Two commands do everything: make run, make test.
export CGO_ENABLED = 0

.PHONY: build run test tools vuln

build:
	go build -o bin/ieum ./cmd/ieum

# Serve simulated people and postings on http://localhost:8080.
run: build
	./bin/ieum serve --demo

# All tests. On two cores it takes some minutes. All that they print is in
# bin/test.log; a run that fails ends with the tests that failed and what each says.
test: tools
	@test -z "$$(gofmt -l $$(git ls-files '*.go'))" || { gofmt -l $$(git ls-files '*.go'); echo "run gofmt -w on these"; exit 1; }
	go build ./...
	go vet ./...
	go tool staticcheck ./...
	@$(MAKE) --no-print-directory vuln
	./bin/ieum check
	@echo "go test -count=1 -vet=off -timeout 25m ./..."
	@{ go test -count=1 -vet=off -timeout 25m ./... 2>&1; echo $$? >bin/test.status; } | tee bin/test.log
	@[ "$$(cat bin/test.status)" = 0 ] || { echo "What failed, six lines of each (the whole is in bin/test.log):"; \
		awk '/^[ \t]*$$/ { next } /^ *--- FAIL|^panic:|^fatal error:/ { print; left = 6; next } /^[ \t]/ { if (left-- > 0) print; next } /^FAIL|\.go:[0-9]+:[0-9]+: / { print }' bin/test.log | cut -c1-300 | tail -n 38; exit 1; }

# Known faults in what we use, by the Go vulnerability database or a copy of it
# that IEUM_VULNDB names (file:///...). One that our code reaches fails; where
# there is no database to ask, that is said and nothing else.
vuln:
	@mkdir -p bin; echo "go tool govulncheck ./..."
	@go tool govulncheck $${IEUM_VULNDB:+-db "$$IEUM_VULNDB"} ./... >bin/vuln.log 2>&1; s=$$?; \
	if [ $$s != 0 ] && [ -z "$$IEUM_VULNDB" ] && grep -q '^govulncheck: fetching' bin/vuln.log; then \
		echo "NOT LOOKED FOR: known faults in what we use; $$(tail -n 1 bin/vuln.log | cut -c1-120)"; \
	elif [ $$s != 0 ]; then cat bin/vuln.log; exit 1; fi

# What the tests use beside Go: PostgreSQL 15, Chromium with Korean fonts,
# oathtool, and, where Node.js 20 or newer is, a provider of sign-ins and a
# judge of passkeys by others.
# Installed when there is apt-get and we are root; without them the tests that
# need them say that they are skipped.
tools: build
	@if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null && { [ ! -x /usr/lib/postgresql/15/bin/postgres ] || ! command -v chromium >/dev/null || ! command -v oathtool >/dev/null; }; then \
		apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends postgresql-15 chromium fonts-noto-cjk oathtool >/dev/null; \
	fi
	@if command -v npm >/dev/null && [ ! -d internal/identity/testdata/oidc/node_modules/@simplewebauthn ]; then \
		npm ci --prefix internal/identity/testdata/oidc --no-audit --no-fund --loglevel=error >/dev/null || true; \
	fi
	@[ -d internal/identity/testdata/oidc/node_modules/@simplewebauthn ] || echo "NOT TESTED: sign-ins by way of an agency, and passkeys as others verify them; no Node.js 20 with what npm ci installs in internal/identity/testdata/oidc"
