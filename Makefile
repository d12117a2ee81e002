# Two commands do everything: `make run` and `make test`. `make help` lists them all, by the comment behind each.
SHELL := /bin/sh
MEIRI := .venv/bin/meiri
# Three workers on two processors: while one waits for a browser, a server or PostgreSQL, another works.
PYTEST := .venv/bin/python -m pytest -n 3 --dist loadgroup
LOCK := .venv/bin/uv pip compile --quiet --generate-hashes --universal --python-version 3.11 \
	--no-header --no-emit-index-url --no-emit-find-links
# Tests that go another way on PostgreSQL.
ON_POSTGRESQL := tests/audience tests/comments tests/conf tests/journal tests/newsroom
# Tests of what Valkey counts and keeps at hand, where there is one.
WITH_VALKEY := tests/comments/test_limits.py tests/comments/test_writing.py tests/members/test_accounts.py tests/members/test_guessing.py \
	tests/members/test_second_factor.py tests/members/test_sessions.py tests/members/test_sign_ins.py tests/members/test_stored_sessions.py
# Tests of media files, on an S3 server.
WITH_S3 := tests/media/test_removing.py tests/media/test_serving.py tests/media/test_uploading.py tests/media/test_withdrawing_pictures.py \
	tests/fronts/test_friend_links.py tests/fronts/test_identity.py tests/ingest/leaving/test_open_formats.py \
	tests/members/test_contributing.py tests/newsroom/test_embargo.py tests/web/test_installable.py

.PHONY: help setup setup-run run watch test coverage lint bench audit admin-pages mutants lock

help: ## list the targets
	@sed -n 's/^\([a-z-]*\):.* ## \(.*\)/make \1\t\2/p' Makefile | sort | expand -t 18

setup: ## install everything for running and testing; costs nothing when all is there
	@scripts/setup run develop

setup-run: ## install what running needs
	@scripts/setup run

run: setup-run ## serve the site on http://127.0.0.1:8000, as operators do
	@exec $(MEIRI) serve --prepare

watch: setup-run ## serve it for development: what you save is what you see at the next look
	@exec env MEIRI_DEBUG=on $(MEIRI) watch

# Compiled modules are kept, whatever the environment says: tests start Python some hundred times.
test coverage: export PYTHONDONTWRITEBYTECODE =

ifdef T
test:
	@.venv/bin/python -m pytest $(T)
else
test: setup lint ## check everything; with T=tests/newsroom/test_publishing.py that file, folder or FILE::TEST alone
	@scripts/timed "tests of scripts" node --test tests/scripts/
	@scripts/timed "tests on SQLite" $(PYTEST)
	@scripts/timed "tests on PostgreSQL" $(PYTEST) --postgresql $(ON_POSTGRESQL)
	@scripts/timed "tests with Valkey" $(PYTEST) --valkey $(WITH_VALKEY)
	@scripts/timed "tests with S3" $(PYTEST) --s3 $(WITH_S3)
endif

coverage: setup ## which lines and branches the tests reach
	@$(PYTEST) --cov=meiri --cov-branch --cov-report=term:skip-covered $(T)

lint: setup ## formatting, code rules, import layers, types, keys and kinds of the journal, missing migrations, templates, styles, scripts
	@scripts/timed "ruff format" .venv/bin/ruff format --check .
	@scripts/timed "ruff check" .venv/bin/ruff check .
	@scripts/timed "import layers" .venv/bin/lint-imports
	@scripts/timed "types" .venv/bin/mypy
	@scripts/timed "journal" .venv/bin/python scripts/check_journal.py
	@scripts/timed "migrations" $(MEIRI) makemigrations --check --dry-run
	@DJANGO_SETTINGS_MODULE=meiri.conf.settings scripts/timed "rolling upgrades" .venv/bin/python scripts/check_migrations.py
	@scripts/timed "templates" .venv/bin/djlint src --lint --quiet
	@scripts/timed "styles" node_modules/.bin/stylelint "src/**/*.css"
	@scripts/timed "scripts" node_modules/.bin/eslint src tests/scripts eslint.config.mjs

bench: setup ## measure what bench/ measures
	@.venv/bin/python -m bench

audit: setup ## check reader pages for accessibility and speed in a browser
	@.venv/bin/python -m bench.audit

admin-pages: setup ## check every page of the admin for accessibility, English and width in a browser
	@.venv/bin/python -m bench.admin_pages

mutants: setup ## take away single lines that matter and see which test fails; of some places with ONLY=comments/
	@.venv/bin/python -m bench.mutations $(if $(ONLY),--only "$(ONLY)")

lock: ## pin the dependencies of requirements/*.in again, with hashes
	@$(LOCK) requirements/run.in -o requirements/run.txt
	@$(LOCK) requirements/sm2.in -o requirements/sm2.txt
	@$(LOCK) requirements/tracing.in -o requirements/tracing.txt
	@$(LOCK) requirements/dev.in -o requirements/dev.txt
