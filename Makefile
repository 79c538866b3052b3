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
OBJCOPY    ?= objcopy
CPPFLAGS += -Iinclude -Iengine -D_GNU_SOURCE -MMD -MP
WARN     := -Wall -Wextra -Wshadow -Wpointer-arith -Wcast-qual -Wstrict-prototypes \
            -Wmissing-prototypes -Wwrite-strings -Wvla -Wformat=2 -Wundef -Wno-missing-field-initializers -Wno-format-truncation
CFLAGS_release := -O2 -g -fstack-protector-strong -D_FORTIFY_SOURCE=2 -fPIE
CFLAGS_dist    := $(CFLAGS_release)
CFLAGS_asan    := -O1 -g1 -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
CFLAGS_tsan    := -O1 -g1 -fsanitize=thread -fno-omit-frame-pointer -DPT_TSAN
CFLAGS_cov     := -O0 -g --coverage
LDFLAGS_release := -pie -Wl,-z,relro,-z,now
LDFLAGS_dist    := $(LDFLAGS_release)
LDFLAGS_asan    := -fsanitize=address,undefined
LDFLAGS_tsan    := -fsanitize=thread
LDFLAGS_cov     := --coverage
# The tests are some 200 programs: gold links them in two thirds of the time, where it is there.
TEST_LD := $(shell echo 'int main(void){return 0;}' | $(CC) -fuse-ld=gold -x c -o /dev/null - 2>/dev/null && echo -fuse-ld=gold)
# What the libraries' own headers are warned of is not ours to fix.
PKG_CFLAGS = $(patsubst -I%,-isystem %,$(shell $(PKG_CONFIG) --cflags $(PKGS) 2>/dev/null))
PKG_LIBS   = $(shell $(PKG_CONFIG) --libs $(PKGS) 2>/dev/null)
# Optional: `pintop engine --metrics` serves by it, and is refused without it. It is the program's alone.
HTTPD := $(shell $(PKG_CONFIG) --exists libmicrohttpd 2>/dev/null && echo libmicrohttpd)
HTTPD_LIBS = $(if $(HTTPD),-Wl$(,)--as-needed $(shell $(PKG_CONFIG) --libs $(HTTPD)) -Wl$(,)--no-as-needed)
, := ,
ALL_CFLAGS = -std=c11 $(WARN) $(CFLAGS_$(FLAVOUR)) $(CPPFLAGS) $(PKG_CFLAGS) $(CFLAGS)
ALL_LIBS   = $(LDFLAGS_$(FLAVOUR)) $(LDFLAGS) $(PKG_LIBS) $(HTTPD_LIBS) -lpthread -lm

