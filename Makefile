VENV := .venv
BIN := $(VENV)/bin
# Without --no-compile, pip would compile all files of all packages; Python compiles the few that are used, when they are.
PIP_INSTALL := $(BIN)/python -m pip install --disable-pip-version-check --no-input --no-compile -c constraints.txt
# Both builds of TensorFlow are one folder, and pip would lay one over the other.
ONE_TENSORFLOW := if [ "$$(uname -sm)" = "Linux x86_64" ] && $(BIN)/python -m pip show --quiet tensorflow 2>/dev/null; \
	then $(BIN)/python -m pip uninstall --yes tensorflow tensorflow-cpu; fi
# 290 MB of C++, for those who compile operations of their own.
NO_HEADERS := rm -rf $(VENV)/lib/python*/site-packages/tensorflow/include
APP := $(VENV)/.installed
DEV := $(VENV)/.installed-dev
CHROMIUM := $(VENV)/.chromium

.DEFAULT_GOAL := help
.PHONY: help run test test-thorough check format bench peers gpu bundle lock clean

help:  ## List what can be made.
	@grep -hE '^[a-z-]+: .*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## */make \1\t/' | expand -t 20

run: export PYTHONDONTWRITEBYTECODE =
run: $(APP)  ## Start the dashboard; makes its environment the first time.
	$(BIN)/streamlit run dashboard/app.py

# Where the environment says that Python shall keep nothing compiled, every one of many processes would compile anew.
# Two processes test side by side: threads for matrices would only wait for each other, at full speed.
test: export PYTHONDONTWRITEBYTECODE =
test: export OPENBLAS_NUM_THREADS = 1
test: export OMP_NUM_THREADS = 1
test: $(DEV) $(CHROMIUM)  ## Run the tests, a few of them in a real browser.
	$(BIN)/python -m pytest --numprocesses 2 --dist loadfile --no-loadscope-reorder $(ARGS)

test-thorough: ARGS = -m thorough
test-thorough: test  ## Run the long journeys in a browser, which `make test` leaves out.

check: $(DEV)  ## Check style, formatting, types and the direction of imports.
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(DEV)  ## Format the code and mend what can be mended.
	$(BIN)/ruff format
	$(BIN)/ruff check --fix

bench: $(DEV)  ## Measure speed and accuracy beside plain Keras and other programs.
	$(BIN)/python -m benchmarks.training $(ARGS)

peers:  ## Install the recommenders that bench compares with, as far as they install here.
	scripts/make_venv.sh .venv-peers
	-sed 's/ *#.*//; /^$$/d' benchmarks/requirements.txt | xargs -n 1 .venv-peers/bin/python -m pip install --no-input

gpu: $(APP)  ## Put TensorFlow for NVIDIA GPUs in place of the one for processors.
	$(BIN)/python -m pip uninstall --yes tensorflow-cpu
	$(PIP_INSTALL) -r requirements-gpu.txt

bundle:  ## Gather all wheels in dist/bundle, for a room without internet.
	scripts/make_bundle.sh dist/bundle $(ARGS)

lock:  ## Write constraints.txt anew from a fresh environment.
	scripts/lock.sh

clean:  ## Remove the environments and all caches; runs and datasets stay.
	rm -rf $(VENV) .venv-peers .pytest_cache .ruff_cache .mypy_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# A stamp is newer than what it was made from, so that a second call installs nothing.

$(BIN)/python:
	scripts/make_venv.sh $(VENV)

$(APP): requirements.txt constraints.txt | $(BIN)/python
	@echo "Installing what the dashboard needs. The first time takes a few minutes and about 2 GB."
	$(ONE_TENSORFLOW)
	$(PIP_INSTALL) -r requirements.txt
	$(NO_HEADERS)
	@touch $@

$(DEV): requirements-dev.txt requirements-dask.txt requirements-spark.txt requirements.txt constraints.txt | $(BIN)/python
	@echo "Installing what the dashboard and its tests need. The first time takes a few minutes and about 2 GB."
	$(ONE_TENSORFLOW)
	$(PIP_INSTALL) -r requirements-dev.txt
	$(NO_HEADERS)
	@touch $(APP) $@

$(CHROMIUM): $(DEV)
	scripts/ensure_chromium.sh $(BIN)/python
	@touch $@
