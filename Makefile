# The commands of this repository; `make` alone lists them.

CARGO ?= cargo
# Clippy is the compiler of our own crates: what is linted is what is tested, and nothing is compiled once for each. Every warning of ours is an error.
LINTED = CLIPPY_ARGS=-Dwarnings__CLIPPY_HACKERY__ RUSTC_WORKSPACE_WRAPPER=clippy-driver $(CARGO)
# Crates that are never published.
KEPT = holdfast-tests holdfast-bench holdfast-fuzz holdfast-services

.PHONY: help setup check check-deploy dist fix sdk test torture bench bench-setup

help: ## lists the commands
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

setup: ## prepares the machine for the tests: installs what is missing (root on Debian) or names it
	@.ci/setup tests

check: ## format, lints, arrows, unit tests, docs, dependencies; writes nothing but target/ and .setup/
	$(CARGO) fmt --all -- --check
	@.ci/deny
	$(LINTED) build --workspace --all-targets --locked
	RUSTDOC="$(CURDIR)/.ci/rustdoc" $(LINTED) test --workspace --doc --locked --quiet
	$(CARGO) package --workspace $(KEPT:%=--exclude %) --no-verify --allow-dirty --locked --offline --quiet
	$(LINTED) test --workspace --lib --bins --test repo --locked

check-deploy: setup ## what is in deploy/, read by linters and dry runs; `make test` does it too
	@.ci/deploy

fix: ## repairs format and what clippy can repair by itself
	$(CARGO) clippy --workspace --all-targets --fix --allow-dirty --allow-staged
	$(CARGO) fmt --all

sdk: ## makes the generated parts of the SDKs anew from proto/
	@sdk/generate

dist: ## the release: a static binary with its pages and completion, checksums, bill of materials; into target/dist-files
	@.ci/dist

test: setup ## every test in its short form, against the real binary
	$(LINTED) build --workspace --all-targets --locked
	$(LINTED) test --workspace --locked

torture: setup ## the long forms, piece by piece; a finished piece is not repeated for the same commit
	@.ci/torture

bench-setup: ## installs what the benchmarks compare with
	@.ci/setup bench

bench: bench-setup ## measures against other servers and writes docs/benchmarks.md
	@bench/run
