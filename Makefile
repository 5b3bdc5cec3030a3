.DEFAULT_GOAL := help
.PHONY: help setup run test conformance all-tests check bench lock clean
.DELETE_ON_ERROR:

VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed

is_new_enough := import sys; sys.exit(sys.version_info < (3, 11))
PYTHON ?= $(shell for name in python3.14 python3.13 python3.12 python3.11 python3; do \
	$$name -c '$(is_new_enough)' >/dev/null 2>&1 && { echo $$name; break; }; done)

# The interpreter that is here is the one to use, and a home that cannot be written is no reason to stop.
export UV_PYTHON_DOWNLOADS := never
UV := $(BIN)/uv --no-progress $(shell mkdir -p "$${XDG_CACHE_HOME:-$$HOME/.cache}/uv" 2>/dev/null || echo --no-cache)

help:  ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(INSTALLED)  ## make the virtual environment and install what is locked

run: setup  ## start everything and show the main job on a sample (ARGS=--exit ends after it)
	@$(BIN)/assay demo $(ARGS)

# Two at a time: while one waits for processes that it started, the other computes. A third made it slower on two cores.
SIDE_BY_SIDE := --numprocesses 2 --dist loadgroup --no-loadscope-reorder

test: setup  ## run the tests (ARGS=tests/domain for some of them)
	$(BIN)/python -m pytest $(SIDE_BY_SIDE) --ignore tests/conformance $(ARGS)

conformance: setup  ## check the API with tools of others, which need Node 20 (ARGS="-k audit" for some of them)
	$(BIN)/python -m pytest tests/conformance $(ARGS)

all-tests: setup  ## both at once, on one installation, as CI does
	$(BIN)/python -m pytest $(SIDE_BY_SIDE) $(ARGS)

check: setup  ## what CI asks of every change, without the tests
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m api export-schema --check
	$(BIN)/python -m deploy.local.throwaway $(BIN)/python -m domain check

bench: setup  ## measure; takes a while and 20 GB (ARGS="latency", or "scale --json FILE", …)
	@$(BIN)/python -m benchmarks $(ARGS)

lock: setup  ## resolve the dependencies anew
	$(UV) pip compile $(COMPILE) --extra dask --group dev --output-file requirements/dev.txt pyproject.toml
	echo uv | $(UV) pip compile $(COMPILE) --output-file requirements/uv.txt -

COMPILE := --quiet --upgrade --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header

clean:  ## remove the virtual environment and all caches; your data stays
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(INSTALLED): requirements/dev.txt requirements/uv.txt pyproject.toml | $(BIN)/python
	@echo "Installing the locked dependencies into $(VENV) ..."
	@if $(BIN)/python -m pip install --quiet --require-hashes --requirement requirements/uv.txt \
		&& $(UV) pip sync --quiet --python $(BIN)/python --require-hashes --compile-bytecode requirements/dev.txt; then :; \
	else \
		echo "uv could not do it; pip does, which takes some minutes."; \
		$(BIN)/python -m pip install --quiet --require-hashes --no-deps --requirement requirements/dev.txt; \
	fi
	@$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

$(BIN)/python:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or later is needed; name one with make PYTHON=/path/to/python3."; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); echo "$(PYTHON) cannot make virtual environments; on Debian and Ubuntu: apt-get install python3-venv."; exit 1; }
