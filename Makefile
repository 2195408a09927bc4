# Everything a fresh machine needs: Python 3.11-3.13 and make.
PYTHON ?= python3
CORES ?= 4
RUN ?= default
BIN := .venv/bin
INSTALLED := .venv/.installed
DOCS_INSTALLED := .venv/.docs-installed
# As modules: the scripts in .venv/bin start Python through a shell, which a `$$` or a quote in the
# path of this folder confuses.
SNAKEMAKE := $(BIN)/python -m snakemake --cores $(CORES)
# Checks configuration files, then runs with them. Snakemake would answer one that it cannot read with
# a traceback.
with_config = $(BIN)/python -m mlplab.config $(1) >/dev/null && $(SNAKEMAKE) --configfile $(1)

.PHONY: results quick article study report compare claims crate verify why progress bench crowded scale test coverage lint format schema docs docs-run setup lock

# CONFIG="config/small.yaml my.yaml" lays files over config/config.yaml.
results: $(INSTALLED)
	$(if $(CONFIG),$(call with_config,$(CONFIG)),$(SNAKEMAKE))

quick: $(INSTALLED)
	$(call with_config,config/quick.yaml)

article: $(INSTALLED)
	$(call with_config,config/article.yaml)

# Of any run, finished or not, of another machine or version: its tables are enough.
study: $(INSTALLED)
	$(BIN)/python -m mlplab.reporting.study results/$(RUN)

# With the configuration that the run recorded, whatever the files in config/ say by now. (The report
# of this Snakemake leaves a coroutine unused, of which Python warns.)
report: $(INSTALLED)
	@test -f results/$(RUN)/report/answers.rst || \
		{ echo "results/$(RUN): found no finished run; allowed: RUN=<a finished run under results/>"; exit 1; }
	export PYTHONWARNINGS="ignore:coroutine:RuntimeWarning"; \
	$(call with_config,results/$(RUN)/config.yaml) --report results/$(RUN)/report.html \
		--report-stylesheet workflow/report/style.css

# RUNS="a b": two or more names under results/. The page is results/compare/<a>-<b>.html.
compare: $(INSTALLED)
	@$(BIN)/python -m mlplab.reporting.compare $(addprefix results/,$(RUNS))

# STRICT=1 fails if a claim is not reproduced.
claims: $(INSTALLED)
	$(BIN)/python -m mlplab.reporting.claims results/$(RUN) $(if $(STRICT),--strict)

# AGENT="Name <https://orcid.org/…>" says who started the run; ZIP=1 also packs it, without arrays.
crate: $(INSTALLED)
	$(BIN)/python -m mlplab.reporting.crate results/$(RUN) $(if $(AGENT),--agent "$(AGENT)") $(if $(ZIP),--zip)

verify: $(INSTALLED)
	$(BIN)/python -m mlplab.provenance.verify results/$(RUN)

# With CONFIG as for `make results`. Else a run of config/ as its file says now, any other as it was
# when it was made.
CONFIGFILE = $(or $(CONFIG),$(wildcard config/$(RUN).yaml),results/$(RUN)/config.yaml)

why: $(INSTALLED)
	@test -n "$(CONFIG)" || test $(RUN) = default || test -f $(CONFIGFILE) || \
		{ echo "$(CONFIGFILE): not found; allowed: RUN=<a run under results/, or a file in config/>"; exit 1; }
	@$(if $(CONFIG)$(filter default,$(RUN)),:,$(if $(filter results/%,$(CONFIGFILE)),echo "With the configuration that the run recorded in $(CONFIGFILE):",:))
	@$(BIN)/python workflow/why.py $(if $(CONFIG)$(filter-out default,$(RUN)),--configfile $(CONFIGFILE))

progress: $(INSTALLED)
	@$(BIN)/python workflow/progress.py

# PAGE=docs/generated/speed.md writes the tables of the documentation.
bench: $(INSTALLED)
	$(BIN)/python benchmarks/epoch_seconds.py $(if $(PAGE),--page $(PAGE))

crowded: $(INSTALLED)
	$(BIN)/python benchmarks/crowded.py

scale: $(INSTALLED)
	$(BIN)/python benchmarks/scale.py

# They build the site, too.
test: $(DOCS_INSTALLED)
	$(BIN)/python -m pytest

# Branches of the library that its own tests take; the tests of the workflow are left out.
coverage: $(INSTALLED)
	$(BIN)/python -m pytest tests/unit --cov

# The site, without a network; warnings are errors. Its gallery needs the images.
docs: $(DOCS_INSTALLED)
	$(BIN)/python -m sphinx --fail-on-warning --keep-going --quiet docs docs/_build/html
	@echo "See docs/_build/html/index.html"

# Numbers, tables and figures of the documentation, and the README's rows, from a finished run.
docs-run: $(INSTALLED)
	$(BIN)/python -m mlplab.reporting.docs_run results/$(RUN)
	@echo "The picture of the study page is not among them: CONTRIBUTING.md says how to renew it"

$(DOCS_INSTALLED): $(INSTALLED) requirements-docs.lock
	$(BIN)/python -m pip install --quiet --no-deps --require-hashes --requirement requirements-docs.lock
	touch $@

setup: $(INSTALLED)

# The stamp is newer than these files only after a complete installation. --no-deps: the lock is
# complete, and pip 23.2 would refuse it once a newer version of a dependency with extras appears.
$(INSTALLED): requirements.lock pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --no-deps --require-hashes --requirement requirements.lock
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	touch $@

lint: $(INSTALLED)
	$(BIN)/python -m ruff check
	$(BIN)/python -m ruff format --check
	$(BIN)/python -m mypy
	$(BIN)/python -m snakefmt --check workflow
	$(BIN)/python -m snakemake --lint 2>&1 | $(BIN)/python .ci/check_lint.py

format: $(INSTALLED)
	$(BIN)/python -m ruff check --fix
	$(BIN)/python -m ruff format
	$(BIN)/python -m snakefmt workflow

# Generated from the library: schemas for editors, the reference of the configuration, and the tables.
schema: $(INSTALLED)
	$(BIN)/python -m mlplab.config.reference
	$(BIN)/python -m mlplab.reporting.tables_page

lock: $(INSTALLED)
	$(BIN)/python -m uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --group dev pyproject.toml --output-file requirements.lock
	$(BIN)/python -m uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --group docs --constraint requirements.lock \
		--output-file requirements-docs.lock
