# `make demo` serves the demo, `make test` checks everything, `make check` what you changed; the first run makes .venv
# and installs into it.
# Kept to what GNU make 3.81 knows, which is the make that macOS ships.
#
#   make demo PORT=8000             another port (HOST=0.0.0.0 lets other machines in)
#   make test WORKERS=8             more tests at once; a worker has a browser and a page of its own
#   make demo PYTHON=python3.12     another Python than the first suitable one
#   make space SPACE_PYTHON=.venv/bin/python     try the Space with packages that are there; SDK=docker: a Docker Space
#   make demo TORCH_INDEX=https://download.pytorch.org/whl/cpu     Linux: PyTorch's CPU build, without CUDA's libraries

SHELL := /bin/sh
VENV ?= .venv
HOST ?= 127.0.0.1
PORT ?= 7860
WORKERS ?= 3
SDK ?= gradio
PY := $(VENV)/bin/python

export VENV PYTHON TORCH_INDEX

.DEFAULT_GOAL := help
.PHONY: help demo test check lint types format bench space site app-venv dev-venv clean

help:  ## Say what there is
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/make \1|\2/p' Makefile | awk -F'|' '{ printf "  %-12s %s\n", $$1, $$2 }'

demo: app-venv  ## Serve the demo on http://127.0.0.1:7860
	@HOST="$(HOST)" PORT="$(PORT)" HF_HUB_OFFLINE=1 GRADIO_ANALYTICS_ENABLED=False $(PY) app.py

test: lint types  ## Lint, types and every test, a real browser's included
	@CHROMIUM="$$($(PY) -m tests.chromium --install)" && export CHROMIUM && \
		$(PY) -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder

check: lint types  ## Lint, types and the tests of what you changed: before every commit
	@$(PY) -m pytest -q $$($(PY) -m tests.changed)

lint: dev-venv  ## Style: ruff's rules and its formatting, hadolint's rules of a Dockerfile
	@$(PY) -m ruff check .
	@$(PY) -m ruff format --check .
	@$(VENV)/bin/hadolint --failure-threshold style Dockerfile

types: dev-venv  ## Types: mypy
	@$(PY) -m mypy

format: dev-venv  ## Rewrite the code in ruff's formatting
	@$(PY) -m ruff check --fix .
	@$(PY) -m ruff format .

bench: dev-venv  ## Print the speeds of sampling and of the page
	@$(PY) -m benchmarks.sampling
	@CHROMIUM="$$($(PY) -m tests.chromium --install)" && export CHROMIUM && $(PY) -m benchmarks.latency

space: dev-venv  ## Make build/space, all that a Hugging Face Space needs, and try it
	@CHROMIUM="$$($(PY) -m tests.chromium --install)" && export CHROMIUM && $(PY) -m scripts.space --sdk $(SDK)

site: app-venv  ## Make build/site, the page as plain files for any web host
	@$(PY) -m scripts.site

clean:  ## Remove caches, not .venv and not your runs
	@rm -rf .mypy_cache .pytest_cache .ruff_cache build dist *.egg-info
	@find . -name __pycache__ -type d -not -path './.venv/*' -prune -exec rm -rf {} +

app-venv:
	@sh scripts/venv.sh requirements.txt

dev-venv:
	@sh scripts/venv.sh requirements.txt requirements-evaluate.txt requirements-data.txt requirements-onnx.txt requirements-dev.txt
