# Two commands on a fresh machine: `make demo` and `make test`. Both make .venv by themselves.

# The first of these that really runs, is 3.11 or newer and can make a .venv; or say PYTHON=… yourself.
PYTHONS := python3.14 python3.13 python3.12 python3.11 python3
CAN_RUN := import sys, ensurepip, venv; sys.exit(sys.version_info < (3, 11))
PYTHON ?= $(shell for p in $(PYTHONS); do if $$p -c '$(CAN_RUN)' >/dev/null 2>&1; then echo $$p; break; fi; done)

BIN := .venv/bin
# Each is written last: a set-up that broke off is begun again.
LOCKED := .venv/.locked
READY := .venv/.ready
UV := 0.13.9
# Without --quiet: it suppresses warnings, and --strict then passes them.
BUILD_DOCS := NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict
# The day that the pictures show: 2026-11-24.
SHOWN := 1795485600
PIP := -m pip install --quiet --disable-pip-version-check

define NO_PYTHON

lmsys-enrich needs CPython 3.11 or newer with its venv module, and found none of: $(PYTHONS).
Install one (Debian, Ubuntu: apt install python3 python3-venv), or name yours: make PYTHON=/path/to/python

endef

.DEFAULT_GOAL := help
.PHONY: help demo run test torture format lint docs golden bench screenshots dist lock clean

help: ## Show this list
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /|/' | awk -F'|' '{printf "make %-12s %s\n", $$1, $$2}'

$(LOCKED): requirements-dev.lock
	$(if $(PYTHON),,$(error $(NO_PYTHON)))
	$(PYTHON) -m venv --clear .venv
	$(BIN)/python $(PIP) --require-hashes --requirement requirements-dev.lock
	@touch $@

$(READY): $(LOCKED) pyproject.toml
	$(BIN)/python $(PIP) --no-deps --no-build-isolation --editable .
	$(BIN)/python -m pip check --disable-pip-version-check
	@touch $@

demo: $(READY) ## Run the main job on simulated forges, registries and websites; no token, no network
	$(BIN)/lmsys-enrich demo

run: $(READY) ## Run the main job against the real GitHub (GITHUB_TOKEN); ARGS="--plan other.yaml"
	$(BIN)/lmsys-enrich run $(ARGS)

test: lint ## Run every check: format, lint, types, import order, spelling, tests with coverage
	$(BIN)/pytest --numprocesses auto --cov --cov-report term $(ARGS)

lint: $(READY) ## Run the static checks
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/codespell
	$(BIN)/python -m tests.documentation.workflows build/workflows
	$(BIN)/check-jsonschema --quiet --builtin-schema vendor.github-workflows .github/workflows/*.yml build/workflows/*.yml
	$(BIN)/check-jsonschema --quiet --builtin-schema vendor.github-actions action.yml
	$(BIN)/zizmor --quiet --offline --persona pedantic .github/workflows action.yml build/workflows
	$(BUILD_DOCS)

docs: $(READY) ## Build the documentation into build/site; a broken link is an error
	$(BUILD_DOCS)

format: $(READY) ## Lay out the code, and apply the fixes that ruff can make
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

torture: $(READY) ## Run the tests of reliability in their long form: 200 kills, 1,000 hostile inputs, 10,000 links
	TORTURE_KILLS=200 TORTURE_EXAMPLES=1000 TORTURE_LINKS=10000 TORTURE_TEXT=65536 \
		$(BIN)/pytest --numprocesses auto tests/reliability $(ARGS)

golden: $(READY) ## Write the golden files and the reference in README and docs again; then look at the diff
	WRITE_GOLDEN=1 $(BIN)/pytest -q tests/unit/outputs tests/documentation tests/journeys/test_demo.py tests/reliability

bench: $(READY) ## Measure speed beside peers (lychee, linkinator), and write docs/benchmarks.md
	$(BIN)/python -m benchmarks $(ARGS)

screenshots: $(READY) ## Take the pictures of the demonstration's page in docs/images; needs Chromium
	SOURCE_DATE_EPOCH=$(SHOWN) $(BIN)/lmsys-enrich demo --quiet --out build/screenshots
	$(BIN)/python -m tests.browser.screenshots build/screenshots/demo/index.html docs/images

dist: $(READY) ## Build wheel and sdist into dist/
	rm -rf dist
	$(BIN)/python -m hatchling build

lock: ## Resolve the locked sets of versions after a change of pyproject.toml; ARGS=--upgrade for newer versions
	$(if $(PYTHON),,$(error $(NO_PYTHON)))
	$(PYTHON) -m venv build/lock
	build/lock/bin/python $(PIP) uv==$(UV)
	build/lock/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --all-extras --no-strip-extras --group dev \
		--custom-compile-command 'make lock' $(ARGS) --output-file requirements-dev.lock pyproject.toml
	build/lock/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --constraint requirements-dev.lock \
		--custom-compile-command 'make lock' --output-file .github/action/requirements.lock pyproject.toml .github/action/build.in

clean: ## Remove everything that was made here, the cache of findings excepted
	rm -rf .venv .ci/node_modules .coverage .coverage.* .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache build dist
