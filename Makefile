# The one door to the project: `make help` says what there is.

VERSION = 0.1.0
SOVERSION = 0
PREFIX ?= /usr/local
DESTDIR ?=

DIST = dist
PYTHON = build/venv/bin/python
LIBRARY = $(DIST)/lib/libcrnn.so.$(VERSION)
CONVERT = $(DIST)/bin/crnn-convert
MODEL = examples/models/reader.onnx

# Where the toolchain keeps what Embedded Swift links.
EMBEDDED_LIBRARIES = $(shell dirname $$(readlink -f $$(command -v swift)))/../lib/swift/embedded/$(shell uname -m)-unknown-linux-gnu

SOURCES = Package.swift $(shell find Sources include -type f -o -type l)

.DEFAULT_GOAL = all
.PHONY: all demo test lint test-swift test-c test-python test-emulated test-reliability test-neighbours fuzz-operators fuzz-models bootstrap docs bench bench-decoders install uninstall clean help
.DELETE_ON_ERROR:

all: bootstrap $(LIBRARY) $(CONVERT) $(DIST)/.interface ## Build the library and the tool into dist/

bootstrap: ## Install what is missing: Debian packages
	@scripts/bootstrap.sh build

$(LIBRARY): $(SOURCES)
	CRNN_EMBEDDED=1 swift build -c release --scratch-path .build-embedded --product crnn --disable-local-rpath -Xlinker -L$(EMBEDDED_LIBRARIES)
	@mkdir -p $(DIST)/lib
	strip -o $@ .build-embedded/release/libcrnn.so
	ln -sf libcrnn.so.$(VERSION) $(DIST)/lib/libcrnn.so.$(SOVERSION)
	ln -sf libcrnn.so.$(SOVERSION) $(DIST)/lib/libcrnn.so

$(CONVERT): $(SOURCES)
	swift build -c release --scratch-path .build-tools --product crnn-convert --static-swift-stdlib
	@mkdir -p $(DIST)/bin
	strip -o $@ .build-tools/release/crnn-convert

