# Every target sets up what it needs in .venv, and is quick the second time. `make help` lists them.

.NOTPARALLEL:
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help
.PHONY: help lab instructor check test test-full test-notebooks test-browser notebooks book times bench clean FORCE

PYTHON ?=
TORCH_INDEX ?=
CONSTRAINTS ?= -c constraints.txt
ARGS ?=

py := .venv/bin/python
# Two tests at a time, each on one core: more threads would only fight for the same two.
one_thread := env OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 MKL_NUM_THREADS=1 NUMEXPR_NUM_THREADS=1
pytest := $(one_thread) $(py) -m pytest -q -n 2 --dist loadfile
timed := $(py) -m tests.timed
# The other rooms (assets, exercises, course) have no arrays in their signatures; mypy reads them all.
rooms := article benchmark byhand capstone fills holes images models recipes speed sweeps training widgets
comma := ,
shapes := --jaxtyping-packages=$(subst $() $(),$(comma),$(rooms:%=learnkit.%) beartype.beartype)
quick := 1
others := unsolved mistaken
covers :=
fast := and not slow

help:
	@echo "make lab         copy the lessons into work/, and open JupyterLab (ARGS: learnkit lab --help)"
	@echo "make instructor  install what learnkit assign and learnkit grade need, too"
	@echo "make check       format, lint, types and unit tests: what to run before a commit"
	@echo "make test        everything: check, notebooks in three states, browser"
	@echo "make test-full   the same at full length, slow tests too"
	@echo "make notebooks   write solutions/*.ipynb and lessons/*.ipynb from solutions/*.py"
	@echo "make book        run all lessons and write them as web pages into build/book"
	@echo "make times       run each lesson, store its time and the figures that its prose quotes"
	@echo "make bench       measure against the budgets and against other libraries"
	@echo "make clean       remove build products; .venv and work stay"
	@echo "PYTHON=python3.12 names the Python; TORCH_INDEX=URL another build of torch, with CUDA say"

lab: .venv/.lab
	@$(py) -m learnkit lab $(ARGS)

instructor: .venv/.lab
	@echo "== installing nbgrader and Dask into .venv"
	@$(py) -m pip install -qq $(CONSTRAINTS) -e ".[grade,dask]" || $(failed)
	@$(py) -m learnkit doctor

check: .venv/.dev
	@echo "== format, lint and types"
	@$(py) -m ruff format --check --quiet .
	@$(py) -m ruff check --quiet .
	@.venv/bin/oxlint --deny-warnings -f unix learnkit
	@$(py) -m mypy
	@$(timed) "unit tests, with every array's shape and type checked" $(pytest) \
		tests learnkit $(shapes) $(covers) -m "not browser $(fast)"

test: check test-notebooks test-browser
	@$(timed)

# Target-specific values reach the prerequisites: all of them run at full length.
test-full: quick :=
test-full: fast :=
test-full: covers := --cov=learnkit --cov-report=
test-full: check test-notebooks test-browser
	@echo "== the ten files with the most lines that no unit test reaches, in parts of a hundred"
	@$(py) -m coverage report --sort=cover | sed -n 3,12p
	@$(timed)

test-notebooks: .venv/.dev
	@rm -rf build/states
	@$(if $(quick),LEARNKIT_QUICK=1) $(py) -m tests.states build/states
	@$(timed) "notebooks solved, with no network" env -u MPLBACKEND \
		$(py) tests/offline.py $(pytest) --no-loadscope-reorder --nbval-lax build/states/solved
	@$(timed) "the other notebooks ($(others)), with no network" \
		$(if $(quick),env LEARNKIT_QUICK=1) env MPLBACKEND=agg $(one_thread) \
		$(py) tests/offline.py $(py) -m tests.states build/states --run $(others)

# The unsolved notebooks, cut short, run in the browser: `make test` runs them there where it can.
test: others = $(if $(shell $(py) -m tests.browser.chromium),,unsolved )mistaken
test-browser: .venv/.dev
	@$(timed) "JupyterLab in a real browser" \
		$(py) tests/offline.py $(pytest) --no-loadscope-reorder tests/browser -m browser

notebooks: .venv/.dev
	@echo "== notebooks from solutions/*.py"
	@$(py) -m learnkit.course.build

book: .venv/.dev
	@echo "== every lesson run, and written into build/book: a quarter of an hour"
	@$(one_thread) $(py) -m learnkit.course.book build/book
	@echo "== every page in a browser: links, words for pictures, axe-core"
	@LEARNKIT_BOOK=build/book $(py) tests/offline.py $(pytest) tests/browser/test_book.py -m browser

times: .venv/.dev
	@echo "== measuring each lesson, and the figures that its prose quotes"
	@$(one_thread) $(py) -m tests.states --record
	@$(py) -m learnkit.course.build

bench: .venv/.dev
	@echo "== benchmarks"
	@$(one_thread) $(py) -m tests.benchmarks

clean:
	@echo "== removing build products; .venv and work stay (rm -r .venv to set up anew)"
	@rm -rf build dist .pytest_cache .ruff_cache .mypy_cache .hypothesis .coverage
	@find learnkit tests solutions -name __pycache__ -type d -prune -exec rm -rf {} +

# A stamp stands for a set-up that went through, and says where: a moved checkout sets up again,
# and so does another TORCH_INDEX.
ifneq ($(shell cat .venv/.lab 2>/dev/null),$(CURDIR))
.venv/.lab: FORCE
endif
ifneq ($(TORCH_INDEX),)
ifneq ($(shell cat .venv/.torch 2>/dev/null),$(TORCH_INDEX))
.venv/.lab: FORCE
endif
endif

define make_venv
if $(py) -c 'import sys, pip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then exit 0; fi; \
for python in $(if $(PYTHON),"$(PYTHON)",python3 python3.13 python3.12 python3.11); do \
	if "$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
		echo "== making .venv with $$python"; \
		"$$python" -m venv --clear .venv && exit 0; \
		rm -rf .venv; \
		echo "make: $$python cannot make a virtual environment (Debian, Ubuntu: apt install python3-venv)" >&2; \
		exit 1; \
	fi; \
done; \
echo "make: no Python 3.11 or newer found; get one from python.org, or name yours: make lab PYTHON=..." >&2; \
exit 1
endef

failed = { echo "make: the set-up did not go through (the reason is above); nothing is lost, run make again" >&2; exit 1; }

.venv/.lab: pyproject.toml constraints.txt
	@rm -f $@
	@$(make_venv)
ifneq ($(TORCH_INDEX),)
	@echo "== installing torch from $(TORCH_INDEX)"
	@$(py) -m pip install -qq $(CONSTRAINTS) --force-reinstall --no-deps \
		--index-url "$(TORCH_INDEX)" torch || $(failed)
endif
	@echo "== installing JupyterLab, PyTorch and the rest into .venv: minutes the first time"
	@$(py) -m pip install -qq $(CONSTRAINTS) \
		$(if $(TORCH_INDEX),--extra-index-url "$(TORCH_INDEX)") -e ".[export,keras]" || $(failed)
	@$(if $(TORCH_INDEX),echo "$(TORCH_INDEX)" > .venv/.torch)
	@echo "$(CURDIR)" > $@

.venv/.dev: .venv/.lab
	@rm -f $@
	@echo "== installing the tools for tests into .venv"
	@$(py) -m pip install -qq $(CONSTRAINTS) -e ".[dev]" || $(failed)
	@echo "$(CURDIR)" > $@

FORCE:
