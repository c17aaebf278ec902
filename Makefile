# Works with GNU make 3.81 and newer. The names below can be set on the command line: make run PORT=8600 DESK=~/my-desk
PYTHON ?= python3
VENV ?= .venv
PORT ?= 8501
DESK ?= desk

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help run test test-long test-spark test-real check format bench bench-accuracy docs requirements clean

PY = $(VENV)/bin/python
PIP_INSTALL = $(PY) -m pip install --quiet --disable-pip-version-check
VERSION := $(shell $(PYTHON) -c 'import sys; print("%d.%d.%d" % sys.version_info[:3])' 2>/dev/null)
# Each is written only after its installation went through, so an interrupted one is begun again.
RUN_STAMP = $(VENV)/installed-run-$(VERSION)
DEV_STAMP = $(VENV)/installed-dev-$(VERSION)
SPARK_STAMP = $(VENV)/installed-spark-$(VERSION)
# One process a processor, and one module's tests in one process.
PYTEST = browser="$$(sh tools/browser.sh get $(PY))" && CHROMIUM="$$browser" $(PY) -m pytest --numprocesses auto --maxprocesses 4 --dist loadscope
COMPILE = $(PY) -m uv pip compile --quiet --universal --python-version 3.11 --no-emit-index-url --no-emit-find-links \
	--custom-compile-command "make requirements" $(if $(UPGRADE),--upgrade)

help: ## Say what can be done here
	@echo "make TARGET, where TARGET is one of"
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-16s%s\n", $$1, $$2 }' Makefile
	@echo "PYTHON=$(PYTHON) VENV=$(VENV) PORT=$(PORT) DESK=$(DESK) can be set: make run PORT=8600"

$(RUN_STAMP): requirements.txt
	@sh tools/python.sh $(PYTHON) $(VENV)
	@echo "Installing Retention Desk into $(VENV); the first time takes a few minutes."
	@$(PYTHON) -m venv --clear $(VENV)
	@$(PIP_INSTALL) -r requirements.txt
	@touch $@

$(DEV_STAMP): $(RUN_STAMP) requirements-dev.txt
	@echo "Installing the tools of development into $(VENV)."
	@$(PIP_INSTALL) -r requirements.txt -r requirements-dev.txt
	@touch $@

$(SPARK_STAMP): $(DEV_STAMP) requirements-spark.txt
	@sh tools/java.sh >/dev/null
	@echo "Installing Spark into $(VENV); it is large."
	@$(PIP_INSTALL) -r requirements.txt -r requirements-dev.txt -r requirements-spark.txt
	@touch $@

run: $(RUN_STAMP) ## Open the desk at http://127.0.0.1:PORT, with the sample firm where DESK is new
	@$(PY) -m churn load sample_data --desk $(abspath $(DESK)) --if-empty
	@echo "Retention Desk is at http://127.0.0.1:$(PORT) (Ctrl+C ends it). Its data is in $(abspath $(DESK))."
	@exec env RETENTION_DESK=$(abspath $(DESK)) PYTHONPATH=. $(PY) -m streamlit run app.py \
		--server.port $(PORT) --server.address 127.0.0.1 --server.headless true

test: $(DEV_STAMP) ## Run the tests, in a real browser too (brings one where there is none)
	@$(PYTEST)

test-long: $(DEV_STAMP) ## Run the tests that take long
	@$(PYTEST) -m "long and not spark"

test-spark: $(SPARK_STAMP) ## Run the tests on a Spark cluster of this machine, which they start and stop (needs Java 17)
	@java="$$(sh tools/java.sh)" && JAVA_HOME="$$java" $(PY) -m pytest -m spark

../shared/data:
	@echo "There is no folder $@, where the tests in tests/real expect the public data sets." >&2; exit 1

test-real: ../shared/data $(DEV_STAMP) ## Run the tests on public data sets, which they expect in ../shared/data
	@$(PYTEST) tests/real -m "not spark"

check: $(DEV_STAMP) ## Check style, format and types
	@$(PY) -m ruff check .
	@$(PY) -m ruff format --check .
	@$(PY) -m mypy

format: $(DEV_STAMP) ## Put the code into the common format
	@$(PY) -m ruff check --fix-only --quiet .
	@$(PY) -m ruff format .

bench: $(DEV_STAMP) ## Run the benchmarks, which compare with other libraries in the same run
	@for name in scoring training ranges intake history; do echo "benchmarks/$$name.py"; $(PY) -m benchmarks.$$name || exit 1; done

bench-accuracy: ../shared/data $(DEV_STAMP) ## Compare the score with four peers on public data sets (an hour; SETS="telco_ibm gym_churn" for some)
	@$(PY) -m benchmarks.accuracy $(SETS)

docs: $(DEV_STAMP) ## Write the data dictionary and the columns of exports in docs/
	@PYTHONPATH=. $(PY) tools/dictionary.py
	@PYTHONPATH=. $(PY) tools/exports.py

requirements: $(DEV_STAMP) ## Pin every package anew from the short lists in pyproject.toml (UPGRADE=1 for the newest)
	@$(COMPILE) pyproject.toml -o requirements.txt
	@$(COMPILE) --group dev -c requirements.txt -o requirements-dev.txt
	@$(COMPILE) --group spark -c requirements.txt -o requirements-spark.txt

clean: ## Remove the virtual environment and all caches; the desk stays
	@test ! -f $(VENV)/pyvenv.cfg || rm -rf $(VENV)
	@rm -rf .pytest_cache .mypy_cache .ruff_cache .hypothesis
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
