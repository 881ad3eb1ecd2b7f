# A developer's day. `make help` lists the targets.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
LAB ?= demo

.DEFAULT_GOAL := help

.PHONY: help
help: ## List the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 14

$(BIN)/.installed: pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed, this is " + sys.version.split()[0])'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet --editable . --group dev
	touch $@

.PHONY: venv
venv: $(BIN)/.installed ## The virtual environment with all that is needed

.PHONY: tools
tools: venv ## Build the lab's programs, once on a machine (about 20 minutes on 2 cores)
	$(BIN)/python -m lab build

.PHONY: format
format: venv ## Format the code
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix --quiet .

.PHONY: schema
schema: venv ## Make schema.json from the specs
	$(BIN)/python -m harvester_net.specs.schema

.PHONY: rules
rules: venv ## Make docs/rules.md from the rules
	$(BIN)/python -m harvester_net.rules.documentation

.PHONY: agents-table
agents-table: venv ## Make the table of simulated and real agents in docs/lab.md
	$(BIN)/python -m lab.tests.running.agents_compared table

.PHONY: lint
lint: venv ## Style, types and layers
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

.PHONY: unit
unit: venv ## The tests that need no lab, side by side: they wait more than they compute
	$(BIN)/pytest --numprocesses 4 --dist loadfile tests/unit tests/plugin lab/tests/unit

.PHONY: test
test: lint unit tools ## Everything: lint, unit, plugin, lab and end-to-end tests
	$(BIN)/pytest lab/tests/running tests/differential tests/e2e tests/mtu

.PHONY: test-kill
test-kill: tools ## Kill the plugin before and after every single write of an MTU change
	HARVESTER_NET_KILL_EVERYWHERE=1 $(BIN)/pytest -s tests/mtu/test_killed_anywhere.py

.PHONY: test-differential
test-differential: tools ## Our rules and the real webhooks over 40,000 writes
	HARVESTER_NET_DIFFERENTIAL_CASES=6000 $(BIN)/pytest -s tests/differential

.PHONY: bench
bench: tools ## Measure start-up, preview and up for 10, 100 and 1,000 VM networks
	$(BIN)/python -m bench

.PHONY: demo
demo: venv ## The lab up, and the quick-start program brought up on it
	$(BIN)/python -m lab.demo --name $(LAB)

.PHONY: lab-shell
lab-shell: venv ## A shell in which pulumi and kubectl mean the demo's lab
	$(BIN)/python -m lab shell --name $(LAB)

.PHONY: lab-down
lab-down: venv ## End the demo's lab, and with it all that was made on it
	$(BIN)/python -m lab down --name $(LAB)

.PHONY: clean
clean: ## Remove what make made here; the built programs stay in the user's cache
	rm -rf $(VENV) build dist *.egg-info .mypy_cache .pytest_cache .ruff_cache \
		.import_linter_cache .hypothesis Pulumi.demo.yaml
