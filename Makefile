# The tasks of a checkout. Each target installs what it needs, only into .venv.

PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check install --quiet
PIP_DOWNLOAD := $(BIN)/python -m pip --disable-pip-version-check download --quiet --no-deps --require-hashes

# Each process has a server of its own; the tests of a file stay together, since they share what they prepared.
AT_ONCE := --numprocesses auto --maxprocesses 4 --dist loadfile
# The percentage that the core tests cover alone; pyproject.toml has the floor for all tests. Only ever raised.
CORE_FLOOR := 94

.DEFAULT_GOAL := help
.PHONY: help brief setup quick test integration lint unit postgresql15 bench prove screenshots schema lock clean

help:  ## Show the targets
	@awk -F ':.*  ## ' '/^[a-z0-9]+:.*  ## / { printf "  make %-12s  %s\n", $$1, $$2 }' Makefile

brief: .venv/run  ## Install, read the sample folder, print its brief
	@rm -rf .sample
	@$(BIN)/daybreak sample --before .sample > /dev/null
	@$(BIN)/daybreak brief .sample --date yesterday --user anna@sample.example --output /dev/null
	@$(BIN)/daybreak sample .sample > /dev/null
	@$(BIN)/daybreak brief .sample --user anna@sample.example

setup: .venv/dev .venv/peers  ## Install Daybreak and the tools that the tests need, fetch calendars of other projects

quick: lint  ## Run the linters and the tests of what changed since main; at most 90 seconds
	$(BIN)/python tests/changed.py

test: lint unit  ## Run the linters and the core tests; at most 15 minutes

integration: .venv/dev  ## Run the tests with real servers, browsers and kills; at most 30 minutes
	@summed=$$(test -f .coverage && echo yes || true); rm -f .coverage.*; set -ex; \
		$(BIN)/coverage run -m pytest $(AT_ONCE) -m integration; \
		$(BIN)/coverage combine --append --quiet; \
		if [ "$$summed" ]; then $(BIN)/coverage report; else rm .coverage; fi
	tests/on_postgresql_15

lint: .venv/dev  ## Style, types, layers, dependencies, SQL
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/deptry src
	$(BIN)/squawk --config .squawk.toml src/daybreak/db/migrations/*.sql src/daybreak/*/sql/*.sql

unit: .venv/dev  ## The core tests, with branch coverage
	$(BIN)/coverage erase
	$(BIN)/coverage run -m pytest $(AT_ONCE) -m "not integration"
	$(BIN)/coverage combine --quiet
	$(BIN)/coverage report --fail-under=$(CORE_FLOOR)

postgresql15: .venv/dev  ## The tests of the data layer against a system PostgreSQL
	tests/on_postgresql_15

bench: .venv/bench  ## Measure what docs/numbers.md promises
	$(BIN)/python bench/reading.py --check
	$(BIN)/python bench/compose.py --check
	$(BIN)/python bench/import.py --check
	$(BIN)/python bench/startup.py --check
	$(BIN)/python bench/engine.py --check
	$(BIN)/python bench/schedule.py --check
	$(BIN)/python bench/web.py --check
	$(BIN)/python bench/hostile.py --check
	$(BIN)/python bench/punctual.py --check
	$(BIN)/python bench/idle.py --check

prove: .venv/dev .venv/peers  ## The long proofs; results are written to prove/results
	$(BIN)/python prove/zones.py --check
	$(BIN)/python prove/peer_calendars.py --check
	$(BIN)/python prove/crash.py --runs 200 --check
	$(BIN)/python prove/engine_proof.py composing --check
	$(BIN)/python prove/engine_proof.py chaos --check
	$(BIN)/python prove/engine_proof.py outages --check
	$(BIN)/python prove/engine_proof.py scale --check
	$(BIN)/python prove/days.py --check
	$(BIN)/python prove/kills.py --check

screenshots: .venv/dev  ## Take the pictures of every page that docs/screenshots keeps; needs Debian's chromium
	$(BIN)/python tests/web/screenshots.py

schema: .venv/dev  ## Renew the snapshots that tests compare with: schema, statements, the document's JSON
	$(BIN)/python tests/migrations/snapshot.py
	$(BIN)/python -m daybreak.briefs.document.json_schema > docs/brief.schema.json

lock: .venv/dev  ## Renew the hash-locked requirements from pyproject.toml
	$(PIP) uv
	$(BIN)/uv lock --upgrade --quiet
	$(BIN)/uv export --quiet --locked --no-emit-project --no-header --no-dev --group build -o requirements/run.txt
	$(BIN)/uv export --quiet --locked --no-emit-project --no-header --group dev -o requirements/dev.txt
	$(BIN)/uv export --quiet --locked --no-emit-project --no-header --no-dev --group bench -o requirements/bench.txt

clean:  ## Remove the environment, the sample and caches; data in DAYBREAK_HOME stays
	rm -rf .venv .peers .sample .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .coverage*
	find bench prove src tests -name __pycache__ -type d -prune -exec rm -rf {} +

.venv/run: requirements/run.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Daybreak needs Python 3.11 or newer; name one with: make PYTHON=/path/to/python3" >&2; exit 1; }
	@echo "Installing Daybreak into .venv; this happens once." >&2
	@$(BIN)/python -m pip --version > /dev/null 2>&1 || $(PYTHON) -m venv .venv
	@$(PIP) --require-hashes -r requirements/run.txt || \
		{ echo "Installing failed, as pip says above; it needs a network. Fix that and run it again." >&2; exit 1; }
	@$(PIP) --no-deps --no-build-isolation --editable .
	@touch $@

.venv/dev: requirements/dev.txt .venv/run
	@$(PIP) --require-hashes -r requirements/dev.txt
	@touch $@

# Distributions with calendars in their test suites; they are read, never installed.
.venv/peers: requirements/peers.txt .venv/run
	@rm -rf .peers
	@$(PIP_DOWNLOAD) --dest .peers -r requirements/peers.txt
	@touch $@

.venv/bench: requirements/bench.txt .venv/dev
	@$(PIP) --require-hashes -r requirements/bench.txt
	@touch $@
