# Two commands do everything: make run, make test.
export CGO_ENABLED ?= 0
.PHONY: build run test

build:
	go build -trimpath -o bin/ieum ./cmd/ieum

run: build
	./bin/ieum serve --demo

test:
	./.ci/prepare
	CGO_ENABLED=0 go build ./...
	go vet ./...
	go test -count=1 ./...
