# `make run` and `make test` are the two commands; the rest is for developers.
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
RUN := $(BIN)/instantchat
JOBS ?= 2

.PHONY: run dev setup setup-dev check test e2e bench soak node format clean

run: $(VENV)/.installed            ## install, build the pages when they are stale, serve on http://localhost:8000
	@$(RUN) run

dev: $(VENV)/.installed            ## the same, started again whenever a source file changes
	@$(RUN) run --reload

setup: $(VENV)/.installed          ## the install alone

setup-dev: $(VENV)/.installed-dev

$(VENV)/.installed: requirements.txt constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "InstantChat needs Python 3.11 or newer: make run PYTHON=/path/to/python3.11"; exit 1; }
	@echo "[1/2] Creating $(VENV)"
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "[2/2] Installing packages (about a minute the first time)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt -c constraints.txt
	@PYTHONWARNINGS=ignore $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --editable .
	@touch $@

$(VENV)/.installed-dev: $(VENV)/.installed requirements-dev.txt
	@echo "Installing what checks and tests need"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt -c constraints.txt
	@touch $@

check: setup-dev                   ## formatting, lint, types, layers
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache

test: setup-dev                    ## everything, browser tests included
	@scripts/system-packages.sh chromium postgresql curl
	@$(RUN) build
	@$(BIN)/pytest -n $(JOBS) --dist loadgroup

e2e: setup-dev                     ## only the browser tests
	@scripts/system-packages.sh chromium
	@$(RUN) build
	@$(BIN)/pytest -n $(JOBS) --dist loadgroup -m e2e

soak: setup-dev                    ## the long suites at full size
	@scripts/system-packages.sh chromium postgresql curl
	@$(RUN) build
	@INSTANTCHAT_TEST_SOAK=1 $(BIN)/pytest -n $(JOBS) --dist loadgroup

bench: setup-dev                   ## measured figures beside their budgets
	@$(BIN)/python -m bench

node: setup-dev                    ## begin a node type: make node name=send_poll [kind=action|trigger]
	@$(BIN)/python -m scripts.new_node "$(name)" --kind "$(or $(kind),node)"

format: setup-dev
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

clean:
	rm -rf .web .build .mypy_cache .ruff_cache .pytest_cache
