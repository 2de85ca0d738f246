# On a bare machine this needs Python 3.11 or later, pip and make; everything else goes into .venv.

PYTHON ?= $(shell command -v python3.11 >/dev/null 2>&1 && echo python3.11 || echo python3)
VENV := .venv
BIN := $(VENV)/bin
SETS := core demo dev flows checks dashboards ldap ldap-fast postgresql
CORE := provisor $(addprefix tests/,domain expressions config engine stores)
SOURCES := $(wildcard provisor connectors checks flows dashboards benchmarks tests)

# A set is installed once per content of its lock; a stamp in .venv remembers it.
key = $(shell cat locks/installer.txt locks/$(1).txt pyproject.toml | cksum | tr ' ' '-')
DEMO := $(VENV)/.installed-demo-$(call key,demo)
DEV := $(VENV)/.installed-dev-$(call key,dev)

export PIP_DISABLE_PIP_VERSION_CHECK := 1

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help demo test services faults faults-all core lint style types floors format bench bench-writes locks install clean

help:  ## list what can be made
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | awk -F '\t' '{printf "  make %-10s %s\n", $$1, $$2}'

demo: $(DEMO)  ## show a whole cycle on this machine: plan, approve, apply, verify
	@$(BIN)/provisor demo

test: $(DEV)  ## run every test
	@$(BIN)/python -m pytest -n auto $(PYTEST)

services: $(DEV)  ## install the real servers that the tests use, and start each once
	@sh tests/services/install.sh $(VENV)/services
	@sh locks/install.sh $(BIN)/python ldap-fast
	@$(BIN)/python -m tests.services

faults: $(DEV)  ## let calls go wrong and processes be killed, for half an hour; figures go to docs/faults.md
	@$(BIN)/python -m tests.faults --minutes 30 --write

faults-all: $(DEV)  ## let every call go wrong in every way, however long it takes
	@$(BIN)/python -m tests.faults --write

core: $(DEV)  ## run the core's tests without laws by chance and real processes, in a minute
	@$(BIN)/python -m pytest -n auto -m "not outer and not hypothesis" $(CORE) $(PYTEST)

lint: style types floors  ## check style, types and the direction of imports

style: $(DEV)
	$(BIN)/ruff check $(SOURCES)
	$(BIN)/ruff format --check $(SOURCES)

types: $(DEV)
	$(BIN)/mypy $(SOURCES)

floors: $(DEV)
	$(BIN)/lint-imports --no-logo

format: $(DEV)  ## bring the code into the house style
	$(BIN)/ruff format $(SOURCES)
	$(BIN)/ruff check --fix $(SOURCES)

bench: $(DEV)  ## measure, each number beside a floor or a peer
	@$(BIN)/python -m benchmarks

bench-writes: $(DEV)  ## measure writing alone, beside a bare client and a target with a limit
	@$(BIN)/python -m benchmarks writes directory

install: $(DEV)  ## install everything that tests and lint need into .venv

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or later is needed")'
	@$(PYTHON) -m venv $(VENV)

$(VENV)/.installed-%: | $(BIN)/python
	@sh locks/install.sh $(BIN)/python $(firstword $(subst -, ,$*))
	@rm -f $(VENV)/.installed-$(firstword $(subst -, ,$*))-*
	@touch $@

locks:  ## resolve all locks again, to the newest versions that the bounds allow
	@sh locks/resolve.sh $(PYTHON) $(SETS)

clean:  ## remove .venv and everything that tools left behind
	rm -rf $(VENV) build dist .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis .coverage
	find $(SOURCES) -name __pycache__ -type d -prune -exec rm -rf {} +
