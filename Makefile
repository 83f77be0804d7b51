# tocsin: `make` lists what there is. Everything sets itself up; nothing is fetched when nothing changed.

VENV := .venv
# The first Python that is new enough.
PYTHON ?= $(shell for python in python3.13 python3.12 python3.11 python3; do \
	"$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo "$$python" && break; done)
PIP := $(VENV)/bin/python -m pip --disable-pip-version-check --quiet
WORKERS ?= auto
# What Python has compiled is kept beside the source, whatever the shell says: every start is quicker by that.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help demo run test night check bench lint format pictures clean

help: ## This list
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "make %-9s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: $(VENV)/.for-running ## A local Slack workspace with the bot in it; PORT=8200 and FRESH=1 if you like
	@$(VENV)/bin/tocsin demo $(if $(PORT),--port $(PORT)) $(if $(FRESH),--fresh)

run: $(VENV)/.for-running ## The bot against the real Slack, with the settings in .env
	@$(VENV)/bin/tocsin run

test: $(VENV)/.for-developing ## All tests; ARGS="tests/stories -k card" for some
	@$(VENV)/bin/python -m compileall -q bot db migrations sandbox # or each worker compiles all of it by itself
	@$(VENV)/bin/python -m pytest -n $(WORKERS) --dist worksteal $(ARGS)

night: $(VENV)/.for-developing ## What is too long for every day: every case, thousands of histories and inputs, bots that die; ARGS as for test
	@HYPOTHESIS_PROFILE=nightly $(VENV)/bin/python -m pytest -n 2 --dist worksteal -q -p tests.night \
		$(or $(ARGS),tests/durability tests/store/test_seals.py tests/cli/test_evidence.py tests/rules)

check: lint test ## What CI runs: format, lint, types, who may import whom, tests

bench: $(VENV)/.for-developing ## Measure speed and size; ARGS=--full for the sizes of the targets, which takes long
	@$(VENV)/bin/python -m bench $(ARGS)

lint: $(VENV)/.for-developing ## All of `check` but the tests
	@$(VENV)/bin/ruff format --check
	@$(VENV)/bin/ruff check
	@$(VENV)/bin/mypy
	@$(VENV)/bin/lint-imports

format: $(VENV)/.for-developing ## Put the source into its format
	@$(VENV)/bin/ruff format
	@$(VENV)/bin/ruff check --fix

pictures: $(VENV)/.for-developing ## Make the README's pictures anew; needs Chromium
	@$(VENV)/bin/python docs/pictures/timelines.py
	@$(VENV)/bin/python docs/pictures/make.py

clean: ## Take away what was set up and what the demo kept
	@rm -rf $(VENV) .demo .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis

# pip comes last when an environment is made, so a half-made one is made again.
$(VENV)/bin/pip:
	$(if $(PYTHON),,$(error tocsin needs Python 3.11 or newer: install it, or name it with make PYTHON=/path/to/python))
	@echo "Setting up $(VENV) with $(PYTHON) …"
	@$(PYTHON) -m venv $(VENV)

# What an editable install comes to, without a build backend to fetch.
$(VENV)/bin/tocsin: Makefile | $(VENV)/bin/pip
	@echo '$(CURDIR)' > "$$($(VENV)/bin/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')/tocsin.pth"
	@printf '#!/bin/sh\nexec "%s/$(VENV)/bin/python" -m bot "$$@"\n' '$(CURDIR)' > $@
	@chmod +x $@

$(VENV)/.for-running: requirements.txt | $(VENV)/bin/pip $(VENV)/bin/tocsin
	@echo "Installing what tocsin needs …"
	@$(PIP) install --require-hashes -r $<
	@touch $@

$(VENV)/.for-developing: requirements-dev.txt $(VENV)/.for-running
	@echo "Installing what its tests need …"
	@$(PIP) install --require-hashes -r $<
	@touch $@
