.DEFAULT_GOAL := help
.PHONY: help setup up check test lint types imports migrate locks bench docs web env

LOCKED := --generate-hashes --no-emit-index-url --no-emit-find-links --no-annotate --no-header
PYTHON := PYTHONPATH=. .venv/bin/python

help: ## list these targets
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

setup: ## Python environment, system services, screens
	./fieldhand test --collect-only -q

up: ## run everything on this machine
	./fieldhand up

check: lint types imports ## quick checks without services

test: ## all checks and tests, as CI runs them
	./fieldhand test

lint: ## style of the Python code
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .

types: ## mypy, strict
	.venv/bin/mypy --strict

imports: ## floors, rooms, furniture
	.venv/bin/lint-imports
	.venv/bin/deptry .

migrate: ## bring the database of the environment to the newest schema
	./fieldhand migrate

locks: ## compile the locks from pyproject.toml, with hashes and without addresses
	.venv-tools/bin/uv pip compile -q --python-version 3.11 $(LOCKED) pyproject.toml -o requirements.lock
	.venv-tools/bin/uv pip compile -q --python-version 3.11 $(LOCKED) pyproject.toml --group dev -c requirements.lock -o requirements-dev.lock
	.venv-tools/bin/uv pip compile -q --python-version 3.11 $(LOCKED) --group ui -o requirements-ui.lock

bench: ## every figure we claim
	$(PYTHON) -m benchmarks

docs: ## where to read on
	@ls docs/*.md docs/*/*.md

web: ## build the screens
	cd web && npm ci && npm run check && npm test && npm run build

env: ## .env with generated secrets for docker compose
	./deploy/make-env.sh
