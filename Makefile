# Two commands: `make run` and `make test`. Both make the environment they need.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PORT ?= 8501
# Two processes, each with whole files: tests of a file share what takes long to set up.
PARALLEL := -n 2 --dist loadfile

.PHONY: run test test-slow chromium lint messages clean

run: $(VENV)/run.stamp
	$(BIN)/python app.py --port $(PORT)

test: $(VENV)/dev.stamp chromium
	$(BIN)/python -m pytest $(PARALLEL) -m "not slow"

test-slow: $(VENV)/dev.stamp chromium
	$(BIN)/python -m pytest $(PARALLEL) -m slow

chromium: $(VENV)/dev.stamp
	$(BIN)/python -m tests.chromium

lint: $(VENV)/dev.stamp
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# Brings the Chinese catalogue up to date with the labels in the code; then translate what is empty.
PO := assets/locale/zh/LC_MESSAGES/gan_dojo.po
messages: $(VENV)/dev.stamp
	$(BIN)/pybabel -q extract -k _ -k N_ --no-location --omit-header -o $(VENV)/gan_dojo.pot gan_core pages
	$(BIN)/pybabel -q update -N --ignore-obsolete -l zh -i $(VENV)/gan_dojo.pot -o $(PO)

clean:
	rm -rf $(VENV)

$(VENV)/run.stamp: requirements.txt
	$(PYTHON) -c 'import sys; sys.exit("GAN Dojo needs Python 3.11 or newer; this is " + sys.version) if sys.version_info < (3, 11) else 0'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check -r requirements.txt
	touch $@

$(VENV)/dev.stamp: $(VENV)/run.stamp requirements-dev.txt
	$(BIN)/pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	touch $@
