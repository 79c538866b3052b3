# pintop. `make help` lists the targets.
FLAVOUR ?= release
# One short line a file; V=1 shows the commands.
V ?= 0
Q := $(if $(filter 1,$(V)),,@)
SAY = $(if $(filter 1,$(V)),@:,@printf '  %-4s %s\n')
B       := build/$(FLAVOUR)
PREFIX  ?= /usr/local
DESTDIR ?=
CC      ?= cc
PKGS    := ncursesw rdkafka libcjson libcurl libcrypto expat zlib libpcre2-8

PKG_CONFIG ?= pkg-config
CPPFLAGS += -Iinclude -Iengine -D_GNU_SOURCE -MMD -MP
WARN     := -Wall -Wextra -Wshadow -Wpointer-arith -Wcast-qual -Wstrict-prototypes \
            -Wmissing-prototypes -Wwrite-strings -Wvla -Wformat=2 -Wundef -Wno-missing-field-initializers -Wno-format-truncation
CFLAGS_release := -O2 -g -fstack-protector-strong -D_FORTIFY_SOURCE=2 -fPIE
CFLAGS_asan    := -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
CFLAGS_tsan    := -O1 -g -fsanitize=thread -fno-omit-frame-pointer -DPT_TSAN
LDFLAGS_release := -pie -Wl,-z,relro,-z,now
LDFLAGS_asan    := -fsanitize=address,undefined
LDFLAGS_tsan    := -fsanitize=thread
# What the libraries' own headers are warned of is not ours to mend.
PKG_CFLAGS = $(patsubst -I%,-isystem %,$(shell $(PKG_CONFIG) --cflags $(PKGS) 2>/dev/null))
PKG_LIBS   = $(shell $(PKG_CONFIG) --libs $(PKGS) 2>/dev/null)
ALL_CFLAGS = -std=c11 $(WARN) $(CFLAGS_$(FLAVOUR)) $(CPPFLAGS) $(PKG_CFLAGS) $(CFLAGS)
ALL_LIBS   = $(LDFLAGS_$(FLAVOUR)) $(LDFLAGS) $(PKG_LIBS) -lpthread -lm

