# Everything a developer or CI runs; each target installs what it needs.
PYTHON ?= python3
BIN := .venv/bin
LOCK := --quiet --generate-hashes --allow-unsafe --strip-extras --no-emit-index-url --no-emit-find-links --no-header

.PHONY: demo page wheel test quick deep debian bench lint docs mutants lock publish clean

demo: .venv/run page
	$(BIN)/kadence demo $(ARGS)

page: .venv/run
	@$(BIN)/python tools/build_page.py

# What people install, with the page inside.
wheel: .venv/run page
	$(BIN)/pip wheel --quiet --disable-pip-version-check --no-deps --no-build-isolation --wheel-dir dist .

# Every test; those that are counted higher in the deep suite, with small counts.
test: .venv/dev page debian
	bash tools/npm test --silent
	$(BIN)/pytest -n auto $(ARGS)
	$(BIN)/python tools/left_out.py

# What a change since main can touch, in under a minute.
quick: .venv/dev
	$(BIN)/python tools/quick.py $(ARGS)

# Large counts: what CI runs in place of the small ones.
deep: .venv/dev page debian
	TESTS_DEEP=1 $(BIN)/pytest -n auto -m "deep or deep_only" $(ARGS)

debian:
	@bash tools/install-debian

bench: .venv/dev page debian
	$(BIN)/python -m bench.run $(ARGS)

lint: .venv/dev
	$(BIN)/ruff check src tests bench tools hatch_build.py
	$(BIN)/ruff format --check src tests bench tools hatch_build.py
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python tools/check_words.py
	git ls-files -z '*.py' '*.md' '*.ts' '*.svelte' ':!*/ru.ts' ':!*/russian.py' | xargs -0 $(BIN)/codespell
	bash tools/npm run --silent lint
	bash tools/npm run --silent check

docs: .venv/dev
	$(BIN)/python tools/generate_docs.py

# Small changes to domain/, one after the other: which of them no test notices. Takes half an hour.
mutants: .venv-mutants/done
	.venv-mutants/bin/mutmut run $(ARGS)
	.venv-mutants/bin/mutmut results

lock: .venv/dev
	$(BIN)/pip-compile $(LOCK) --output-file requirements.txt pyproject.toml
	$(BIN)/pip-compile $(LOCK) --output-file requirements-dev.txt requirements-dev.in
	$(BIN)/pip-compile $(LOCK) --output-file requirements-mutants.txt requirements-mutants.in
	$(BIN)/pip-compile $(LOCK) --output-file requirements-build.txt --only-build-deps --all-build-deps \
		--constraint requirements-dev.txt pyproject.toml

# Makes a release and uploads it: CONTRIBUTING.md says what it asks for. VERSION=0.2.0
publish: .venv/dev page
	$(BIN)/python tools/publish.py $(VERSION) $(ARGS)

.venv/run: requirements.txt requirements-build.txt pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt -r requirements-build.txt
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

.venv/dev: .venv/run requirements-dev.txt
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@touch $@

.venv-mutants/done: requirements-mutants.txt
	$(PYTHON) -m venv .venv-mutants
	.venv-mutants/bin/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-mutants.txt
	@touch $@

clean:
	rm -rf .venv .venv-mutants mutants build dist
