# A developer's day. `make help` lists the targets.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
LAB ?= demo
# End-to-end tests of `make test`, and those of them that `make test-lab` repeats on real parts.
EMBEDDED := tests/mtu tests/e2e --ignore=tests/e2e/real
COMPARED := lab/tests/running/control_planes_compared
AGENTS := lab/tests/running/agents_compared
REAL_NODES := $(AGENTS)/test_real.py $(wildcard lab/tests/running/test_real_*.py) tests/e2e/real
ON_BOTH := tests/e2e/test_life.py tests/e2e/test_around.py tests/mtu/test_cases.py tests/mtu/test_storage.py

.DEFAULT_GOAL := help

.PHONY: help
help: ## List the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 19

# What the package and a lab need; what developers need besides takes half as long again.
$(BIN)/.runs: requirements/lab.txt pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed, this is " + sys.version.split()[0])'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --require-hashes --requirement requirements/lab.txt
	$(BIN)/python -m pip install --quiet --no-deps --editable .
	touch $@

$(BIN)/.installed: $(BIN)/.runs requirements/dev.txt
	$(BIN)/python -m pip install --quiet --require-hashes --requirement requirements/dev.txt
	touch $@

.PHONY: venv
venv: $(BIN)/.installed ## The virtual environment with all that is needed

