# Needs Python 3.10 or newer with its venv module; another one than python3: make test PYTHON=python3.12
PYTHON ?= python3
BIN := .venv/bin
export ONCE

.PHONY: help demo test soak lint format openapi site bench clean

help:
	@echo "make demo     the platform with example data on this machine (ONCE=1: show it and stop)"
	@echo "make test     all checks and tests this machine can run, and what ran"
	@echo "make soak     the long proofs in full (races, killed workers, random operations, real input): hours with a bench"
	@echo "make site     the site suite alone, on a bench (FRAPPE_BENCH; none leaves it out of make test)"
	@echo "make bench    performance beside ERPNext's own, docs/benchmarks.md (ARGS=--small: only whether it works)"
	@echo "make lint     ruff, mypy and the checks of the page;  make format puts files into form"
	@echo "make openapi  write docs/openapi.json"
	@echo "make clean    remove .venv, what is built, and caches"

demo:
	@$(PYTHON) scripts/environment.py standalone
	@$(PYTHON) scripts/frontend.py || echo "The storekeeper's page could not be built; going on without it."
	@$(BIN)/inventory-midplatform demo

test:
	@$(PYTHON) scripts/environment.py standalone test dev '?mariadb'
	@$(BIN)/python tests/run.py

soak:
	@$(PYTHON) scripts/environment.py standalone test dev '?mariadb'
	@$(BIN)/python tests/run.py --soak

site:
	@$(PYTHON) scripts/environment.py standalone test dev '?mariadb'
	@$(BIN)/python tests/site_suite.py

bench:
	@$(PYTHON) scripts/environment.py standalone test dev '?mariadb'
	@$(BIN)/python benchmarks/run.py $(ARGS)

lint:
	@$(PYTHON) scripts/environment.py standalone test dev '?mariadb'
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@$(BIN)/mypy
	@$(PYTHON) scripts/frontend.py --check

format:
	@$(PYTHON) scripts/environment.py standalone test dev '?mariadb'
	@$(BIN)/ruff check --fix
	@$(BIN)/ruff format

openapi:
	@$(PYTHON) scripts/environment.py standalone test dev '?mariadb'
	@$(BIN)/python scripts/openapi.py

clean:
	rm -rf .venv frontend/node_modules inventory_midplatform/public/frontend .mypy_cache .pytest_cache .ruff_cache .hypothesis build dist *.egg-info
