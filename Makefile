# Everything a developer or CI runs; each target installs what it needs.
PYTHON ?= python3
BIN := .venv/bin
LOCK := --quiet --generate-hashes --allow-unsafe --strip-extras --no-emit-index-url --no-emit-find-links --no-header

.PHONY: demo page test test-long bench lint docs lock clean

demo: .venv/run page
	$(BIN)/kadence demo $(ARGS)

PAGE := src/kadence/web/static/page/index.html
page: $(PAGE)
$(PAGE): .venv/run $(shell find ui -type f -not -path '*/node_modules/*' -not -name schema.d.ts)
	bash tools/build-page

test: .venv/dev page
	@if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then bash tools/install-debian; fi
	$(BIN)/pytest -n 2 $(ARGS)
	$(BIN)/python tools/left_out.py

test-long: .venv/dev page
	KADENCE_TEST_LONG=1 $(BIN)/pytest -n 2 -m long $(ARGS)

bench: .venv/dev page
	@if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then bash tools/install-debian; fi
	$(BIN)/python -m bench.run $(ARGS)

lint: .venv/dev
	$(BIN)/ruff check src tests bench tools hatch_build.py
	$(BIN)/ruff format --check src tests bench tools hatch_build.py
	$(BIN)/mypy
	$(BIN)/lint-imports

docs: .venv/dev
	$(BIN)/python tools/generate_docs.py

lock: .venv/dev
	$(BIN)/pip-compile $(LOCK) --output-file requirements.txt pyproject.toml
	$(BIN)/pip-compile $(LOCK) --output-file requirements-dev.txt requirements-dev.in

.venv/run: requirements.txt pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --editable .
	@touch $@

.venv/dev: .venv/run requirements-dev.txt
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@touch $@

clean:
	rm -rf .venv build dist
