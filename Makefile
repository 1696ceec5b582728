# Requires only make and Python 3.11 or newer; `make help` lists the commands.
# PYTHON=python3.12 chooses a Python, PORT and DATA_DIR another place for the demo, ARGS passes arguments on.

PYTHON_IN_VENV := .venv/bin/python
PYTEST_WORKERS ?= auto
# Tests start the program dozens of times: compile it only once.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help demo check test acceptance weight coverage fuzz setup lint format types migrations lock messages pictures mutants bench cluster drill wheel clients image sbom

help: ## List these commands
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-10s %s\n", $$1, $$2 }' Makefile

demo: ## Start everything here with demo data: site, background worker, database (PORT, DATA_DIR)
	@requirements/install base
	@FACTCHECK_DEMO=1 exec $(PYTHON_IN_VENV) manage.py demo

check: setup ## The fast loop: style, types, migrations, and the tests that are neither slow nor need a browser
	@$(MAKE) --no-print-directory -j 2 lint types migrations weight
	@exec $(PYTHON_IN_VENV) -m pytest -n $(PYTEST_WORKERS) -m "not slow and not browser" \
		--hypothesis-profile=quick $(ARGS)

test: BEGAN := $(shell date +%s)
test: setup ## Run the tests (ARGS="-k words" chooses some, POSTGRES=16 or 17 another PostgreSQL)
	@$(if $(POSTGRES),$(PYTHON_IN_VENV) -m deploy.postgresql $(POSTGRES) --) \
		$(PYTHON_IN_VENV) -m pytest -n $(PYTEST_WORKERS) -m "not acceptance" --hypothesis-profile=quick $(ARGS); \
	status=$$?; echo "make test took $$(( $$(date +%s) - $(BEGAN) )) seconds, including the environment."; exit $$status

acceptance: setup ## Run the long tests: browsers, killed processes, restores, real servers, thousands of examples and requests
	@GENERATED_REQUESTS=$${GENERATED_REQUESTS:-2000} exec $(PYTHON_IN_VENV) -m pytest -n $(PYTEST_WORKERS) -m "acceptance or hypothesis" $(ARGS)

weight: setup ## Print how many code lines and tokens the program has
	@$(PYTHON_IN_VENV) -m deploy.weight --total

coverage: setup ## Run all tests and list the lines that none of them runs; fail if there are too many
	@exec $(PYTHON_IN_VENV) -m pytest -n $(PYTEST_WORKERS) --cov $(ARGS)

fuzz: setup ## Run the property tests of all readers with a hundred times as many examples, different ones each time
	@exec $(PYTHON_IN_VENV) -m pytest -n $(PYTEST_WORKERS) -m hypothesis --hypothesis-profile=fuzz \
		tests/claims/imports tests/sources/extraction $(ARGS)

setup: ## Create the environment for development in .venv
	@requirements/install base dev scale

lint: setup ## Check style, likely mistakes and the direction of imports
	@$(PYTHON_IN_VENV) -m ruff check .
	@$(PYTHON_IN_VENV) -m ruff format --check .
	@.venv/bin/lint-imports

format: setup ## Format the code with ruff, and fix what it can fix
	@$(PYTHON_IN_VENV) -m ruff check --fix .
	@$(PYTHON_IN_VENV) -m ruff format .

types: setup ## Check types with mypy
	@$(PYTHON_IN_VENV) -m mypy

migrations: setup ## Check that the migrations match the models, and that new ones do not block the running version
	@SECRET_KEY=$$(printf 'check-%.0s0123456789abcdef' 1 2 3 4) $(PYTHON_IN_VENV) manage.py makemigrations --check --dry-run
	@SECRET_KEY=$$(printf 'check-%.0s0123456789abcdef' 1 2 3 4) $(PYTHON_IN_VENV) manage.py review_migrations

# One of Patroni's libraries is available only as source.
lock: setup ## Pin requirements/*.in as requirements/*.txt (ARGS=--upgrade chooses the newest versions)
	@cd requirements && for name in base dev scale bench cluster; do \
		[ $$name = cluster ] && built= || built="--only-binary :all:"; \
		../$(PYTHON_IN_VENV) -m uv pip compile --quiet --universal --generate-hashes --python-version 3.11 \
			$$built --no-emit-index-url --no-emit-find-links --custom-compile-command "make lock" \
			--output-file $$name.txt $(ARGS) $$name.in || exit 1; \
	done

messages: setup ## Collect the translatable texts into locale/ and compile them (docs/languages.md)
	@exec $(PYTHON_IN_VENV) -m deploy.messages

pictures: setup ## Take the screenshots of the documentation again, from the demo (needs Chromium)
	@exec $(PYTHON_IN_VENV) docs/pictures.py

mutants: setup ## Put small faults into a copy of the program, and check that a test fails for each (ARGS=claims/review selects some)
	@exec $(PYTHON_IN_VENV) -m tests.mutants $(ARGS)

bench: setup ## Measure the promised performance figures
	@requirements/install bench
	@exec $(PYTHON_IN_VENV) -m benchmarks $(ARGS)

cluster: ## Run two or three copies of each service on this machine: `make cluster`, ARGS=status, ARGS=stop (docs/cluster.md)
	@requirements/install base scale cluster
	@exec $(PYTHON_IN_VENV) -m deploy.cluster $(ARGS)

drill: ## Break something on purpose and measure the loss (ARGS=failover)
	@requirements/install base scale cluster
	@exec $(PYTHON_IN_VENV) -m deploy.drills $(ARGS)

wheel: setup ## Build the wheel in dist/
	@rm -rf dist/*.whl
	@$(PYTHON_IN_VENV) -m uv build --quiet --wheel --no-build-isolation --out-dir dist .

clients: setup ## Build the clients for Python and TypeScript from the OpenAPI document, in dist/clients/ (docs/clients.md)
	@exec $(PYTHON_IN_VENV) docs/examples/clients/build.py $(ARGS)

image: wheel ## Build the image with buildah, podman or docker (BUILDER, BASE, ARGS)
	@builder=$${BUILDER:-$$(command -v buildah || command -v podman || command -v docker)}; \
		exec $${builder:?Install buildah, podman or docker to build the image} build \
		$${BASE:+--build-arg BASE=$$BASE} --tag factcheck --file deploy/oci/Containerfile $(ARGS) .

sbom: wheel ## List the installed packages with versions, licences and dependencies, in dist/factcheck.cdx.json (CycloneDX)
	@$(PYTHON_IN_VENV) -m uv venv --quiet --clear --python $(PYTHON_IN_VENV) dist/installed
	@$(PYTHON_IN_VENV) -m uv pip install --quiet --python dist/installed/bin/python --no-deps --only-binary :all: --require-hashes \
		--requirement requirements/base.txt --requirement requirements/scale.txt
	@$(PYTHON_IN_VENV) -m uv pip install --quiet --python dist/installed/bin/python --no-deps dist/*.whl
	@PYTHONWARNINGS=ignore $(PYTHON_IN_VENV) -m uv tool run --quiet --from cyclonedx-bom==7.5.0 cyclonedx-py environment --pyproject pyproject.toml \
		--output-reproducible --output-file dist/factcheck.cdx.json dist/installed/bin/python
	@rm -rf dist/installed
