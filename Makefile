# The commands of this project. `make` alone lists them. Needs Python >= 3.11 and make, nothing else.
SHELL := /bin/sh
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory
.SUFFIXES:

# The newest Python that the pinned packages are made for; `make setup PYTHON=/path/to/python3.12` chooses.
PYTHON ?= $(shell for p in python3.13 python3.12 python3.11 python3 python; do \
	"$$p" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 && { echo "$$p"; exit; }; done)
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/requirements.installed
SOURCES := b12tracker patients schedules tests manage.py
# Test processes: one for each core, two at least (they wait for browsers and servers much of the time).
WORKERS ?= $(shell n=$$(getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2); [ "$$n" -gt 2 ] && echo "$$n" || echo 2)
BESIDE_TEST_SERVERS := $(BIN)/python -m b12tracker.embedded.testing --
ARGS ?=

.PHONY: help
help:
	@echo 'make setup       the environment in .venv, from pinned requirements'
	@echo 'make run         everything on this machine, with a demonstration clinic (PORT=8000)'
	@echo 'make demo-fresh  the demonstration clinic again, dated from today'
	@echo 'make test        formatting, types, import contracts, all tests but the slow ones'
	@echo 'make test-all    the slow ones too'
	@echo 'make pytest      only pytest, quickly: make pytest ARGS="tests/rules -k loading"'
	@echo 'make check       only formatting, lint, types, import contracts'
	@echo 'make format      lay the code out'
	@echo 'make manage      one command beside the embedded servers: make manage ARGS="shell"'
	@echo 'make lock        pin requirements*.in again into requirements*.txt'
	@echo 'make clean       remove what tools leave; never var/, which holds the data'

.PHONY: setup
setup: $(STAMP)

# pip checks every file against its hash and adds nothing to the list: older ones would take a newer release of what a
# package asks for with an extra, and stop at its missing hash. An interrupted installation is taken up again.
$(STAMP): requirements.txt requirements-dev.txt
	@[ -n "$(PYTHON)" ] || { echo 'No Python >= 3.11 found. Install one, or name it: make setup PYTHON=/path/to/python3.11' >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo '$(PYTHON) is older than 3.11.' >&2; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' || { echo '$(PYTHON) cannot make environments. On Debian and Ubuntu: apt-get install python3-venv' >&2; exit 1; }
	@$(BIN)/python -c '' 2>/dev/null || $(PYTHON) -m venv --clear $(VENV)
	@echo 'Installing the pinned packages into $(VENV) …'
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements.txt -r requirements-dev.txt
	@$(BIN)/python -m pip check --disable-pip-version-check
	@touch $@

.PHONY: run
run: setup
	@exec $(BIN)/python -m b12tracker.embedded.up

.PHONY: demo-fresh
demo-fresh: setup
	@$(BIN)/python -m b12tracker.embedded.beside -- $(BIN)/python manage.py load_demo --fresh

.PHONY: manage
manage: setup
	@$(BIN)/python -m b12tracker.embedded.beside -- $(BIN)/python manage.py $(ARGS)

.PHONY: check
check: setup
	@$(BIN)/ruff format --check --output-format concise $(SOURCES)
	@$(BIN)/ruff check --output-format concise $(SOURCES)
	@$(BIN)/mypy b12tracker patients schedules
	@$(BIN)/lint-imports

.PHONY: test
test: check
	@chromium=$$($(BIN)/python -m b12tracker.embedded.browser) && \
		B12_CHROMIUM="$$chromium" $(BESIDE_TEST_SERVERS) $(BIN)/python -m pytest -n $(WORKERS) -m 'not slow' $(ARGS)

.PHONY: test-all
test-all: check
	@chromium=$$($(BIN)/python -m b12tracker.embedded.browser) && \
		B12_CHROMIUM="$$chromium" $(BESIDE_TEST_SERVERS) $(BIN)/python -m pytest -n $(WORKERS) $(ARGS)

.PHONY: pytest
pytest: setup
	@chromium=$$($(BIN)/python -m b12tracker.embedded.browser) && \
		B12_TEST_CACHE=var/test B12_CHROMIUM="$$chromium" $(BESIDE_TEST_SERVERS) $(BIN)/python -m pytest -m 'not slow' $(ARGS)

.PHONY: format
format: setup
	@$(BIN)/ruff check --fix-only --quiet $(SOURCES)
	@$(BIN)/ruff format $(SOURCES)

.PHONY: lock
lock: setup
	@$(BIN)/uv pip compile --quiet --universal --generate-hashes --python-version 3.11 --output-file requirements.txt requirements.in
	@$(BIN)/uv pip compile --quiet --universal --generate-hashes --python-version 3.11 --output-file requirements-dev.txt requirements-dev.in

.PHONY: clean
clean:
	rm -rf .ruff_cache .mypy_cache .pytest_cache .import_linter_cache .hypothesis .coverage htmlcov test-results var/test
	find b12tracker patients schedules tests -name __pycache__ -type d -prune -exec rm -rf {} +
