# make lab | test | bench | fuzz; each sets up what it needs, in .venv and viewers/webxr/node_modules.
PYTHON ?= python3
SCAN ?=
HOST ?= 127.0.0.1
PORT ?= 8017
MINUTES ?= 60
SEED ?= 1
PARASAM_DATA ?= ../shared/data

BIN := .venv/bin
PAGE := viewers/webxr
DEMO := .demo
PAGE_SOURCES := $(shell find $(PAGE) -path $(PAGE)/node_modules -prune -o -path $(PAGE)/dist -prune \
	-o -type f \( -name '*.ts' -o -name '*.tsx' -o -name '*.css' -o -name '*.html' -o -name '*.json' -o -name '*.js' -o -name '*.mjs' \) -print)
NPM = PATH="$(CURDIR)/$(BIN):$$PATH" npm --prefix $(PAGE) --no-audit --no-fund --loglevel=error

export PARASAM_DATA

.PHONY: lab test bench fuzz check setup page pictures clean

lab: .venv/page.stamp $(PAGE)/dist/index.html
	@if [ -z "$(SCAN)" ]; then $(BIN)/parasam demo $(DEMO); fi
	@exec $(BIN)/parasam lab $(if $(SCAN),"$(SCAN)",$(DEMO)) --host $(HOST) --port $(PORT)

test: setup page
	@PYTHON=$(PYTHON) .ci/system.sh opengl
	@PYTHON=$(BIN)/python .ci/system.sh browser
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(NPM) run check
	$(NPM) test
	$(BIN)/pytest

bench: setup page .peers/peers.stamp
	$(BIN)/python -m tests.bench

.peers/peers.stamp:
	@echo "parasam: installing what to compare with, apart from everything else"
	@$(BIN)/pip install -q --disable-pip-version-check --target .peers viser==1.1.1 moderngl==5.13.0
	@touch $@

fuzz: setup
	$(BIN)/python -m tests.fuzz --minutes $(MINUTES) --seed $(SEED)

pictures: setup page
	@$(BIN)/parasam demo $(DEMO)
	$(BIN)/python -m tests.e2e.pictures assets/figures $(DEMO)
	$(BIN)/parasam compare $(DEMO)/PHANTOM1_d6.zarr --models lite-medsam,parasam-busi --prompt full --figures $(DEMO)/figures
	cp $(DEMO)/figures/PHANTOM1_d6_frame_113.png assets/figures/compare.png
	$(BIN)/python -m tests.looking_glass.picture assets/figures/quilt.png $(DEMO)/PHANTOM1_d6.zarr

setup: .venv/dev.stamp

page: $(PAGE)/dist/index.html

.venv/page.stamp: pyproject.toml .ci/constraints.txt
	@PYTHON=$(PYTHON) .ci/system.sh venv
	@PYTHON=$(PYTHON) .ci/system.sh opencv
	@test -x $(BIN)/python || { echo "parasam: making .venv"; $(PYTHON) -m venv .venv; }
	@echo "parasam: installing Python packages; the first time this takes minutes and about 6 GB"
	@$(BIN)/pip install -q --disable-pip-version-check -c .ci/constraints.txt -e '.[page]'
	@touch $@

.venv/dev.stamp: .venv/page.stamp
	@echo "parasam: installing what the tests need"
	@$(BIN)/pip install -q --disable-pip-version-check -c .ci/constraints.txt -e '.[page,dev]'
	@touch $@

$(PAGE)/node_modules/.stamp: $(PAGE)/package-lock.json .venv/page.stamp
	@echo "parasam: installing the page's packages"
	@$(NPM) ci
	@touch $@

$(PAGE)/dist/index.html: $(PAGE)/node_modules/.stamp $(PAGE_SOURCES)
	@echo "parasam: building the page"
	@$(NPM) run build
	@touch $@

clean:
	rm -rf $(PAGE)/dist $(DEMO) .mypy_cache .pytest_cache .ruff_cache .hypothesis
