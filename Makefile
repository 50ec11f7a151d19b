# make run   sets everything up and serves the page at http://127.0.0.1:7860
# make test  sets everything up and runs every test
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin

.PHONY: run test check eval eval-quick bench format models index clean help
.DEFAULT_GOAL := help

help: ## Show what there is
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/' | expand -t 12

$(VENV)/.ready: pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "error: medialis needs Python 3.11 or newer; set PYTHON=..." >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[dev]'
	@touch $@

models: $(VENV)/.ready ## Pull and verify the model files the settings ask for
	$(BIN)/medialis models pull

index: models ## Bring the index in line with corpus/
	$(BIN)/medialis ingest --ready

run: index ## Set up everything and serve the page
	$(BIN)/medialis serve

test: $(VENV)/.ready ## Set up everything and run every test, the real models and browser included
	sh tests/browser.sh
	$(BIN)/medialis models pull qwen2.5-coder-1.5b smollm2-135m all-minilm-l6-v2 all-mpnet-base-v2 cl100k_base
	MEDIALIS_DATA_DIR=$$(mktemp -d) $(BIN)/medialis ingest --ready
	$(BIN)/python -m pytest

check: $(VENV)/.ready ## Lint, formatting and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: $(VENV)/.ready ## Rewrite the sources as `make check` wants them
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

eval: index ## Run every eval suite (test split) with the real model; a report, exit code 1 below a limit
	$(BIN)/medialis eval

eval-quick: index ## A few cases of every suite (dev split), in minutes
	$(BIN)/medialis eval --quick

bench: index ## Run the benches that print speed and quality figures
	$(BIN)/python -m eval.bench.retrieval --split test
	$(BIN)/python -m eval.bench.encoder
	$(BIN)/python -m eval.bench.faq --split test
	$(BIN)/python -m eval.bench.gate --split test
	$(BIN)/python -m eval.bench.safety --split test
	$(BIN)/python -m eval.bench.load
	$(BIN)/python -m eval.bench.mutants

clean: ## Remove the environment, caches, index and reports; keeps the model files
	rm -rf $(VENV) data build *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
