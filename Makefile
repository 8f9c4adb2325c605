# An index of tox.ini, which defines every check. Everything that is installed stays in .venv, .tox and node_modules.
RECENT = 'import sys; sys.exit(sys.version_info < (3, 11))'
# Looked for once, and only when something is to be set up.
PYTHON ?= $(eval PYTHON := $(shell for name in python3 python3.14 python3.13 python3.12 python3.11 python; do \
	$$name -c $(RECENT) 2>/dev/null && echo $$name && break; done))$(PYTHON)
LOCK = contract_tests/runs/lock.py
# Any number of runs at a time, as long as nothing that they use is set up anew.
TOX = .venv/bin/python $(LOCK) shared node,tools .venv/bin/python -m tox run
RELEASE = .venv/bin/python $(LOCK) shared tools,release .venv/bin/python -m tox run -q -e release
# One environment more at a time than there are cores, since tests wait now and then; each one's output in one piece.
export TOX_PARALLEL = $(shell .venv/bin/python -c 'import os; print((os.cpu_count() or 1) + 1)' 2>/dev/null)
ALL_TOX = .venv/bin/python $(LOCK) shared node,tools,wheel .venv/bin/python -m tox run-parallel --parallel-no-spinner
# Fills an environment of the wheel's while no other run does.
FILL = .venv/bin/python $(LOCK) shared tools .venv/bin/python $(LOCK) alone wheel .venv/bin/python -m tox run -q --notest
# What tox installs with.
export INSTALLER = "$(CURDIR)/.venv/bin/python" "$(CURDIR)/contract_tests/runs/installing.py"
# The Python of .venv runs every test, the others a sample.
export MAIN_PYTHON = $(shell .venv/bin/python -c 'import sys; print(*sys.version_info[:2], sep=".")' 2>/dev/null)

# pyenv hides the Pythons that are not active: show them to tox.
empty :=
space := $(empty) $(empty)
PYENV_PYTHONS := $(wildcard $(or $(PYENV_ROOT),$(HOME)/.pyenv)/versions/3.1[1-4].*/bin/python)
export TOX_DISCOVER ?= $(subst $(space),$(empty),$(foreach path,$(PYENV_PYTHONS),$(path),))
export SCARF_ANALYTICS = false
export npm_config_update_notifier = false

# The wheel is built again when its sources change, and installed again when a Python came or went.
PYTHONS := $(PYENV_PYTHONS) $(wildcard $(addsuffix /python3.1?,$(subst :, ,$(PATH))))
WHEEL := .tox/wheel-$(firstword $(shell echo $(PYTHONS) | cksum))
WHEEL_SOURCES := $(shell find adapters contract_tests/sandbox generated -name __pycache__ -prune -o -print 2>/dev/null)

TOOLS := .venv/done .tox/done
.DELETE_ON_ERROR:
.PHONY: python help test test-lowest test-newest contract docs probe probe-selftest unit tools lint types generate check-generated ledger drift spec-diff sandbox kill-matrix benchmark endurance release-check changelog lock clean

help: ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-16s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

test: $(TOOLS) node_modules/done $(WHEEL) ## run every check: lint, types, tools, docs, unit tests on each Python, contract
	$(ALL_TOX) --skip-pkg-install

contract: $(TOOLS) node_modules/done ## run the contract suite on Prism and the sandbox, or on TARGET=https://host/api/v3
	$(TOX) -e contract

docs: $(TOOLS) node_modules/done ## build the documentation into reports/site, run its snippets, and click through it
	$(TOX) -e docs

probe: $(TOOLS) ## ask TARGET what its documentation leaves open, and write it as policies: ONLY=key_twice,page_size
	$(TOX) -q -e probe

probe-selftest: $(TOOLS) ## prove that the probe finds out 200 random combinations of the sandbox's policies
	$(TOX) -e probe-selftest

unit: $(TOOLS) node_modules/done $(WHEEL) ## run the unit tests against the built wheel, on each Python found
	$(ALL_TOX) -m unit --skip-pkg-install

test-lowest: $(TOOLS) ## run the unit tests on Python 3.11 with the lowest versions of the dependencies that are allowed
	$(FILL) -e lowest
	$(TOX) -e lowest --skip-pkg-install

test-newest: $(TOOLS) ## run the unit tests on the newest Python found with the newest versions that are allowed
	$(FILL) -r -e newest
	$(TOX) -e newest --skip-pkg-install

tools: $(TOOLS) node_modules/done ## test the project's own tools: spec, ledger, generation, mock, strategies, verdict
	$(TOX) -e tools

lint: $(TOOLS) node_modules/done ## lint the code, the spec, the workflows and the Dockerfile
	$(TOX) -e lint

types: $(TOOLS) node_modules/done ## check the types with mypy and pyright
	$(TOX) -e types

generate: $(TOOLS) ## write generated/ from the spec
	$(TOX) -e generate

check-generated: $(TOOLS) ## fail if generating again would give another byte
	$(TOX) -e check-generated

ledger: $(TOOLS) ## write into spec/LEDGER.md which tests prove each rule
	$(TOX) -e ledger

drift: $(TOOLS) ## compare the spec with a published one: UPSTREAM=<file or URL>
	$(TOX) -q -e drift

spec-diff: $(TOOLS) ## tell what changed in the spec, and the version step: BASE=<git revision or file>
	$(TOX) -q -e spec-diff

sandbox: .venv/done ## start the stateful sandbox, and print its credentials and the address of its window
	.venv/bin/python -m sendcloud_orders_sandbox $(ARGS)

