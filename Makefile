# One door to everything. `make` alone tells what there is.
PORT ?= 8000
DATA ?= ./var
PYTHON ?= $(firstword $(foreach p,python3.11 python3.12 python3.13 python3,$(shell command -v $(p) 2>/dev/null)))

VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/installed.stamp
INSTALLED_DEV := $(VENV)/installed-dev.stamp
PIP := $(BIN)/python -m pip --disable-pip-version-check -qq

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help install demo test check race crash load offline soak slips mutants nuts peers bench lock browser fortran

help: ## What can be made
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-9s %s\n", $$1, $$2 }' Makefile
	@echo "Options: PORT=$(PORT) DATA=$(DATA) (make demo), ARGS= (make test, handed to pytest)"

install: $(INSTALLED) ## The program in .venv, pinned by hash

demo: $(INSTALLED) ## The demo practice, served (PORT=, DATA=); Ctrl-C stops it
	@exec $(BIN)/euthymia demo --port "$(PORT)" --data "$(DATA)"

test: $(INSTALLED_DEV) browser ## Every test, the browser too
	@$(BIN)/python -m pytest $(ARGS)

check: $(INSTALLED_DEV) ## Style, types, contracts between the rooms
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@$(BIN)/mypy
	@$(BIN)/lint-imports

race: $(INSTALLED_DEV) ## 50 callers on each of 200 slots: one wins
	@$(BIN)/python -m bench.race

crash: $(INSTALLED_DEV) ## Kills the server and the database while people chart: nothing is lost
	@$(BIN)/python -m bench.crash

slips: $(INSTALLED_DEV) ## 10,000 orders with planted slips, each stopped or asked about; a million computed twice
	@$(BIN)/python -m bench.slips
	@$(BIN)/python -m bench.agree

mutants: $(INSTALLED_DEV) ## Changes the rules of dose, limits and drug log one by one: their tests must notice
	@$(BIN)/python -m bench.mutants

offline: $(INSTALLED_DEV) browser ## 1,000 schedules of lost networks, replies and tabs: every entry once, or refused in sight
	@$(BIN)/python -m bench.offline

nuts: $(INSTALLED_DEV) ## The forecast beside NUTS on 20 patients, and how long each takes
	@$(PIP) install --require-hashes -r requirements-peers.lock
	@$(BIN)/python -m bench.model_nuts $(ARGS)

peers: $(INSTALLED_DEV) fortran ## Patients a second of the model beside scipy, numbalsoda and libRoadRunner
	@$(PIP) install --require-hashes -r requirements-solvers.lock
	@$(BIN)/python -m bench.model_peers $(ARGS)

bench: $(INSTALLED_DEV) ## Speed of the pages with 1,000 and with 100,000 patients
	@$(BIN)/python -m bench.run

load: $(INSTALLED_DEV) ## 500 infusions charted every 5 s with 50 boards open; a lone post beside it
	@$(BIN)/python -m bench.load $(ARGS)

soak: $(INSTALLED_DEV) ## Long random runs of the drug log: 10,000 of 50 steps beside a second book
	@$(BIN)/python -m bench.soak

lock: $(INSTALLED_DEV) ## Pins every dependency anew, by hash
	@$(call compile,,requirements.lock)
	@$(call compile,--group dev,requirements-dev.lock)
	@$(call compile,--group dev --group peers --constraint requirements-dev.lock,requirements-peers.lock)
	@$(call compile,--group dev --group solvers --constraint requirements-dev.lock,requirements-solvers.lock)

compile = echo "Pinning $(2)" && $(BIN)/uv pip compile pyproject.toml $(1) --quiet --universal \
	--generate-hashes --no-header --no-annotate --no-emit-index-url -o $(2)

$(BIN)/python:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or later is missing. Install it: apt-get install python3.11 python3.11-venv"; exit 1; }
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Python 3.11 or later is needed; $(PYTHON) is older. Name another: make PYTHON=..."; exit 1; }
	@"$(PYTHON)" -c 'import ensurepip, venv' 2>/dev/null \
		|| { echo "Python's venv is missing. Install it: apt-get install python3.11-venv"; exit 1; }
	@echo "Making $(VENV)"
	@"$(PYTHON)" -m venv $(VENV)

$(INSTALLED): requirements.lock pyproject.toml | $(BIN)/python
	@echo "Installing what the program needs (once, about half a minute)"
	@$(PIP) install --require-hashes -r requirements.lock
	@$(PIP) install --no-deps --editable .
	@touch $@

$(INSTALLED_DEV): requirements-dev.lock $(INSTALLED)
	@echo "Installing what the tests need (once, about half a minute)"
	@$(PIP) install --require-hashes -r requirements-dev.lock
	@touch $@

browser:
	@command -v chromium > /dev/null || { \
		echo "Installing Debian's chromium for the tests"; \
		sudo=; test "$$(id -u)" = 0 || sudo="sudo -n"; \
		{ $$sudo apt-get update -qq && DEBIAN_FRONTEND=noninteractive $$sudo apt-get install -y -qq --no-install-recommends chromium > /dev/null; } \
		|| { echo "The tests need a browser. Install it, then run this again: apt-get install chromium"; exit 1; }; }

fortran:
	@command -v gfortran > /dev/null || { \
		echo "Installing Debian's gfortran, with which numbalsoda is built"; \
		sudo=; test "$$(id -u)" = 0 || sudo="sudo -n"; \
		{ $$sudo apt-get update -qq && DEBIAN_FRONTEND=noninteractive $$sudo apt-get install -y -qq --no-install-recommends gfortran > /dev/null; } \
		|| { echo "numbalsoda needs a Fortran compiler. Install it, then run this again: apt-get install gfortran"; exit 1; }; }
