# Everything starts here. `make run` and `make test` need Python 3.11 or newer and make, nothing else.

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
BUNDLE := static/dist/index.html
BUNDLE_SOURCES := $(shell find static/src static/public_form static/public -type f 2>/dev/null) \
                  $(wildcard static/*.json static/*.ts static/*.html static/*.js)
export FORMLOOM_HOME ?= $(CURDIR)/var

.PHONY: run dev install test test-python test-browser-language lint bench crash cluster build screenshots clean

run: install  ## start everything on SQLite at http://127.0.0.1:8000
	@$(BIN)/formloom serve

dev: install  ## the same, starting again when a Python file changes
	@$(BIN)/formloom serve --reload

install: $(VENV)/runtime $(BUNDLE)  ## everything that `make run` needs, without starting

test: $(VENV)/tools $(BUNDLE) test-python test-browser-language  ## the whole test suite

test-python: $(VENV)/tools $(BUNDLE)
	$(BIN)/python -m pytest -q -n auto --dist loadfile --no-loadscope-reorder -rs

test-browser-language: $(VENV)/tools $(BUNDLE)
	@. static/node.sh && cd static && npm test --silent

lint: $(VENV)/tools static/node_modules/.installed  ## style, types, import walls
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	@mkdir -p .links && ln -sfn .. .links/formloom
	MYPYPATH=.links $(BIN)/mypy -p formloom.platform -p formloom.workflows -p formloom.builders -p formloom.templates_lib -m formloom.app
	PYTHONPATH=.links $(BIN)/lint-imports --no-cache
	@. static/node.sh && cd static && npm run lint --silent && npm run types --silent

bench: $(VENV)/tools $(BUNDLE)  ## figures beside a hand-written app; prints a table
	$(BIN)/python -m tests.bench.run

crash: $(VENV)/tools  ## SIGKILL at random while submitting; nothing acknowledged may be lost
	$(BIN)/python -m tests.crash.run

cluster: $(VENV)/tools  ## kill each part of a cluster on PostgreSQL and RabbitMQ in the middle of 1,000 runs
	$(BIN)/python -m tests.cluster.run

build: $(VENV)/tools $(BUNDLE)  ## a wheel with the built bundle, in dist/
	$(BIN)/python -m pip wheel -q --no-deps -w dist .

screenshots: $(VENV)/tools $(BUNDLE)  ## the pictures in the README
	$(BIN)/python docs/screenshots.py

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/runtime: requirements.lock pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m pip install -q --disable-pip-version-check -r requirements.lock
	$(BIN)/python -m pip install -q --disable-pip-version-check --no-deps -e .
	@touch $@

$(VENV)/tools: requirements-dev.lock $(VENV)/runtime
	$(BIN)/python -m pip install -q --disable-pip-version-check -r requirements-dev.lock
	@touch $@

static/node_modules/.installed: static/package-lock.json | $(VENV)/runtime
	@. static/node.sh && cd static && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@

$(BUNDLE): static/node_modules/.installed $(BUNDLE_SOURCES)
	@. static/node.sh && cd static && npm run build --silent
	@touch $@

clean:
	rm -rf $(VENV) static/dist static/node_modules build dist *.egg-info
