# The commands of this repository; `make` alone lists them.

CARGO ?= cargo
# Our own crates are linted and documented as they are compiled, and every warning is an error.
STRICT = RUSTC_WORKSPACE_WRAPPER="$(CURDIR)/.ci/rustc" $(CARGO)
# Crates that are never published.
KEPT = holdfast-tests holdfast-bench holdfast-fuzz holdfast-services chrono-tz
# Packages are of crates as a registry has them, without what the workspace puts in their place: a machine that has never asked for those asks once.
PACKAGE = $(CARGO) package --workspace $(KEPT:%=--exclude %) --no-verify --allow-dirty --locked --quiet

.PHONY: help setup check check-deploy dist fix sdk test test-suites test-others torture bench bench-setup

help: ## lists the commands
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

setup: ## prepares the machine for the tests: installs what is missing (root on Debian) or names it
	@.ci/setup tests

check: ## format, lints, docs, dependencies, arrows, unit tests: before every commit; writes nothing but target/ and .setup/
	$(CARGO) fmt --all -- --check
	$(STRICT) build --workspace --all-targets --locked
ifeq ($(filter test,$(MAKECMDGOALS)),)
	@.ci/deny
endif
	$(PACKAGE) --offline 2>/dev/null || $(PACKAGE)
	$(STRICT) test --workspace --lib --bins --test repo --locked

check-deploy: setup ## what is in deploy/, read by linters and dry runs; `make test` does it too
	@.ci/deploy

fix: ## repairs format and what clippy can repair by itself
	$(CARGO) clippy --workspace --all-targets --fix --allow-dirty --allow-staged
	$(CARGO) fmt --all

sdk: ## makes the generated parts of the SDKs anew from proto/
	@sdk/generate

dist: ## the release: a static binary with its pages and completion, checksums, bill of materials; into target/dist-files
	@.ci/dist

# In one call with `check`: its unit tests are not run twice, and the dependencies are looked at last, as what does that has to be built once, while
# tests wait.
test: setup ## every test in its short form, against the real binary
	$(STRICT) build --workspace --all-targets --locked
ifeq ($(filter check,$(MAKECMDGOALS)),)
	$(STRICT) test --workspace --lib --bins --locked
endif
	@$(MAKE) --no-print-directory --jobs 2 --output-sync=target test-suites test-others
	$(STRICT) test --workspace --test 'b*' --locked
	$(STRICT) test --workspace --doc --locked
ifneq ($(filter check,$(MAKECMDGOALS)),)
	@.ci/deny
endif

# Most of these wait for servers of others most of the time, so two lots of them run beside each other. The lots, and the black-box tests above,
# are taken by the first letters of their names, so that none can be forgotten.
test-suites:
	$(STRICT) test --workspace --test 'su*' --locked

test-others:
	$(STRICT) test --workspace --test '[!bs]*' --test 's[!u]*' --locked

torture: setup ## the long forms, piece by piece; a finished piece is not repeated for the same commit
	@.ci/torture

bench-setup: ## installs what the benchmarks compare with
	@.ci/setup bench

bench: bench-setup ## measures against other servers and writes docs/benchmarks.md
	@bench/run