kill-matrix: $(TOOLS) node_modules/done ## damage sandbox and adapters, and show which tests see it: ARGS="--brief --probed"
	$(TOX) -e kill-matrix -- $(ARGS)

benchmark: $(TOOLS) .tox/benchmark-done ## measure against the limit, the peers and the targets: ARGS="--only list --rounds 3"
	.venv/bin/python $(LOCK) shared tools,benchmark .venv/bin/python -m tox run -e benchmark -- $(ARGS)

endurance: $(TOOLS) node_modules/done ## push 100,000 orders through faults and kills, and measure
	$(TOX) -e endurance

release-check: $(TOOLS) .tox/release-done ## look whether this commit can be released, and fill dist/: TAG=v1.2.3, BASE=<git revision>
	$(RELEASE) -- check

changelog: $(TOOLS) .tox/release-done ## show what the changelog will say of the next release; WRITE=yes writes it
	$(RELEASE) -- changelog $(if $(filter yes,$(WRITE)),--write)

lock: $(TOOLS) ## pin again what pyproject.toml and package.json ask for
	$(TOX) -e lock

clean: ## remove all that was installed or built
	rm -rf .venv .tox node_modules dist reports

# What each mark below is made of.
.venv/tools: requirements.lock
# The checkout's own packages, so that the tools, the examples and the suite import what stands here.
.venv/done: .venv/tools pyproject.toml
# Made here, because two runs at a time would make them at a time.
.tox/done: .venv/done tox.ini
node_modules/done: package.json package-lock.json
# Asked for once, before what is installed side by side.
.venv/tools node_modules/done: | $(shell [ .venv/tools -nt requirements.lock ] || echo python)
.tox/benchmark-done: .venv/done tox.ini contract_tests/benchmark/requirements.lock
.tox/release-done: .venv/done tox.ini contract_tests/release/requirements.lock
$(WHEEL): .venv/done pyproject.toml tox.ini requirements.lock README.md LICENSE $(WHEEL_SOURCES)

ifndef SETTING_UP
# One run at a time sets a thing up, and looks once more at what is left to do when it is its turn.
# pyenv's Pythons change the PATH of what they start.
ALONE = $(or $(PYTHON),.venv/bin/python) $(LOCK) alone $(1) env "PATH=$$PATH"
SET_UP = --no-print-directory SETTING_UP=yes
# The Node tools are installed beside the Python tools, and the wheel's environments beside those of the tools.
ifeq ($(findstring -j,$(MAKEFLAGS)),)
MAKEFLAGS += --jobs=2
endif

python:
	@test -n "$(PYTHON)" && $(PYTHON) -c $(RECENT) || { echo "Python 3.11 or newer is missing$(if $(PYTHON), ($(PYTHON) is too old)): install it, or name it: make PYTHON=/path/to/python3.11" >&2; exit 1; }

.venv/tools .venv/done .tox/done:
	@$(call ALONE,tools) $(MAKE) $(SET_UP) $@

node_modules/done:
	@$(call ALONE,node) $(MAKE) $(SET_UP) $@

.tox/benchmark-done:
	@$(call ALONE,benchmark) $(MAKE) $(SET_UP) $@

.tox/release-done:
	@$(call ALONE,release) $(MAKE) $(SET_UP) $@

$(WHEEL):
	@$(call ALONE,wheel) $(MAKE) $(SET_UP) $@

else
TELL = $(or $(PYTHON),.venv/bin/python) contract_tests/runs/telling.py
PIP = .venv/bin/python -m pip install --quiet --disable-pip-version-check
INSTALL = VIRTUAL_ENV="$(CURDIR)/.venv" .venv/bin/python contract_tests/runs/installing.py
# Each mark is written last, so that a set-up which failed half-way starts over.
TOX = .venv/bin/python -m tox run

.venv/tools:
	$(PYTHON) -m venv --clear .venv
	awk '/^uv==/ { on = 1 } on { print; if (!/\\$$/) exit }' requirements.lock > .venv/uv.lock
	$(PIP) --only-binary :all: --require-hashes --requirement .venv/uv.lock || echo "uv cannot be installed: pip installs all" >&2
	$(TELL) "installing the Python tools" env $(INSTALL) --require-hashes --requirement requirements.lock
	@touch $@

.venv/done:
	$(INSTALL) --no-deps --no-build-isolation --editable .
	@touch $@

.tox/done:
	$(TELL) "making the environments of the tools" $(TOX) -q -m tools --notest --skip-pkg-install
	@touch $@

.tox/benchmark-done:
	$(TELL) "installing the peers of the benchmark" $(TOX) -q -e benchmark --notest
	@touch $@

.tox/release-done:
	$(TELL) "installing what looks at the packages" $(TOX) -q -e release --notest
	@touch $@

node_modules/done:
	@node -e 'const [a, b] = process.versions.node.split("."); process.exit(a > 18 || (a == 18 && b >= 20) ? 0 : 1)' 2>/dev/null && command -v npm >/dev/null || { echo "Node 18.20 or newer with npm is missing$$(node --version 2>/dev/null | sed 's/.*/ (found &)/'): install it, for instance from nodejs.org" >&2; exit 1; }
	$(TELL) "installing the Node tools" $(or $(PYTHON),.venv/bin/python) contract_tests/runs/browser.py npm ci --ignore-scripts --no-audit --no-fund
	@touch $@

$(WHEEL):
	@rm -f .tox/wheel-*
	$(TELL) "building the wheel, and making an environment for each Python" $(TOX) -m unit --notest
	@touch $@
endif
