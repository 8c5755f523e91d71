# make demo    set up everything, run the whole main job, print the path of the report
# make test    set up everything, run the tests
# make check   lint, types, stale renderings, all tests (what CI runs)
# make bench   every figure beside its floor, measured in the same run
PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/.installed
WORKERS ?= 2
UV_VERSION := 0.13.9
export GX_ANALYTICS_ENABLED := False
export UV_NO_PROGRESS := 1
# Compiled tests and modules are kept, whatever the shell says: each worker would compile all of them anew.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: demo test browser check lint types stale bench render lock clean

demo: $(STAMP)
	@$(BIN)/cartwatch demo --out demo-out

test: $(STAMP) browser
	$(BIN)/python -m pytest -q -n $(WORKERS) --dist loadfile --no-loadscope-reorder tests

# The page is looked at in Chromium; without root or Debian's packages those tests are skipped and say so.
browser:
	@command -v chromium > /dev/null || test "$$(id -u)" != 0 || ! command -v apt-get > /dev/null || \
	  { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium > /dev/null; } || \
	  echo "Chromium could not be installed: browser tests will be skipped"

check: lint types stale test

lint: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(STAMP)
	$(BIN)/mypy pipeline

stale: $(STAMP)
	$(BIN)/python -m pipeline.render --check

render: $(STAMP)
	$(BIN)/python -m pipeline.render

bench: $(STAMP)
	$(BIN)/python -m benchmarks

$(BIN)/uv:
	@$(PYTHON) -c 'import sys; sys.version_info >= (3, 11) or sys.exit("Python 3.11 or newer is needed: make PYTHON=/path/to/python")'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)

$(STAMP): $(BIN)/uv requirements.lock pyproject.toml
	$(BIN)/uv pip sync --quiet --python $(BIN)/python --require-hashes --compile-bytecode requirements.lock
	$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation -e .
	@touch $@

# Remove requirements.lock first when one set of versions for all Pythons is wanted: uv keeps what it finds there.
lock: $(BIN)/uv
	$(BIN)/uv pip compile pyproject.toml --group dev --universal --fork-strategy fewest --generate-hashes \
	  --python-version 3.11 --no-header -o requirements.lock

clean:
	rm -rf demo-out build dist .pytest_cache .mypy_cache .ruff_cache
