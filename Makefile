# make report [PRESET=smoke|quick|standard|full] [DEVICE=auto|cpu|cuda]   environment, measurements, article
# make report VERSIONS=jax@0.9.1[,torch@2.12.0]                          the same, and these in turns with the defaults
# make report SITE=https://…                                            the same, and where it is published stands in the pages
# make article                                                           the pages again from what has been measured so far
# make report OWN=FOLDER[,FOLDER] [WORKLOADS=own]                         folders of your own among the workloads, or alone
# make workload NAME=NAME                                                a workload of your own from a template, in own/
# make check NAME=NAME                                                   what it lacks, and whether both compute the same
# make compare-mine NAME=NAME [TRIALS=3]                                 who is faster in it, a line for each pair
# make own-extras                                                        flax and equinox, in pinned versions
# make publish [HARDWARE=NAME]                                           what was measured here to results/published/, the pages to build/site/
# make resume [HARDWARE=NAME]                                            published trials back to results/, to go on measuring
# make pdf                                                               the pages as PDF, with an installed Chromium
# make test                                                              environment, every test but the slow ones, style
# make test-slow                                                         the slow tests: statistics, timers, planted faults
# make numba                                                             Numba, a further base line that standard then measures
# make gpu-check                                                         what works on a GPU that is new: a table, gpu-check.txt
# make compare                                                           our training steps against independent ones
# make lint                                                              style alone
# Another Python than python3: make report PYTHON=python3.12

PYTHON ?= python3
PRESET ?= quick
DEVICE ?= auto

PRESETS := smoke quick standard full
ifeq ($(filter $(PRESET),$(PRESETS)),)
$(error PRESET=$(PRESET) is unknown: choose one of $(PRESETS))
endif
ifeq ($(shell command -v $(PYTHON)),)
$(error $(PYTHON) was not found: install Python 3.11 or newer, or name it, for example PYTHON=python3.12)
endif
ifneq ($(shell $(PYTHON) -c 'import sys; print(sys.version_info >= (3, 6))'),True)
$(error $(PYTHON) is too old: install Python 3.11 or newer, or name it, for example PYTHON=python3.12)
endif
# torch.compile looks for g++ alone unless it is told otherwise.
ifeq ($(origin CXX)$(shell command -v g++),default)
ifneq ($(shell command -v clang++),)
export CXX := clang++
endif
endif

# Nothing of the user's home is imported, texts are UTF-8 whatever the locale, and a home that may not be written keeps
# no caches.
export PYTHONNOUSERSITE := 1
export PYTHONUTF8 := 1
ifneq ($(shell test -w "$$HOME" && echo yes),yes)
export XDG_CACHE_HOME := $(CURDIR)/.snakemake/cache
endif

BOOTSTRAP := $(PYTHON) envs/bootstrap.py --device $(DEVICE) $(if $(VERSIONS),--versions $(VERSIONS))
IN_ENVIRONMENT := PATH="$(CURDIR)/.venv/bin:$$PATH"
RUN := $(IN_ENVIRONMENT) python -m
# With the packages for the CPU alone, a GPU is not measured, whether or not there is one.
INSTALLED := $(PYTHON) -c 'import json; print({"cpu": "cpu"}.get(json.load(open(".venv/install.json"))["device"], "auto"))'
PYTEST := $(RUN) pytest
# Tests that share what is costly to make share a process.
PARALLEL := --numprocesses auto --maxprocesses 4 --dist loadgroup

# Which workloads and versions a report is of, and where it is published, where that is said.
CHOSEN = $(if $(OWN),own=$(OWN)) $(if $(WORKLOADS),workloads=$(WORKLOADS)) $(if $(VERSIONS),versions=$(VERSIONS)) $(if $(SITE),site=$(SITE))
NAMED = $(if $(NAME),$(NAME),$(error NAME is missing: for example make $@ NAME=attention))

.PHONY: report workload check compare-mine own-extras publish resume article pdf test test-slow numba gpu-check compare lint environment environment-dev checkers

# For publishing, a CPU of which a run takes several processors is measured with one thread first, as a machine of its own.
report: environment
ifneq ($(filter $(PRESET),standard full),)
	if $(IN_ENVIRONMENT) python workflow/scripts/describe.py --several; then \
	$(RUN) snakemake --cores all --logger rich --config preset=$(PRESET) devices=cpu cpu_threads=1 $(CHOSEN); fi
endif
	$(RUN) snakemake --cores all --logger rich --config preset=$(PRESET) devices=$$($(INSTALLED)) $(CHOSEN)
	@echo "The article: $(CURDIR)/report/index.html"
	@$(if $(WORKLOADS),$(IN_ENVIRONMENT) python workflow/scripts/answer.py --workloads $(WORKLOADS))

article: environment
	$(RUN) snakemake --cores all --logger rich --config preset=$(PRESET) devices=$$($(INSTALLED)) $(CHOSEN) measure=false
	@echo "The article: $(CURDIR)/report/index.html"

workload: environment
	@$(IN_ENVIRONMENT) python workflow/scripts/workload.py $(NAMED)

check: environment
	@$(IN_ENVIRONMENT) python workflow/scripts/compare.py $(NAMED) --check

compare-mine: environment
	@$(IN_ENVIRONMENT) python workflow/scripts/compare.py $(NAMED) $(if $(TRIALS),--trials $(TRIALS))

own-extras:
	@$(BOOTSTRAP) --extras own

pdf: environment
	@$(IN_ENVIRONMENT) python workflow/scripts/pdf.py

publish: environment
	$(IN_ENVIRONMENT) python workflow/scripts/publish.py $(if $(HARDWARE),--hardware $(HARDWARE))

resume: environment
	$(IN_ENVIRONMENT) python workflow/scripts/resume.py $(if $(HARDWARE),--hardware $(HARDWARE))

# Tests that measure or hold the machine's lock run alone, afterwards (status 5: there are none).
test: environment-dev checkers
	$(PYTEST) -m "not slow and not serial" $(PARALLEL)
	$(PYTEST) -m "not slow and serial" || test $$? -eq 5
	$(MAKE) lint

test-slow: environment-dev own-extras
	$(MAKE) checkers OPTIONAL=1
	$(PYTEST) -m "slow and not serial" $(PARALLEL)
	$(PYTEST) -m "slow and serial"

numba:
	@$(BOOTSTRAP) --extras numba

gpu-check: environment
	$(IN_ENVIRONMENT) python workflow/scripts/gpu_check.py

compare:
	@$(BOOTSTRAP) --dev --extras compare
	$(RUN) tests.proof.compare

lint: environment-dev
	$(RUN) ruff check
	$(RUN) ruff format --check
	$(RUN) mypy
	$(RUN) snakefmt --check Snakefile workflow
	$(RUN) snakemake --lint

environment:
	@$(BOOTSTRAP)

environment-dev:
	@$(BOOTSTRAP) --dev

# Checkers of pages and workflows, where Node is installed and they can be had; their tests are skipped elsewhere.
checkers:
	@! command -v npm > /dev/null || npm ci --silent --no-audit --no-fund --ignore-scripts $(if $(OPTIONAL),,--omit=optional) --prefix tests/node || true
