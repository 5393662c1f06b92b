# Everything from a fresh clone: `make run` serves the site, `make test` runs the tests.
SHELL := /bin/sh
.DELETE_ON_ERROR:

PYTHON ?= python3
VENV ?= .venv
PORT ?= 8000
STATE_DIR ?= var
export PORT STATE_DIR
# Modules are compiled once, not again in each of the many processes that tests start.
unexport PYTHONDONTWRITEBYTECODE

BIN := $(VENV)/bin
CLIENTS := tests/site/clients
NODE_MODULES := $(CLIENTS)/node_modules
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes

.PHONY: run test proofs test-long fuzz check check-code check-bank bench oracle messages pictures openapi pins clean

run: $(VENV)/installed-run
	@$(BIN)/python -m studysite.port
	@$(BIN)/python -m studysite.starting --unmigrated
	@$(BIN)/python manage.py migrate --verbosity 0
	@$(BIN)/python manage.py loadbank
	@$(BIN)/python manage.py collectstatic --noinput --verbosity 0
	@exec $(BIN)/gunicorn --config python:studysite.gunicorn

test: $(VENV)/installed-dev
	$(BIN)/python -m tests.run $(TESTS)

# Whole sites are killed, starved, flooded and fuzzed; clients are generated and used: the short forms of all that.
proofs: $(VENV)/installed-dev $(NODE_MODULES)/installed
	$(BIN)/python -m tests.run --proofs

# Both with all examples, seeds, looks, texts and broken builds: before a release, or at night.
test-long: $(VENV)/installed-dev $(NODE_MODULES)/installed
	LONG=1 $(BIN)/python -m tests.run $(TESTS)
	$(if $(TESTS),,LONG=1 $(BIN)/python -m tests.run --proofs)

# Schemathesis against a running site, at length: `make proofs` has a short run of it. FUZZ="--examples 1000 --seed 7".
fuzz: $(VENV)/installed-dev
	$(BIN)/python -m tests.fuzz $(FUZZ)

# The bank and the code take a minute each: both at once.
check: $(VENV)/installed-dev
	@$(MAKE) --no-print-directory --jobs 2 --output-sync=target check-code check-bank

check-bank: $(VENV)/installed-dev
	$(BIN)/python manage.py lintbank --strict

check-code: $(VENV)/installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy .
	$(BIN)/lint-imports
	$(BIN)/python -m tests.audit code
	$(BIN)/python manage.py makemigrations --check --dry-run
	$(BIN)/python manage.py spectacular --validate --fail-on-warn --file /dev/null
	$(BIN)/python -m tests.api.compatible
	SECRET_KEY=$$($(BIN)/python -c 'import secrets; print(secrets.token_urlsafe(64))') HTTPS=on \
	    $(BIN)/python manage.py check --deploy --fail-level WARNING

# Published advisories of what is pinned. It needs the network, and fails where it could not look.
audit: $(VENV)/installed-dev
	$(BIN)/python -m tests.audit code
	$(BIN)/python -m tests.audit pins

bench: $(VENV)/installed-dev
	$(BIN)/python -m benchmarks.run

# What cnncalc is compared with: without it those tests and figures are left out, with a message.
oracle: $(VENV)/installed-oracle

# The interface's words: collect them into the catalogues (needs gettext), then compile.
messages: $(VENV)/installed-dev
	cd quizzes && ../$(BIN)/python ../manage.py makemessages --locale ja --no-location --no-obsolete
	cd quizzes && ../$(BIN)/python ../manage.py compilemessages --locale ja

pictures: $(VENV)/installed-dev
	$(BIN)/python -m pytest --quiet tests/site/take_pictures.py

# The API's document in the repository, which `make check` compares the API with.
openapi: $(VENV)/installed-dev
	$(BIN)/python -m tests.api.compatible --write

pins: $(VENV)/installed-dev
	$(BIN)/pip-compile $(PIN_OPTIONS) --output-file requirements.txt requirements.in
	$(BIN)/pip-compile $(PIN_OPTIONS) --output-file requirements-dev.txt requirements-dev.in
PIN_OPTIONS := --quiet --generate-hashes --strip-extras --allow-unsafe --no-header --no-annotate \
	--no-emit-index-url --no-emit-find-links --no-emit-trusted-host --no-emit-options

clean:
	rm -rf $(VENV) $(NODE_MODULES)

# A stamp is written only after its step succeeded: interrupted anywhere, make continues there.
$(VENV)/created:
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "Python 3.11 or newer is needed, this is " + sys.version.split()[0] + ". Name one: make run PYTHON=python3.11")'
	@$(PYTHON) -c 'import ensurepip, venv' || { echo "Python lacks its venv module; on Debian: apt install python3-venv"; exit 1; }
	@echo "Creating the virtual environment in $(VENV) …"
	@$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/installed-run: requirements.txt $(VENV)/created
	@echo "Installing what the site needs …"
	@$(PIP) -r requirements.txt
	@touch $@

$(VENV)/installed-dev: requirements-dev.txt $(VENV)/installed-run
	@echo "Installing what checks and tests need …"
	@$(PIP) -r requirements-dev.txt
	@touch $@

$(VENV)/installed-oracle: requirements-oracle.txt $(VENV)/installed-dev
	@echo "Installing what cnncalc is compared with …"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-oracle.txt
	@touch $@

# What makes a client in TypeScript: without npm its test is left out, with a message.
$(NODE_MODULES)/installed: $(CLIENTS)/package-lock.json
	@if command -v npm >/dev/null; then \
	    echo "Installing what makes a client in TypeScript …" && \
	    npm ci --prefix $(CLIENTS) --ignore-scripts --no-audit --no-fund --loglevel error && touch $@; fi
