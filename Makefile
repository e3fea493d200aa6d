# The same commands that pre-commit and .ci/run use. `make setup` first.
VENV ?= .venv
BIN := $(VENV)/bin

.PHONY: setup app check test snapshots docs lock benchmarks screenshot

setup:
	python3 -m venv $(VENV)
	$(BIN)/pip install --quiet --require-hashes -r requirements.lock
	$(BIN)/pip install --quiet --no-deps --no-build-isolation -e .

app:
	$(BIN)/equality serve

check:
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/equality check
	$(BIN)/equality docs --check

test:
	$(BIN)/pytest

snapshots:
	$(BIN)/pytest tests/snapshots --update-snapshots

docs:
	$(BIN)/equality docs

lock:
	$(BIN)/pip-compile --quiet --all-extras --allow-unsafe --generate-hashes --strip-extras --no-emit-options --no-emit-index-url \
		--no-emit-trusted-host --no-emit-find-links --no-header --output-file requirements.lock pyproject.toml

benchmarks:
	$(BIN)/python -m tests.benchmarks

screenshot:
	$(BIN)/python -m tests.support.screenshot docs/images