ENGINE_SRC := $(wildcard engine/*/*.c engine/*/*/*.c)
TUI_SRC    := $(wildcard tui/*/*.c)
MAIN_SRC   := tui/cli/main.c
LAUNCHER_SRC := tui/launcher/launcher.c
UNIT_SRC   := $(wildcard tests/unit/test_*.c)
SCREEN_SRC := $(wildcard tests/screens/test_*.c)
FLOW_SRC   := $(wildcard tests/flow/test_*.c)
SUPPORT_SRC := $(wildcard tests/support/*.c)
BENCH_SRC  := $(wildcard tests/bench/*.c)
FUZZ_SRC   := $(wildcard tests/fuzz/*.c)
FUZZ_TARGET_SRC := $(wildcard tests/fuzz/targets/*.c)
ifeq ($(FLAVOUR),tsan)
SHIM_SRC   := tests/tsan/c11threads.c
endif
ifeq ($(FLAVOUR),cov)
SHIM_SRC   := tests/cov/exit.c
endif

# All cores, unless the caller said how many jobs.
JOBS = $(if $(findstring -j,$(MAKEFLAGS)),,-j$(shell nproc 2>/dev/null || echo 2))

obj = $(patsubst %.c,$(B)/%.o,$(1))
ENGINE_OBJ := $(call obj,$(ENGINE_SRC))
TUI_OBJ    := $(call obj,$(filter-out $(MAIN_SRC) $(LAUNCHER_SRC),$(TUI_SRC)))
LAUNCHER_OBJ := $(call obj,$(LAUNCHER_SRC))
MAIN_OBJ   := $(call obj,$(wildcard $(MAIN_SRC)))
SUPPORT_OBJ := $(call obj,$(SUPPORT_SRC))
FUZZ_TARGET_OBJ := $(call obj,$(FUZZ_TARGET_SRC))
SHIM_OBJ   := $(call obj,$(SHIM_SRC))
TESTS_unit    := $(patsubst %.c,$(B)/%,$(UNIT_SRC))
TESTS_screens := $(patsubst %.c,$(B)/%,$(SCREEN_SRC))
TESTS_flow    := $(patsubst %.c,$(B)/%,$(FLOW_SRC))
BENCHES    := $(patsubst %.c,$(B)/%,$(BENCH_SRC))
FUZZERS    := $(patsubst %.c,$(B)/%,$(FUZZ_SRC))

.PHONY: all demo test deps test-deps lab-deps lab lab-down lab-status test-lab soak soak-links quiet faults lint format asan tsan fuzz bench help man pictures install install-man install-unit install-share install-completions install-lib uninstall uninstall-lib clean \
        check-unit check-screens check-flow check-pty check-pty-short check-lab-kafka accept-screens
.DELETE_ON_ERROR:
.SECONDARY:

all: $(B)/pintop $(LAUNCHER_OBJ) ## build the program: build/release/pintop

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

# It is compiled again when the library came or went.
$(B)/tui/cli/metrics_http.o: CPPFLAGS += $(if $(HTTPD),-DPT_HAS_HTTPD)
$(B)/tui/cli/metrics_http.o: $(B)/httpd-$(if $(HTTPD),is,not)-there
$(B)/httpd-%-there:
	@mkdir -p $(@D) && rm -f $(B)/httpd-*-there && touch $@
$(TUI_OBJ) $(MAIN_OBJ) $(LAUNCHER_OBJ): CPPFLAGS := $(filter-out -Iengine,$(CPPFLAGS)) -Itui
$(call obj,$(UNIT_SRC) $(SCREEN_SRC) $(FLOW_SRC) $(SUPPORT_SRC) $(BENCH_SRC) $(FUZZ_SRC) $(FUZZ_TARGET_SRC)): CPPFLAGS += -Itui -Itests/support

# Only the tarball has it (make dist). It needs nothing of the host.
$(B)/launcher: $(LAUNCHER_OBJ)
	$(SAY) ld $@
	$(Q)$(CC) $(CFLAGS) -static -no-pie -s -o $@ $<

# The library shows what include/pintop marks; tests, which link the objects, see the rest too.
$(ENGINE_OBJ): ALL_CFLAGS += -fvisibility=hidden

$(TESTS_unit) $(TESTS_screens) $(TESTS_flow): ALL_LIBS += $(TEST_LD)

# Tests see the engine and the front end.
$(B)/tests/unit/%: $(B)/tests/unit/%.o $(SUPPORT_OBJ) $(TUI_OBJ) $(B)/libpintop.a $(SHIM_OBJ)
	$(SAY) ld $@
	$(Q)$(CC) $(ALL_CFLAGS) -o $@ $< $(SUPPORT_OBJ) $(TUI_OBJ) $(B)/libpintop.a $(SHIM_OBJ) $(ALL_LIBS) -lcmocka
$(B)/tests/screens/%: $(B)/tests/screens/%.o $(SUPPORT_OBJ) $(TUI_OBJ) $(B)/libpintop.a $(SHIM_OBJ)
	$(SAY) ld $@
	$(Q)$(CC) $(ALL_CFLAGS) -o $@ $< $(SUPPORT_OBJ) $(TUI_OBJ) $(B)/libpintop.a $(SHIM_OBJ) $(ALL_LIBS) -lcmocka
$(B)/tests/flow/%: $(B)/tests/flow/%.o $(SUPPORT_OBJ) $(TUI_OBJ) $(B)/libpintop.a $(SHIM_OBJ)
	$(SAY) ld $@
	$(Q)$(CC) $(ALL_CFLAGS) -o $@ $< $(SUPPORT_OBJ) $(TUI_OBJ) $(B)/libpintop.a $(SHIM_OBJ) $(ALL_LIBS) -lcmocka
$(B)/tests/fuzz/%: $(B)/tests/fuzz/%.o $(FUZZ_TARGET_OBJ) $(SUPPORT_OBJ) $(B)/libpintop.a
	$(SAY) ld $@
	$(Q)$(CC) $(ALL_CFLAGS) -o $@ $< $(FUZZ_TARGET_OBJ) $(SUPPORT_OBJ) $(B)/libpintop.a $(ALL_LIBS) -lcmocka
$(B)/tests/bench/%: $(B)/tests/bench/%.o $(TUI_OBJ) $(B)/libpintop.a $(SHIM_OBJ)
	$(SAY) ld $@
	$(Q)$(CC) $(ALL_CFLAGS) -o $@ $< $(TUI_OBJ) $(B)/libpintop.a $(SHIM_OBJ) $(ALL_LIBS)

# The program in include/pintop/README.md, as it stands there; it sees the public headers only.
$(B)/api/verdict.c: include/pintop/README.md
	@mkdir -p $(@D)
	@awk '/^```c$$/ { on = 1; next } /^```$$/ { on = 0 } on' $< >$@
$(B)/api/verdict.o: CPPFLAGS := $(filter-out -Iengine,$(CPPFLAGS))
$(B)/api/verdict.o: $(B)/api/verdict.c
	$(SAY) cc $<
	$(Q)$(CC) $(ALL_CFLAGS) -c -o $@ $<
$(B)/api/verdict: $(B)/api/verdict.o $(B)/libpintop.a $(SHIM_OBJ)
	$(SAY) ld $@
	$(Q)$(CC) $(ALL_CFLAGS) -o $@ $^ $(ALL_LIBS)

# As it is installed: all objects in one, in which every symbol that include/pintop does not mark is
# local, so that none can clash with the program's own.
$(B)/installed/libpintop.a: $(ENGINE_OBJ)
	@mkdir -p $(@D)
	@rm -f $@
	$(SAY) ar $@
	$(Q)$(LD) -r -o $(@D)/pintop.o $^
	$(Q)$(OBJCOPY) --localize-hidden $(@D)/pintop.o
	$(Q)ar qcs $@ $(@D)/pintop.o

.PHONY: tests benches fuzzers
tests: $(TESTS_unit) $(TESTS_screens) $(TESTS_flow) $(B)/api/verdict $(B)/pintop
benches: $(BENCHES) $(B)/pintop
fuzzers: $(FUZZERS)

check-unit: $(TESTS_unit) ## one set of tests: check-unit, check-screens, check-flow, check-pty, check-lab-kafka
	@FLAVOUR=$(FLAVOUR) tests/run --summary unit
check-screens: $(TESTS_screens)
	@FLAVOUR=$(FLAVOUR) tests/run --summary screens
check-flow: $(TESTS_flow) $(B)/pintop
	@FLAVOUR=$(FLAVOUR) tests/run --summary flow
check-pty check-pty-short: $(B)/pintop $(B)/api/verdict
	@FLAVOUR=$(FLAVOUR) tests/run --summary $(@:check-%=%)
check-lab-kafka: $(B)/pintop
	@FLAVOUR=$(FLAVOUR) tests/run --summary lab-kafka
accept-screens: $(TESTS_screens) ## take the screens as drawn now as the expected ones
	@PT_SCREENS_ACCEPT=1 FLAVOUR=$(FLAVOUR) tests/run screens

asan: ## build with address and undefined-behaviour sanitizers: build/asan
	@$(MAKE) --no-print-directory $(JOBS) FLAVOUR=asan all tests
tsan: ## build with the thread sanitizer: build/tsan
	@$(MAKE) --no-print-directory $(JOBS) FLAVOUR=tsan all tests

coverage: ## which lines the unit and screen tests run, by room; tests/coverage ROOM lists its files
	@$(MAKE) --no-print-directory $(JOBS) FLAVOUR=cov cov-tests
	@find build/cov -name '*.gcda' -delete
	@FLAVOUR=cov tests/run --summary unit screens
	@tests/coverage
.PHONY: coverage cov-tests
cov-tests: $(TESTS_unit) $(TESTS_screens) $(B)/pintop

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
soak-links: test-deps ## dashboards and clients of an engine under load, cut again and again: SOAK_SECONDS=600
	@$(MAKE) --no-print-directory $(JOBS) all
	@tests/soak/links

lint: ## format, clang-tidy, cppcheck, shellcheck, layers, sizes, copies, dead code, wording
	@tests/deps lint
	@$(MAKE) --no-print-directory all
	@tests/lint
format: ## put every file into the project's format
	clang-format -i $$(git ls-files '*.c' '*.h')

MAN := $(wildcard tui/man/*.[1-9])
man_dir = $(DESTDIR)$(PREFIX)/share/man/man$(patsubst .%,%,$(suffix $(1)))

man: all ## rewrite the lists in the man pages from what the program prints
	@tests/man --write

pictures: all ## take the pictures and the film in tui/share/pictures, and the README's screen, from the running program
	@tests/pictures
	@tests/film

UNITS = $(DESTDIR)$(PREFIX)/lib/systemd/user

COMPLETIONS = $(DESTDIR)$(PREFIX)/share
COMPLETION_bash = $(COMPLETIONS)/bash-completion/completions/pintop
ZSHDIR ?= $(PREFIX)/share/zsh/site-functions
COMPLETION_zsh = $(DESTDIR)$(ZSHDIR)/_pintop
COMPLETION_fish = $(COMPLETIONS)/fish/vendor_completions.d/pintop.fish

install: all install-man install-unit install-share install-completions ## install the program, man pages, completions, its user unit, a Grafana dashboard and alert rules to $(DESTDIR)$(PREFIX)
	install -d $(DESTDIR)$(PREFIX)/bin
	install -m 755 $(B)/pintop $(DESTDIR)$(PREFIX)/bin/pintop
install-man:
	$(foreach page,$(MAN),install -d $(call man_dir,$(page)) && install -m 644 $(page) $(call man_dir,$(page))/ &&) true
install-unit:
	install -d $(UNITS)
	sed 's,@BINDIR@,$(PREFIX)/bin,' 'tui/share/pintop@.service' >'$(UNITS)/pintop@.service'
	chmod 644 '$(UNITS)/pintop@.service'
install-completions: all
	install -d $(dir $(COMPLETION_bash) $(COMPLETION_zsh) $(COMPLETION_fish))
	$(B)/pintop help completion >$(COMPLETION_bash)
	$(B)/pintop help completion-zsh >$(COMPLETION_zsh)
	$(B)/pintop help completion-fish >$(COMPLETION_fish)
	chmod 644 $(COMPLETION_bash) $(COMPLETION_zsh) $(COMPLETION_fish)
SHARE = pintop.dashboard.json pintop.rules.yml
install-share:
	install -d $(DESTDIR)$(PREFIX)/share/pintop
	install -m 644 $(SHARE:%=tui/share/%) $(DESTDIR)$(PREFIX)/share/pintop/
uninstall: ## remove what install put there
	rm -f $(COMPLETION_bash) $(COMPLETION_zsh) $(COMPLETION_fish) $(SHARE:%=$(DESTDIR)$(PREFIX)/share/pintop/%) '$(UNITS)/pintop@.service' $(DESTDIR)$(PREFIX)/bin/pintop $(foreach page,$(MAN),$(call man_dir,$(page))/$(notdir $(page)))

# For programs that embed the engine: cc prog.c $(pkg-config --cflags --libs pintop)
LIBDIR ?= $(PREFIX)/lib
VERSION = $(shell sed -n 's/^.define PINTOP_VERSION "\(.*\)"/\1/p' include/pintop/engine.h)
define PINTOP_PC
prefix=$(PREFIX)
libdir=$(LIBDIR)
includedir=$${prefix}/include

Name: pintop
Description: a streaming engine for Kafka and its sink connectors
Version: $(VERSION)
Requires: $(filter-out ncursesw,$(PKGS))
Cflags: -I$${includedir}
Libs: -L$${libdir} -lpintop -lpthread -lm
endef
install-lib: export PC = $(PINTOP_PC)

install-lib: $(B)/installed/libpintop.a ## install the engine as a library: headers, libpintop.a, pintop.pc
	install -d $(DESTDIR)$(PREFIX)/include/pintop $(DESTDIR)$(LIBDIR)/pkgconfig
	install -m 644 include/pintop/*.h $(DESTDIR)$(PREFIX)/include/pintop
	install -m 644 $< $(DESTDIR)$(LIBDIR)/libpintop.a
	printf '%s\n' "$$PC" >$(DESTDIR)$(LIBDIR)/pkgconfig/pintop.pc
uninstall-lib: ## remove what install-lib put there
	rm -rf $(DESTDIR)$(PREFIX)/include/pintop
	rm -f $(DESTDIR)$(LIBDIR)/libpintop.a $(DESTDIR)$(LIBDIR)/pkgconfig/pintop.pc

# What others install: tui/share/debian, tui/share/tarball. Their tests: tests/package.
deb: ## a Debian package: build/deb/pintop_VERSION_ARCH.deb
	@tui/share/debian/make
dist: ## a tarball that runs on any Linux of this machine's kind, with nothing installed; RDKAFKA=DIR takes librdkafka from there
	@RDKAFKA='$(RDKAFKA)' tui/share/tarball/make
test-package: package-deps ## install the package and unpack the tarball in empty systems, and run them there (says what it skips)
	@$(MAKE) --no-print-directory deb dist
	@tests/run --summary package
package-deps:
	@tests/deps package
.PHONY: deb dist test-package package-deps

clean: ## remove build/
	rm -rf build

help: ## this list
	@awk -F':.*## ' '/^[a-z][a-z-]*:.*## / {printf "  %-16s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

-include $(ENGINE_OBJ:.o=.d) $(TUI_OBJ:.o=.d) $(MAIN_OBJ:.o=.d) $(LAUNCHER_OBJ:.o=.d) $(SUPPORT_OBJ:.o=.d) \
         $(addsuffix .d,$(TESTS_unit) $(TESTS_screens) $(TESTS_flow) $(BENCHES) $(FUZZERS) $(B)/api/verdict)