UPGRADE ?= --upgrade
LOCK := $(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	--no-header --quiet $(UPGRADE)
AS_LAB := --constraints requirements/lab.txt

.PHONY: lock
lock: venv ## Take the newest dependencies that pyproject.toml allows into the locks
	$(LOCK) pyproject.toml --extra lab --output-file requirements/lab.txt
	$(LOCK) pyproject.toml --extra lab --group dev $(AS_LAB) --output-file requirements/dev.txt
	$(LOCK) pyproject.toml $(AS_LAB) --output-file requirements/runtime.txt
	$(LOCK) --group dist $(AS_LAB) --output-file requirements/dist.txt

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

.PHONY: sdk
sdk: schema ## Make the classes of other languages from the schema (needs Go, or built tools)
	$(BIN)/python -m lab.sdk

.PHONY: rules
rules: venv ## Make docs/rules.md from the rules
	$(BIN)/python -m harvester_net.rules.documentation

.PHONY: reviews
reviews: venv ## Make docs/reviews from the recorded previews
	$(BIN)/python -m tests.unit.review.documented

.PHONY: agents-table
agents-table: venv ## Make the table of simulated and real agents in docs/lab.md
	$(BIN)/python -m lab.tests.running.agents_compared table

.PHONY: planes-table
planes-table: venv ## Make the tables of the embedded and the real control plane in docs
	$(BIN)/python -m lab.tests.running.control_planes_compared table

.PHONY: lint
lint: venv ## Style, types and layers
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

.PHONY: unit
unit: venv ## Unit and plugin tests, and the embedded lab held against what the real one did
	$(BIN)/pytest --numprocesses 4 --dist loadfile tests/unit tests/plugin lab/tests/unit \
		$(COMPARED)/test_comparison.py $(COMPARED)/test_embedded_networks.py $(COMPARED)/test_embedded_vms.py

.PHONY: e2e
e2e: venv ## The real CLI on the embedded lab
	$(BIN)/python -m lab build pulumi
	$(BIN)/pytest --numprocesses 4 --dist worksteal $(EMBEDDED)

.PHONY: test
test: lint unit e2e ## All that needs no Go: minutes

.PHONY: test-lab
test-lab: tools ## What only real parts and real nodes can show, and end-to-end tests on them too
	$(MAKE) --jobs 3 --keep-going test-real-nodes test-real-parts test-real-stacks

# Three labs beside each other, for their programs wait most of the time; the machine of the real
# nodes comes first, which computes. Real kernels and controllers on a busy machine have moments of
# their own: what fails is played once more, and is listed as RERUN.
ON_REAL := $(BIN)/pytest --control-plane real --reruns 1 -rR

.PHONY: test-real-nodes
test-real-nodes: tools
	$(ON_REAL) $(REAL_NODES)

.PHONY: test-real-parts
test-real-parts: tools
	nice -n 3 $(ON_REAL) lab/tests/running tests/differential $(addprefix --ignore=,$(COMPARED) $(REAL_NODES))

.PHONY: test-real-stacks
test-real-stacks: tools
	nice -n 3 $(ON_REAL) $(ON_BOTH)

.PHONY: test-all
test-all: test test-fuzz test-hands test-differential test-kill test-dist ## Everything, every scenario, on both control planes
	HARVESTER_NET_EVERY_SCENARIO=1 $(BIN)/pytest --control-plane real \
		lab/tests/running tests/e2e tests/mtu
	$(MAKE) mutants

.PHONY: test-fuzz
test-fuzz: venv ## What pods, servers, files and other users could have written: 100,000 texts, 5,000 imports
	HARVESTER_NET_FUZZ_EXAMPLES=8000 $(BIN)/pytest --numprocesses 4 tests/unit -k fuzzed

.PHONY: test-hands
test-hands: venv ## Two clients and a bystander at random moments of a change, 5,000 times
	HARVESTER_NET_HANDS_EXAMPLES=5000 $(BIN)/pytest --numprocesses 4 tests/unit/change/test_hands.py

.PHONY: test-kill
test-kill: tools ## Kill the plugin before and after every single write of an MTU change
	HARVESTER_NET_KILL_EVERYWHERE=1 $(BIN)/pytest -s tests/mtu/test_killed_anywhere.py

.PHONY: test-differential
test-differential: tools ## Our rules and the real webhooks over 40,000 writes
	HARVESTER_NET_DIFFERENTIAL_CASES=6000 $(BIN)/pytest -s tests/differential

.PHONY: mutants
mutants: venv ## A sample of 100 small mistakes, and which of them the quick tests notice
	$(BIN)/python -m tests.mutation

# What builds a release has an environment of its own: few need it.
build/tools/.installed: requirements/dist.txt
	$(PYTHON) -m venv build/tools
	build/tools/bin/python -m pip install --quiet --require-hashes --requirement $<
	touch $@

.PHONY: dist
dist: build/tools/.installed ## All files of a release that this machine can make, in dist/; PARTS="plugin npm" makes some
	build/tools/bin/python -m release $(PARTS)

.PHONY: docs
docs: build/tools/.installed ## The documentation as a site, in build/docs/site, with its links checked
	build/tools/bin/python -m release.docs

.PHONY: test-dist
test-dist: venv dist ## Install each of them into an empty home, from a local server, and preview with it
	$(BIN)/python -m lab build pulumi pulumi-language-yaml
	$(BIN)/pytest tests/dist

.PHONY: bench
bench: tools ## Measure start-up, preview and up for 10, 100 and 1,000 VM networks
	$(BIN)/python -m bench

.PHONY: demo
demo: $(BIN)/.runs ## The quick-start on a lab, two VMs, and then another MTU
	$(BIN)/python -m lab.demo --name $(LAB)

.PHONY: demo-real
demo-real: tools ## The same on Harvester's own programs
	$(BIN)/python -m lab.demo --name $(LAB) --control-plane real

.PHONY: lab-shell
lab-shell: $(BIN)/.runs ## A shell in which pulumi and kubectl mean the demo's lab
	$(BIN)/python -m lab shell --name $(LAB)

.PHONY: lab-down
lab-down: $(BIN)/.runs ## End the demo's lab, and with it all that was made on it
	$(BIN)/python -m lab down --name $(LAB)

.PHONY: clean
clean: ## Remove what make made here; the built programs stay in the user's cache
	rm -rf $(VENV) build dist *.egg-info .mypy_cache .pytest_cache .ruff_cache \
		.import_linter_cache .hypothesis Pulumi.demo.yaml
