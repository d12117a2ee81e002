# Two commands do everything: `make run` and `make test`. README.md says what each target is for.
SHELL := /bin/sh
MEIRI := .venv/bin/meiri
LOCK := .venv/bin/uv pip compile --quiet --generate-hashes --universal --python-version 3.11 \
	--no-header --no-emit-index-url --no-emit-find-links

.PHONY: setup setup-run run test lint bench audit mutants lock

setup:
	@scripts/setup run develop

setup-run:
	@scripts/setup run

run: setup-run
	@exec $(MEIRI) serve --prepare

# Compiled modules are kept, whatever the environment says: tests start Python some hundred times.
test: export PYTHONDONTWRITEBYTECODE =

ifdef T
test:
	@.venv/bin/python -m pytest $(T)
else
test: setup lint
	@.venv/bin/python -m pytest -n 2 --dist loadgroup
	@.venv/bin/python -m pytest -n 2 --dist loadgroup --postgresql tests/audience tests/comments tests/conf tests/journal tests/newsroom
endif

lint: setup
	@.venv/bin/ruff format --check .
	@.venv/bin/ruff check .
	@.venv/bin/lint-imports
	@.venv/bin/mypy
	@.venv/bin/meiri makemigrations --check --dry-run

bench: setup
	@.venv/bin/python -m bench

audit: setup
	@.venv/bin/python -m bench.audit

mutants: setup
	@.venv/bin/python -m bench.mutations $(if $(ONLY),--only "$(ONLY)")

lock:
	@$(LOCK) requirements/run.in -o requirements/run.txt
	@$(LOCK) requirements/dev.in -o requirements/dev.txt