# The header, and what finds the library from pkg-config and CMake wherever dist/ lies.
$(DIST)/.interface: include/crnn.h $(wildcard bindings/c/*) Makefile
	@mkdir -p $(DIST)/include $(DIST)/lib/pkgconfig $(DIST)/lib/cmake/crnn
	cp include/crnn.h $(DIST)/include/
	sed -e 's|@PREFIX@|$${pcfiledir}/../..|' -e 's|@VERSION@|$(VERSION)|' bindings/c/crnn.pc.in > $(DIST)/lib/pkgconfig/crnn.pc
	for part in config config-version; do \
	  sed -e 's|@VERSION@|$(VERSION)|; s|@SOVERSION@|$(SOVERSION)|' bindings/c/crnn-$$part.cmake.in \
	    > $(DIST)/lib/cmake/crnn/crnn-$$part.cmake; \
	done
	@touch $@

demo: all ## Convert the bundled model and read the bundled line images from C and from Python
	@scripts/bootstrap.sh demo
	@scripts/demo.sh

test: all ## Build and run every test: Swift modules, the shipped library from C and Python
	@scripts/bootstrap.sh test
	@$(MAKE) --no-print-directory lint test-swift test-c test-python

lint: ## List what may trap and is not accounted for
	@python3 scripts/lint_traps.py

test-swift:
	swift test

test-c:
	$(PYTHON) scripts/pgm.py examples/images build/test-images
	image=$$(head -n 1 examples/images/expected.tsv | cut -f 1); \
	text=$$(head -n 1 examples/images/expected.tsv | cut -f 2); \
	sh Tests/c/run_tests.sh $(DIST) $(MODEL) "build/test-images/$${image%.*}.pgm" "$$text"
	$(MAKE) -C examples/c BUILD=../../build/examples PKG_CONFIG_PATH=$(CURDIR)/$(DIST)/lib/pkgconfig

test-python:
	CRNN_LIBRARY=$(CURDIR)/$(LIBRARY) PYTHONPATH=bindings/python $(PYTHON) -m pytest -q bindings/python/tests Tests/differential

# Processors whose instruction sets are the baseline's and AVX2's.
EMULATED = Nehalem Haswell

test-emulated: all ## Test the library, emulated, on processors without AVX and without AVX-512 (half an hour)
	@scripts/bootstrap.sh test-emulated
	@for processor in $(EMULATED); do \
	  echo "$$processor:"; \
	  EMULATOR="qemu-x86_64 -cpu $$processor"; export EMULATOR; \
	  $(MAKE) --no-print-directory test-c && CRNN_LIBRARY=$(CURDIR)/$(LIBRARY) PYTHONPATH=bindings/python \
	    $$EMULATOR $(PYTHON) -W ignore -m crnn.onnx_backend --time-limit 1200 || exit 1; \
	done

test-reliability: all ## Prove what takes minutes: memory, valgrind, threads, faults, files, signals (ten minutes)
	@scripts/bootstrap.sh test-reliability
	CRNN_LIBRARY=$(CURDIR)/$(LIBRARY) PYTHONPATH=bindings/python:Tests $(PYTHON) -m reliability
	CRNN_TEST_FAULTS=all $(MAKE) --no-print-directory test-c

test-neighbours: all ## Load the library beside PyTorch, TensorFlow, ONNX Runtime and onnx, in several orders
	@scripts/bootstrap.sh test-neighbours
	CRNN_LIBRARY=$(CURDIR)/$(LIBRARY) PYTHONPATH=bindings/python:Tests TF_CPP_MIN_LOG_LEVEL=3 \
	  build/neighbours-venv/bin/python -m reliability.neighbours

# How long, and in how many processes.
SECONDS = 600
PROCESSES = 2

fuzz-operators: all ## Compare random graphs with ONNX Runtime for SECONDS=600
	@scripts/bootstrap.sh test
	CRNN_LIBRARY=$(CURDIR)/$(LIBRARY) PYTHONPATH=bindings/python:Tests $(PYTHON) -m differential \
	  --seconds $(SECONDS) --processes $(PROCESSES)

# How many mutants.
COUNT = 100000

fuzz-models: all ## Open and run COUNT=100000 mutants of model files
	@scripts/bootstrap.sh test
	CRNN_LIBRARY=$(CURDIR)/$(LIBRARY) PYTHONPATH=bindings/python:Tests $(PYTHON) -W ignore -m mutation \
	  --count $(COUNT) --processes $(PROCESSES)

bench: bootstrap $(LIBRARY) ## Measure beside the other runtimes: make bench BENCH="--quick --only vgg"
	@scripts/bootstrap.sh bench
	CRNN_LIBRARY=$(CURDIR)/$(LIBRARY) PYTHONPATH=bindings/python:. build/bench-venv/bin/python -m benchmarks $(BENCH)
	@[ -n "$(filter-out --quick,$(BENCH))" ] || $(MAKE) --no-print-directory bench-decoders

bench-decoders: all ## Measure decoders beside flashlight-text and pyctcdecode: make bench-decoders BENCH=--quick
	@scripts/bootstrap.sh bench-decoders
	CRNN_LIBRARY=$(CURDIR)/$(LIBRARY) PYTHONPATH=bindings/python:. build/decoders-venv/bin/python -m benchmarks.decoding $(BENCH)

docs: $(CONVERT) ## Write docs/operators.md from the registry
	$(CONVERT) --operators > docs/operators.md

install: all ## Install dist/ under $(DESTDIR)$(PREFIX)
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/include
	install -d $(DESTDIR)$(PREFIX)/lib/pkgconfig $(DESTDIR)$(PREFIX)/lib/cmake/crnn
	install -m 755 $(CONVERT) $(DESTDIR)$(PREFIX)/bin/
	install -m 644 include/crnn.h $(DESTDIR)$(PREFIX)/include/
	install -m 755 $(LIBRARY) $(DESTDIR)$(PREFIX)/lib/
	cp -P $(DIST)/lib/libcrnn.so $(DIST)/lib/libcrnn.so.$(SOVERSION) $(DESTDIR)$(PREFIX)/lib/
	sed -e 's|@PREFIX@|$(PREFIX)|' -e 's|@VERSION@|$(VERSION)|' bindings/c/crnn.pc.in \
	  > $(DESTDIR)$(PREFIX)/lib/pkgconfig/crnn.pc
	install -m 644 $(DIST)/lib/cmake/crnn/* $(DESTDIR)$(PREFIX)/lib/cmake/crnn/

uninstall: ## Remove what install put there
	rm -f $(DESTDIR)$(PREFIX)/bin/crnn-convert $(DESTDIR)$(PREFIX)/include/crnn.h
	rm -f $(DESTDIR)$(PREFIX)/lib/libcrnn.so* $(DESTDIR)$(PREFIX)/lib/pkgconfig/crnn.pc
	rm -rf $(DESTDIR)$(PREFIX)/lib/cmake/crnn

clean: ## Remove everything that was built
	rm -rf $(DIST) build .build .build-embedded .build-tools

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-16s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
