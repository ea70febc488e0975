# Everything one does with Fieldstone. A step that is up to date is skipped.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-builtin-rules

BIN := .venv/bin
DIST := ui/static/dist
LAYERS := metadata rules engine api
SOURCES := $(shell find ui/assets -name node_modules -prune -o -type f -print)

.PHONY: help setup run test lint format types layers cover faults docs fuzz mutants bench lock browser clean

help: ## Show what there is to do
	@awk -F ':.*## ' '/^[a-z]+:.*## /{printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: .venv/.installed .venv/.linked $(DIST)/app.js ## Install everything into .venv and build the pages' assets
	@:

run: setup ## Serve the demonstration on this machine
	$(BIN)/fieldstone serve --demo

test: lint types layers browser ## Check and test everything
	$(BIN)/pytest -n 2 --dist loadfile --no-loadscope-reorder

lint: setup ## Check style with ruff
	$(BIN)/ruff check .

format: setup ## Lay the code out with ruff
	$(BIN)/ruff format .

types: setup ## Check types with mypy and tsc
	$(BIN)/mypy
	tools/with-node npm --prefix ui/assets run --silent types

layers: setup ## Check that imports only go downward
	$(BIN)/lint-imports --no-logo

faults: setup ## Kill workers, clockwork and other work twenty times each
	FIELDSTONE_TEST_KILLS=20 $(BIN)/pytest -n 2 --dist loadfile tests/faults

cover: setup browser ## Test, and say which branches no test takes
	$(BIN)/coverage erase
	$(BIN)/coverage run -m pytest
	$(BIN)/coverage combine --quiet
	$(BIN)/coverage report

docs: setup ## Write the reference pages from the schemas
	$(BIN)/python docs/generate.py

fuzz: setup ## Try 200,000 expressions, 100,000 hostile ones, 300 Apps, 20,000 wrong documents and 2,000 cycles of a field
	$(BIN)/python -m tests.rules.fuzz random --expressions 200000
	$(BIN)/python -m tests.rules.fuzz hostile --expressions 100000
	FIELDSTONE_GENERATED_APPS=300 $(BIN)/pytest -q tests/rules/test_generated_apps.py
	$(BIN)/python -m tests.metadata.fuzz --documents 20000
	FIELDSTONE_CYCLES=2000 $(BIN)/pytest -q -n 2 tests/engine/publish/test_cycles.py

mutants: setup ## Change the language's code in small ways, and see that a test fails each time
	$(BIN)/python -m tests.rules.mutants

bench: setup ## Measure, and compare with the figures kept
	$(BIN)/python -m benchmarks
	$(BIN)/python -m benchmarks.language
	$(BIN)/python -m benchmarks.auditing
	$(BIN)/python -m benchmarks.publishing
	$(BIN)/python -m benchmarks.upgrading

browser: setup ## Install the browser that the tests drive
	$(BIN)/python -m tests.servers.chromium

lock: .venv/bin/uv ## Pin the newest versions that the *.in files allow
	tools/lock

clean: ## Remove all that setup made
	rm -rf .venv names ui/assets/node_modules $(DIST)

.venv/bin/uv:
	tools/make-venv

.venv/.installed: requirements-dev.lock requirements.in pyproject.toml setup.py | .venv/bin/uv
	tools/install
	@touch $@

.venv/.linked: Makefile | .venv/bin/uv
	@mkdir -p names/fieldstone
	@for layer in $(LAYERS); do ln -sfn ../../platform/$$layer names/fieldstone/$$layer; done
	@for folder in ui apps; do ln -sfn ../../$$folder names/fieldstone/$$folder; done
	@touch $@

ui/assets/node_modules/.package-lock.json: ui/assets/package.json ui/assets/package-lock.json | .venv/bin/uv
	tools/with-node npm --prefix ui/assets ci --ignore-scripts
	@touch $@

$(DIST)/app.js: $(SOURCES) ui/assets/node_modules/.package-lock.json
	tools/with-node npm --prefix ui/assets run --silent build
