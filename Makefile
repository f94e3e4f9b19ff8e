# Two commands on a fresh machine with Python >= 3.11, git and make:  make demo   make test

PYTHON ?= python3
VENV := .venv
READY := $(VENV)/.ready

.PHONY: demo test check bench wheel clean

demo: $(READY)
	$(VENV)/bin/trialkb demo --kb demo-kb

test: $(READY)
	$(VENV)/bin/python -m pytest -n auto

check: $(READY)
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/mypy

bench: $(READY)
	$(VENV)/bin/python -m bench.build

# The wheel, installed in a clean environment, works outside the checkout.
wheel: $(READY)
	rm -rf build/wheel && mkdir -p build/wheel
	$(VENV)/bin/python -m build --wheel --outdir build/wheel .
	$(PYTHON) -m venv build/wheel/venv
	build/wheel/venv/bin/pip install --quiet --disable-pip-version-check -c constraints.txt build/wheel/trialkb-*.whl
	cd build/wheel && venv/bin/trialkb demo --kb demo-kb && venv/bin/trialkb status --kb demo-kb

$(READY): pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(VENV)/bin/pip install --quiet --disable-pip-version-check -c constraints.txt -e ".[dev]"
	touch $(READY)

clean:
	rm -rf $(VENV) build dist demo-kb csv .pytest_cache .mypy_cache .ruff_cache .hypothesis