ENGINE_SRC := $(wildcard engine/*/*.c)
TUI_SRC    := $(wildcard tui/*/*.c)
MAIN_SRC   := tui/cli/main.c
UNIT_SRC   := $(wildcard tests/unit/test_*.c)
SCREEN_SRC := $(wildcard tests/screens/test_*.c)
FLOW_SRC   := $(wildcard tests/flow/test_*.c)
SUPPORT_SRC := $(wildcard tests/support/*.c)
BENCH_SRC  := $(wildcard tests/bench/*.c)
FUZZ_SRC   := $(wildcard tests/fuzz/*.c)
ifeq ($(FLAVOUR),tsan)
SHIM_SRC   := tests/tsan/c11threads.c
endif

# All cores, unless the caller said how many jobs.
JOBS = $(if $(findstring -j,$(MAKEFLAGS)),,-j$(shell nproc 2>/dev/null || echo 2))

obj = $(patsubst %.c,$(B)/%.o,$(1))
ENGINE_OBJ := $(call obj,$(ENGINE_SRC))
TUI_OBJ    := $(call obj,$(filter-out $(MAIN_SRC),$(TUI_SRC)))
MAIN_OBJ   := $(call obj,$(wildcard $(MAIN_SRC)))
SUPPORT_OBJ := $(call obj,$(SUPPORT_SRC))
SHIM_OBJ   := $(call obj,$(SHIM_SRC))
TESTS_unit    := $(patsubst %.c,$(B)/%,$(UNIT_SRC))
TESTS_screens := $(patsubst %.c,$(B)/%,$(SCREEN_SRC))
TESTS_flow    := $(patsubst %.c,$(B)/%,$(FLOW_SRC))
BENCHES    := $(patsubst %.c,$(B)/%,$(BENCH_SRC))
FUZZERS    := $(patsubst %.c,$(B)/%,$(FUZZ_SRC))

.PHONY: all demo test deps test-deps lab-deps lab lab-down lab-status test-lab soak quiet faults lint format asan tsan fuzz bench help install uninstall clean \
        check-unit check-screens check-flow check-pty check-pty-short check-lab-kafka accept-screens
.DELETE_ON_ERROR:
.SECONDARY:

all: $(B)/pintop ## build the program: build/release/pintop

demo: deps ## install what is missing, build, open the dashboard with three streams on the embedded cluster
	@$(MAKE) --no-print-directory $(JOBS) all
	@exec $(B)/pintop -b embedded --start

test: test-deps ## install what is missing, build, run all tests
	@$(MAKE) --no-print-directory $(JOBS) all tests
	@tests/run --summary unit screens flow pty lab-kafka

deps: ## install the libraries that are missing (Debian, Ubuntu; names them elsewhere)
	@tests/deps build
test-deps:
	@tests/deps test
lab-deps:
	@tests/deps lab

$(B)/pintop: $(MAIN_OBJ) $(TUI_OBJ) $(B)/libpintop.a $(SHIM_OBJ)
	$(SAY) ld $@
	$(Q)$(CC) $(ALL_CFLAGS) -o $@ $(MAIN_OBJ) $(TUI_OBJ) $(B)/libpintop.a $(SHIM_OBJ) $(ALL_LIBS)

$(B)/libpintop.a: $(ENGINE_OBJ)
	@rm -f $@
	$(SAY) ar $@
	$(Q)ar qcs $@ $^

$(B)/%.o: %.c Makefile
	@mkdir -p $(@D)
	$(SAY) cc $<
	$(Q)$(CC) $(ALL_CFLAGS) -c -o $@ $<

$(TUI_OBJ) $(MAIN_OBJ): CPPFLAGS := $(filter-out -Iengine,$(CPPFLAGS)) -Itui
$(call obj,$(UNIT_SRC) $(SCREEN_SRC) $(FLOW_SRC) $(SUPPORT_SRC) $(BENCH_SRC) $(FUZZ_SRC)): CPPFLAGS += -Itui -Itests/support

# Unit and flow tests see the engine; screens see the front end too.
$(B)/tests/unit/%: $(B)/tests/unit/%.o $(SUPPORT_OBJ) $(TUI_OBJ) $(B)/libpintop.a $(SHIM_OBJ)
	$(SAY) ld $@
	$(Q)$(CC) $(ALL_CFLAGS) -o $@ $< $(SUPPORT_OBJ) $(TUI_OBJ) $(B)/libpintop.a $(SHIM_OBJ) $(ALL_LIBS) -lcmocka
$(B)/tests/screens/%: $(B)/tests/screens/%.o $(SUPPORT_OBJ) $(TUI_OBJ) $(B)/libpintop.a $(SHIM_OBJ)
	$(SAY) ld $@
	$(Q)$(CC) $(ALL_CFLAGS) -o $@ $< $(SUPPORT_OBJ) $(TUI_OBJ) $(B)/libpintop.a $(SHIM_OBJ) $(ALL_LIBS) -lcmocka
$(B)/tests/flow/%: $(B)/tests/flow/%.o $(SUPPORT_OBJ) $(B)/libpintop.a $(SHIM_OBJ)
	$(SAY) ld $@
	$(Q)$(CC) $(ALL_CFLAGS) -o $@ $< $(SUPPORT_OBJ) $(B)/libpintop.a $(SHIM_OBJ) $(ALL_LIBS) -lcmocka
$(B)/tests/fuzz/%: $(B)/tests/fuzz/%.o $(SUPPORT_OBJ) $(B)/libpintop.a
	$(SAY) ld $@
	$(Q)$(CC) $(ALL_CFLAGS) -o $@ $< $(SUPPORT_OBJ) $(B)/libpintop.a $(ALL_LIBS) -lcmocka
$(B)/tests/bench/%: $(B)/tests/bench/%.o $(TUI_OBJ) $(B)/libpintop.a $(SHIM_OBJ)
	$(SAY) ld $@
	$(Q)$(CC) $(ALL_CFLAGS) -o $@ $< $(TUI_OBJ) $(B)/libpintop.a $(SHIM_OBJ) $(ALL_LIBS)

.PHONY: tests benches fuzzers
tests: $(TESTS_unit) $(TESTS_screens) $(TESTS_flow) $(B)/pintop
benches: $(BENCHES) $(B)/pintop
fuzzers: $(FUZZERS)

check-unit: $(TESTS_unit) ## one set of tests: check-unit, check-screens, check-flow, check-pty, check-lab-kafka
	@FLAVOUR=$(FLAVOUR) tests/run --summary unit
check-screens: $(TESTS_screens)
	@FLAVOUR=$(FLAVOUR) tests/run --summary screens
check-flow: $(TESTS_flow) $(B)/pintop
	@FLAVOUR=$(FLAVOUR) tests/run --summary flow
check-pty check-pty-short: $(B)/pintop
	@FLAVOUR=$(FLAVOUR) tests/run --summary $(@:check-%=%)
check-lab-kafka: $(B)/pintop
	@FLAVOUR=$(FLAVOUR) tests/run --summary lab-kafka
accept-screens: $(TESTS_screens) ## take the screens as drawn now as the expected ones
	@PT_SCREENS_ACCEPT=1 FLAVOUR=$(FLAVOUR) tests/run screens

asan: ## build with address and undefined-behaviour sanitizers: build/asan
	@$(MAKE) --no-print-directory $(JOBS) FLAVOUR=asan all tests
tsan: ## build with the thread sanitizer: build/tsan
	@$(MAKE) --no-print-directory $(JOBS) FLAVOUR=tsan all tests

fuzz: test-deps ## mutated input into every parser, under the sanitizers: FUZZ_SECONDS=60 each
	@$(MAKE) --no-print-directory $(JOBS) FLAVOUR=asan fuzzers
	@tests/fuzz/run

bench: test-deps ## measure, and print a table with medians
	@$(MAKE) --no-print-directory $(JOBS) all benches
	@tests/bench/run

# The real servers on loopback: tests/lab/README.md.
lab: lab-deps ## a real Kafka, Kafka Connect and S3 on this machine; then pintop -c lab
	@$(MAKE) --no-print-directory $(JOBS) all
	@tests/lab/lab up
lab-down: ## stop the lab
	@tests/lab/lab down
lab-status: ## what of the lab answers
	@tests/lab/lab status
test-lab: lab-deps ## the tests on a lab of their own
	@$(MAKE) --no-print-directory $(JOBS) all
	@tests/lab/run
quiet: lab-deps ## an hour of a healthy lab, in which no alarm may come: QUIET_MINUTES=60
	@$(MAKE) --no-print-directory $(JOBS) all
	@tests/lab/quiet
faults: lab-deps ## each fault of a sink made for real, named, and mended as pintop says: about an hour
	@$(MAKE) --no-print-directory $(JOBS) all
	@tests/lab/faults $(FAULTS)
soak: lab-deps ## a long run on a lab of its own: SOAK_MINUTES=10
	@$(MAKE) --no-print-directory $(JOBS) all
	@tests/lab/soak

lint: ## format, clang-tidy, cppcheck, banned calls, layers
	@tests/deps lint
	@$(MAKE) --no-print-directory all
	@tests/lint
format: ## put every file into the project's format
	clang-format -i $$(git ls-files '*.c' '*.h')

install: all ## install to $(DESTDIR)$(PREFIX)/bin
	install -d $(DESTDIR)$(PREFIX)/bin
	install -m 755 build/release/pintop $(DESTDIR)$(PREFIX)/bin/pintop
uninstall: ## remove what install put there
	rm -f $(DESTDIR)$(PREFIX)/bin/pintop

clean: ## remove build/
	rm -rf build

help: ## this list
	@awk -F':.*## ' '/^[a-z][a-z-]*:.*## / {printf "  %-16s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

-include $(ENGINE_OBJ:.o=.d) $(TUI_OBJ:.o=.d) $(MAIN_OBJ:.o=.d) $(SUPPORT_OBJ:.o=.d) \
         $(addsuffix .d,$(TESTS_unit) $(TESTS_screens) $(TESTS_flow) $(BENCHES) $(FUZZERS))
