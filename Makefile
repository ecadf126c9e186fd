# Every target does its own set-up: Python 3.11 or newer with venv is all it needs.

PYTHON ?= python3
VENV   ?= .venv
bin    := $(VENV)/bin

# Whose report, and where the lake, the warehouse and the reports go.
EXPORTS ?=
DATA    ?= $(if $(EXPORTS),$(if $(NEXTGEAR_DATA),$(NEXTGEAR_DATA),data),data/demo)

# How many runs `make soak` kills.
KILLS ?= 200

# How many mutants `make fuzz` makes, and how many seconds it then searches each format for new ones.
COUNT    ?= 100000
GUIDED_S ?= 300

# How many runners of each kind `make accuracy` simulates, how many of them with each cause of a plateau, and
# anything else that both of its scripts may be told.
RUNNERS  ?= 150
OF_CAUSE ?= 10
ACCURACY ?=

# How many athletes `make scale` has, of how many weeks; into how many buckets they are divided, one after the
# other; and anything else that its script may be told.
ATHLETES ?= 10 50
WEEKS    ?= 8
BUCKETS  ?=
SCALE    ?= --compare --shuffle --kills 2

parts_of_lint := lint-types lint-sql lint-python lint-pages

.PHONY: help report test format docs picture lint bench scale accuracy fuzz soak ci clean

help: ## This list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

report: $(VENV)/.installed ## A simulated runner's report; EXPORTS=path for your own, DATA=folder to keep it elsewhere
ifeq ($(EXPORTS),)
	$(bin)/nextgear demo --data "$(DATA)"
else
	$(bin)/nextgear run "$(patsubst ~/%,$(HOME)/%,$(EXPORTS))" --data "$(DATA)"
endif

test: $(VENV)/.installed-dev ## Every test
	$(bin)/pytest -n auto --dist loadfile --no-loadscope-reorder

format: $(VENV)/.installed-dev ## Python and SQL as the house writes them
	$(bin)/ruff check --fix pipeline tests
	$(bin)/ruff format pipeline tests
	$(bin)/sqlfluff fix --processes 0 sql

docs: $(VENV)/.installed ## What is generated: the models (sql/README.md), the cookbook, the commands (pipeline/COMMANDS.md)
	$(bin)/nextgear models --markdown > sql/README.md.new
	mv sql/README.md.new sql/README.md
	$(bin)/python -m pipeline.ask.cookbook > sql/cookbook/README.md.new
	mv sql/cookbook/README.md.new sql/cookbook/README.md
	$(bin)/python -m typer pipeline.cli utils docs --name nextgear > pipeline/COMMANDS.md.new
	mv pipeline/COMMANDS.md.new pipeline/COMMANDS.md

picture: $(VENV)/.installed-dev ## The README's pictures: the demo's report in Chromium, into tests/pictures
	scratch=$$(mktemp -d) && $(bin)/nextgear demo --data "$$scratch/demo" --quiet \
	&& $(bin)/python tests/picture.py "$$scratch/demo" && rm -r "$$scratch"

lint: $(VENV)/.installed-dev ## Style, types, SQL, and whether the generated pages are up to date
	$(MAKE) --jobs 2 $(parts_of_lint)

# The slowest use one core each, so they run beside each other.
.PHONY: $(parts_of_lint)

lint-types: $(VENV)/.installed-dev
	$(bin)/basedpyright

lint-sql: $(VENV)/.installed-dev
	$(bin)/sqlfluff lint --processes 0 sql

lint-python: $(VENV)/.installed-dev
	$(bin)/ruff check pipeline tests
	$(bin)/ruff format --check pipeline tests

lint-pages: $(VENV)/.installed-dev
	$(bin)/nextgear models --markdown | diff -u sql/README.md - || { echo 'sql/README.md is out of date: make docs'; exit 1; }
	$(bin)/python -m pipeline.ask.cookbook | diff -u sql/cookbook/README.md - || { echo 'sql/cookbook/README.md is out of date: make docs'; exit 1; }
	$(bin)/python -m typer pipeline.cli utils docs --name nextgear | diff -u pipeline/COMMANDS.md - || { echo 'pipeline/COMMANDS.md is out of date: make docs'; exit 1; }

bench: $(VENV)/.installed-dev ## Speed and size against peers, as ratios; some minutes
	$(bin)/python -W ignore tests/bench.py

scale: $(VENV)/.installed-dev ## What a cluster costs ATHLETES="10 50", of WEEKS=8, against one machine; some minutes
	$(bin)/python -W ignore tests/scale.py --athletes $(ATHLETES) --weeks $(WEEKS) --buckets $(BUCKETS) $(SCALE)

accuracy: $(VENV)/.installed-dev ## How often verdict and causes are right, on RUNNERS=150 simulated ones a kind; hours
	$(bin)/python tests/accuracy.py --count $(RUNNERS) $(ACCURACY); verdicts=$$?; \
	$(bin)/python tests/accuracy_causes.py --count $(OF_CAUSE) $(ACCURACY) && exit $$verdicts

fuzz: $(VENV)/.installed-fuzz ## Damaged files through the readers, an hour; COUNT=1000 GUIDED_S=10 for a look
	mkdir -p .fuzz
	$(bin)/python tests/fuzz.py --count $(COUNT) --save .fuzz
	set -e; for format in fit gpx tcx; do $(bin)/python tests/fuzz_guided.py $$format $(GUIDED_S) .fuzz/; done

soak: $(VENV)/.installed-dev ## KILLS=200 runs killed at random moments, and some short of room; some minutes
	NEXTGEAR_KILLS=$(KILLS) $(bin)/pytest -n 0 -s tests/test_same_lake.py

ci: $(VENV)/.installed-dev ## What a change has to pass: lint, the demo in a scratch folder, test, which looks at that demo
	scratch=$$(mktemp -d) && $(MAKE) --jobs 2 $(parts_of_lint) report EXPORTS= DATA="$$scratch/demo" \
	&& NEXTGEAR_DEMO="$$scratch/demo" $(MAKE) test && rm -r "$$scratch"

clean: ## Removes what the targets made, not your data
	rm -rf $(VENV) dist .pytest_cache .ruff_cache .hypothesis .fuzz

# uv installs in seconds what takes pip a minute or two; where it cannot, pip does.
pip := $(bin)/python -m pip install --quiet --disable-pip-version-check
uv  := $(bin)/python -m uv pip install --quiet --python $(bin)/python

# A stamp per kind of set-up: the report needs no test tools, and the tests need all that the report needs.
$(VENV)/.installed: pyproject.toml | $(VENV)/bin/pip
	$(pip) uv && $(uv) --editable . || $(pip) --editable .
	touch $@

$(VENV)/.installed-dev: pyproject.toml | $(VENV)/bin/pip
	$(pip) uv && $(uv) --editable '.[dev]' || $(pip) --editable '.[dev]'
	touch $(VENV)/.installed $@

$(VENV)/.installed-fuzz: pyproject.toml | $(VENV)/bin/pip
	$(pip) uv && $(uv) --editable '.[fuzz]' || $(pip) --editable '.[fuzz]'
	touch $(VENV)/.installed $(VENV)/.installed-dev $@

$(VENV)/bin/pip:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "nextgear needs Python 3.11 or newer: make PYTHON=python3.11 ...")'
	@echo 'Setting up $(VENV), once; this takes a minute or two.'
	$(PYTHON) -m venv $(VENV)
