# Allocator laboratory.  `make help` lists the targets.

# ---- packages: the one list ------------------------------------------------
# Debian package names; `make deps` installs those that are missing.
PACKAGES := check libarchive-dev libjansson-dev libdw-dev gnuplot-nox
# Needed by `make lint`, `make fuzz` and the clang builds (`make deps-dev`).
DEV_PACKAGES := clang clang-format cppcheck libclang-rt-dev

# ---- how to build ----------------------------------------------------------
MODE ?= release
ifeq ($(origin CC),default)
CC := gcc
endif

MODES := release debug asan tsan
ifeq ($(filter $(MODE),$(MODES)),)
$(error MODE=$(MODE) is unknown; expected one of: $(MODES))
endif

clang := $(findstring clang,$(notdir $(CC)))
B := build/$(MODE)$(if $(clang),-clang)

flags_release := -O2 -g
flags_debug   := -O0 -g3 -DDEBUG
flags_asan    := -O1 -g -fno-omit-frame-pointer \
                 -fsanitize=address,undefined -fno-sanitize-recover=undefined
flags_tsan    := -O1 -g -fno-omit-frame-pointer -fsanitize=thread

WARNINGS := -Wall -Wextra -Wshadow -Wconversion -Wstrict-prototypes \
            -Wmissing-prototypes -Wvla -Wundef -Wformat=2 -Werror
CFLAGS ?=
ALL_CFLAGS := -std=c11 -D_GNU_SOURCE -I. -I$(B) -MMD -MP $(WARNINGS) $(flags_$(MODE)) \
              $(CFLAGS)
LDFLAGS ?=
ALL_LDFLAGS := $(filter -fsanitize%,$(flags_$(MODE))) $(LDFLAGS)

PREFIX ?= /usr/local
DESTDIR ?=

# ---- what there is ---------------------------------------------------------
ALLOCATOR_SRC := $(wildcard allocator/*.c allocator/heap/*.c \
                   allocator/block/*.c allocator/policies/*.c \
                   allocator/policies/*/*.c)
DRIVER_SRC := $(filter-out driver/record/% driver/bench/%,\
                $(wildcard driver/*/*.c))
MAINS := $(basename $(notdir $(wildcard driver/*.c)))
RECORD_SRC := $(wildcard driver/record/preload/*.c)
PRELOAD_SRC := $(wildcard allocator/preload/*.c allocator/preload/*/*.c)
CONVERT_SRC := $(wildcard driver/record/*.c)
BENCH_ALLOC_SRC := driver/bench_alloc.c $(wildcard driver/bench/*.c)

obj = $(patsubst %.c,$(B)/%.o,$(1))
ALLOCATOR_OBJ := $(call obj,$(ALLOCATOR_SRC))
DRIVER_OBJ := $(call obj,$(DRIVER_SRC) $(CONVERT_SRC))

LIBS := -larchive -ljansson -ldw -lelf -lm -lpthread -ldl

PROGRAMS := $(addprefix $(B)/,$(MAINS))
SHARED := $(if $(RECORD_SRC),$(B)/librecord.so) \
          $(if $(PRELOAD_SRC),$(B)/libmymalloc.so)

.DEFAULT_GOAL := all
.DELETE_ON_ERROR:
.PHONY: all run check bench plots lint fuzz install clean help deps deps-dev \
        FORCE

all: $(PROGRAMS) $(SHARED) $(if $(filter build/release,$(B)),links)

# The release build is also reachable from the top.
.PHONY: links
links: $(PROGRAMS) $(SHARED)
	@for f in $(notdir $^); do \
	  case $$f in librecord.so) continue;; esac; \
	  [ "$$(readlink $$f)" = "$(B)/$$f" ] || ln -sfn $(B)/$$f $$f; done

# ---- rules -----------------------------------------------------------------
# keep,TEXT: a recipe that writes TEXT to the target if it is not there yet.
keep = @mkdir -p $(@D); echo '$(1)' | cmp -s - $@ || echo '$(1)' > $@

# These change when compiler or flags do, and then all is rebuilt; or when a
# source comes or goes, and then libraries are.
stamp := $(B)/flags
$(stamp): FORCE | $(filter deps deps-dev,$(MAKECMDGOALS))
	$(call keep,$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) $(whole))

sources := $(B)/sources
$(sources): FORCE
	$(call keep,$(ALLOCATOR_SRC) $(PRELOAD_SRC) $(DRIVER_SRC) $(CONVERT_SRC) $(TEST_SRC))

$(B)/%.o: %.c $(stamp)
	@mkdir -p $(@D)
	@echo '  CC $<'; $(CC) $(ALL_CFLAGS) $(EXTRA) $(PICFLAGS) -c $< -o $@

# A policy's files call each other, and what policies share, at each operation:
# gcc's release build optimizes the allocators as a whole where speed counts, in
# mdriver, the benches and, as far as they are the flagship's, in the library.
whole := $(and $(filter release,$(MODE)),$(if $(clang),,-O3 -flto=auto))
$(ALLOCATOR_OBJ): EXTRA := $(if $(whole),$(whole) -ffat-lto-objects)
$(B)/mdriver: LTO := $(whole)
LTO := $(if $(whole),-fno-lto)

$(B)/liballocator.a: $(ALLOCATOR_OBJ) $(sources)
	@rm -f $@; $(AR) rcs $@ $(filter %.o,$^)

$(B)/libdriver.a: $(DRIVER_OBJ) $(sources)
	@rm -f $@; $(AR) rcs $@ $(filter %.o,$^)

$(filter-out $(B)/bench_alloc,$(PROGRAMS)): $(B)/%: $(B)/driver/%.o $(B)/libdriver.a \
                                          $(B)/liballocator.a
	@echo '  LD $@'; $(CC) $(LTO) $(ALL_LDFLAGS) -o $@ $^ $(LIBS)

# Runs under any malloc: no sanitizer's, none of the libraries that allocate
# before main, and no call optimized away or made a jump.
$(call obj,$(BENCH_ALLOC_SRC)): PICFLAGS := -fno-builtin -fno-sanitize=all \
                                            -fno-optimize-sibling-calls

$(B)/bench_alloc: $(call obj,$(BENCH_ALLOC_SRC))
	@echo '  LD $@'; $(CC) $(LDFLAGS) -o $@ $^ -lpthread

# Libraries that are preloaded: position independent, no builtin rewriting of
# malloc followed by memset, only marked names exported, no sanitizer (its
# runtime would have to be loaded first), no two words made one vector for a
# single store.
$(call obj,$(RECORD_SRC) $(PRELOAD_SRC)): \
  PICFLAGS := -fPIC -fno-builtin -fvisibility=hidden -ftls-model=initial-exec \
              -fno-sanitize=all -fdata-sections -fno-tree-slp-vectorize

# The allocators a second time, for the library.
PIC_OBJ := $(patsubst %.c,$(B)/pic/%.o,$(ALLOCATOR_SRC))

$(B)/pic/%.o: %.c $(stamp)
	@mkdir -p $(@D)
	@echo '  CC $< (pic)'; $(CC) $(ALL_CFLAGS) -fPIC -fvisibility=hidden \
	  -fno-sanitize=all $(PIC_EXTRA) -c $< -o $@

# What lies in the library's cold part is told by its object (layout.ld).  -O3
# is 9 KiB more, which each program has in memory, and pays off in few files.
$(filter-out %/check.o %/walk.o,\
  $(filter $(B)/pic/allocator/policies/mymalloc/%,$(PIC_OBJ))): \
  PIC_EXTRA := $(whole:-O3=-O2)
$(patsubst %,$(B)/pic/allocator/policies/mymalloc/%.o,batch pool): \
  PIC_EXTRA := $(whole)

PRELOAD_LAYOUT := allocator/preload/layout.ld

$(B)/libmymalloc.so: $(call obj,$(PRELOAD_SRC)) $(PIC_OBJ) $(sources) $(PRELOAD_LAYOUT)
	@echo '  LD $@'; $(CC) -shared $(whole) $(LDFLAGS) -Wl,-Bsymbolic-functions \
	  -Wl,-z,pack-relative-relocs -Wl,-T,$(PRELOAD_LAYOUT) -static-libgcc \
	  -Wl,--exclude-libs,ALL -o $@ $(filter %.o,$^) -lpthread

$(B)/librecord.so: $(call obj,$(RECORD_SRC))
	@echo '  LD $@'; $(CC) -shared $(LDFLAGS) -o $@ $^ -ldl -lpthread

# ---- run -------------------------------------------------------------------
run: all
	./mdriver -f traces/*.rep

# ---- traces ----------------------------------------------------------------
# The synthetic ones, the same bytes each time; traces/README.md tells of them.
.PHONY: traces
traces: all
	for family in short coalescing binary binary2 random realloc realloc2 \
	  tiny strings pages queue phases vectors hash sessions; do \
	  ./rep gen $$family -o traces/$$family.rep || exit; done
	./rep gen random -o traces/random2.rep \
	  --ops 20000 --seed 2 --small 1 --large 512

# A million operations and more; not kept in the repository.
.PHONY: traces-large
traces-large: all
	traces/record-all --large
	./rep gen random --ops 4000000 --small 16 --large 256 \
	  -o traces/large/random-large.rep
	./rep gen sessions --ops 5M --sessions 1000 --cache 100K \
	  -o traces/large/sessions-large.rep
	./rep gen mix --of strings,vectors,hash,graph --ops 4M \
	  -o traces/large/mix-large.rep
	./rep gen model --from traces/cc1.rep --ops 10M \
	  -o traces/large/model-large.rep

# ---- tests -----------------------------------------------------------------
# Each tests/test_NAME.c defines `Suite *NAME_suite(void)`; the runner's table
# is generated from the file names.
TEST_SRC := $(wildcard tests/test_*.c)
TEST_HELP_SRC := $(wildcard tests/broken/*.c tests/support/*.c)
SUITES := $(patsubst tests/test_%.c,%,$(TEST_SRC))

$(B)/suites.inc: FORCE
	$(call keep,$(foreach s,$(sort $(SUITES)),SUITE($(s))))

$(B)/tests/main.o: $(B)/suites.inc
$(B)/tests/%.o: EXTRA := -Wno-missing-prototypes

$(B)/run-tests: $(call obj,$(TEST_SRC) $(TEST_HELP_SRC) tests/main.c) \
                $(B)/libdriver.a $(B)/liballocator.a
	@echo '  LD $@'; $(CC) $(LTO) $(ALL_LDFLAGS) -o $@ $^ -lcheck -lsubunit -lrt $(LIBS)

# Programs that tests run as they are: no sanitizer, no call optimized away.
TEST_PROGRAMS := $(patsubst tests/%.c,$(B)/tests/%,$(wildcard tests/programs/*.c))

$(TEST_PROGRAMS): $(B)/tests/programs/%: tests/programs/%.c $(stamp)
	@mkdir -p $(@D)
	@echo '  LD $@'; $(CC) $(ALL_CFLAGS) -fno-builtin -fno-sanitize=all \
	  -fno-optimize-sibling-calls $(LDFLAGS) -o $@ $(filter %.c,$^) -lpthread

$(B)/tests/programs/misuse: $(wildcard tests/programs/misuse/*.c)

# Mallocs for mdriver -p.
TEST_LIBRARIES := $(patsubst tests/%.c,$(B)/tests/%.so,$(wildcard tests/libraries/*.c))

$(TEST_LIBRARIES): $(B)/tests/libraries/%.so: tests/libraries/%.c $(stamp)
	@mkdir -p $(@D)
	@echo '  LD $@'; $(CC) $(ALL_CFLAGS) -fno-builtin -fno-sanitize=all \
	  -fPIC -shared $(LDFLAGS) -o $@ $<

$(B)/tests/programs/static: tests/programs/allocations.c $(stamp)
	@mkdir -p $(@D)
	@echo '  LD $@'; $(CC) $(ALL_CFLAGS) -fno-builtin -fno-sanitize=all \
	  -static $(LDFLAGS) -o $@ $< -lpthread

check: all $(B)/run-tests $(TEST_PROGRAMS) $(TEST_LIBRARIES) \
       $(B)/tests/programs/static
	BUILD=$(B) $(B)/run-tests

# Real programs under the library, those that are installed; CASES='java git'.
.PHONY: check-large
check-large: all
	@BUILD=$(B) tests/large/run $(CASES)

# Everything at once under the library, for SECONDS; tests/programs/soak.c.
SECONDS ?= 3600
.PHONY: soak
soak: all $(TEST_PROGRAMS)
	LD_PRELOAD=$(B)/libmymalloc.so MALLOC_DECAY_MS=200 \
	  $(B)/tests/programs/soak $(SECONDS)

# The library's own code under the thread sanitizer: its sources and the soak
# program in one, by other names, since the sanitizer has a malloc of its own.
# (A library that is preloaded is never sanitized, see above.)
TSAN_SECONDS ?= 10
TSAN_SRC := $(filter-out allocator/preload/exports% %/leaks.c,$(PRELOAD_SRC)) \
            tests/programs/soak.c tests/tsan/leaks.c
TSAN_OBJ := $(patsubst %.c,build/tsan/check/%.o,$(TSAN_SRC) $(ALLOCATOR_SRC))

build/tsan/check/%.o: %.c $(stamp)
	@mkdir -p $(@D)
	@echo '  CC $< (tsan)'; $(CC) -std=c11 -D_GNU_SOURCE -I. -MMD -MP $(flags_tsan) \
	  $(CFLAGS) -fno-builtin -DARENA_FLOOR=0x7e9000000000 \
	  -DARENA_SHIFT=28 -DARENA_PLACES=8 -c $< -o $@

build/tsan/check/tests/programs/soak.o: CFLAGS += -include tests/tsan/renamed.h

build/tsan/soak: $(TSAN_OBJ)
	@echo '  LD $@'; $(CC) -fsanitize=thread -o $@ $^ -lpthread

# What the sanitizer notes grows for some seconds.  In the debug mode memory grows
# until the quarantine is full: 64 MiB, of which it keeps four and a half times as
# much besides.  It follows 64 locks at once, which fork takes: few arenas.
TSAN_MIB := 32
TSAN_DEBUG_MIB := 352
TSAN_RUN := TSAN_OPTIONS=halt_on_error=1 taskset -c 0,1 build/tsan/soak

.PHONY: check-tsan
check-tsan: build/tsan/soak
	MALLOC_DECAY_MS=50 $(TSAN_RUN) $(TSAN_SECONDS) $(TSAN_MIB)
	MALLOC_DEBUG=1 $(TSAN_RUN) $(TSAN_SECONDS) $(TSAN_DEBUG_MIB) \
	  2>$<.log || { grep -v '^\[BLOCK' $<.log; exit 1; }

# ---- benchmarks ------------------------------------------------------------
BENCH_SRC := $(wildcard tests/bench/bench_*.c)
BENCHES := $(patsubst tests/bench/%.c,$(B)/%,$(BENCH_SRC))

$(BENCHES): LTO := $(whole)
$(BENCHES): $(B)/%: $(B)/tests/bench/%.o $(B)/libdriver.a $(B)/liballocator.a
	@echo '  LD $@'; $(CC) $(LTO) $(ALL_LDFLAGS) -o $@ $^ $(LIBS)

bench: all $(BENCHES) $(TEST_PROGRAMS)
	@for b in $(BENCHES) tests/bench/fragmentation; do \
	  BUILD=$(B) $$b || exit 1; done
	@POLICIES=mymalloc,best-fit,dl tests/bench/twins
	@plots/draw-bench

# What the debug mode catches of planted mistakes, as a table.
.PHONY: misuse
misuse: all $(B)/misuse $(TEST_PROGRAMS)
	@BUILD=$(B) $(B)/misuse

$(B)/misuse: $(B)/tests/bench/misuse.o $(B)/tests/support/misuse.o
	@echo '  LD $@'; $(CC) $(ALL_LDFLAGS) -o $@ $^

# ---- pictures --------------------------------------------------------------
plots: all
	plots/draw

# ---- lint ------------------------------------------------------------------
C_FILES := $(wildcard allocator/*.[ch] allocator/*/*.[ch] allocator/*/*/*.[ch] \
             driver/*.[ch] driver/*/*.[ch] driver/*/*/*.[ch] tests/*.[ch] \
             tests/*/*.[ch])

lint: $(filter deps-dev,$(MAKECMDGOALS))
	@echo 'format'
	@clang-format --dry-run --Werror $(C_FILES)
	@echo 'include rules'
	@tests/lint/include-rules
	@echo 'headers alone'
	@tests/lint/headers-alone $(CC) -std=c11 -D_GNU_SOURCE $(WARNINGS) -I.
	@echo 'cppcheck'
	@cppcheck --quiet --std=c11 -D_GNU_SOURCE --error-exitcode=1 --inline-suppr -I. \
	  --enable=warning,portability --suppressions-list=tests/lint/cppcheck \
	  -j2 $(filter %.c,$(C_FILES))

# ---- fuzzing ---------------------------------------------------------------
# Needs clang's libFuzzer; FUZZ_SECONDS each.  FUZZ=trace chooses one target.
FUZZ_SECONDS ?= 60
FUZZ ?= *
FUZZ_SRC := $(wildcard tests/fuzz/fuzz_$(FUZZ).c)
FUZZERS := $(patsubst tests/fuzz/%.c,build/fuzz/%,$(FUZZ_SRC))
FUZZ_SANITIZERS := address,undefined
fuzz_obj = $(patsubst %.c,build/fuzz/obj/%.o,$(1))

build/fuzz/obj/%.o: %.c
	@mkdir -p $(@D)
	@echo '  CC $< (fuzz)'; clang -std=c11 -D_GNU_SOURCE -I. -O1 -g -MMD -MP \
	  -fsanitize=fuzzer-no-link,$(FUZZ_SANITIZERS) \
	  -fno-sanitize-recover=undefined -c $< -o $@

build/fuzz/libdriver.a: $(call fuzz_obj,$(ALLOCATOR_SRC) $(DRIVER_SRC) \
  $(CONVERT_SRC) tests/fuzz/promises.c)
	@rm -f $@; $(AR) rcs $@ $^

$(FUZZERS): build/fuzz/%: build/fuzz/obj/tests/fuzz/%.o build/fuzz/libdriver.a
	@echo '  LD $@'; clang -fsanitize=fuzzer,$(FUZZ_SANITIZERS) -o $@ $^ $(LIBS)

fuzz: $(FUZZERS)
	@for f in $(FUZZERS); do name=$$(basename $$f); \
	  mkdir -p build/fuzz/corpus/$$name; \
	  $$f -max_total_time=$(FUZZ_SECONDS) -verbosity=1 -print_final_stats=1 \
	    -artifact_prefix=build/fuzz/ build/fuzz/corpus/$$name $$(ls -d tests/fuzz/seeds/$$name \
	    2>/dev/null) || exit 1; done

# ---- install, clean --------------------------------------------------------
install: all
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/lib \
	  $(DESTDIR)$(PREFIX)/share/man/man1 \
	  $(DESTDIR)$(PREFIX)/share/man/man3 \
	  $(DESTDIR)$(PREFIX)/include
	install -m 644 allocator/include/allocator.h $(DESTDIR)$(PREFIX)/include
	install $(PROGRAMS) $(DESTDIR)$(PREFIX)/bin
	$(if $(strip $(SHARED)),install -m 644 $(SHARED) $(DESTDIR)$(PREFIX)/lib)
	install -m 644 $(wildcard driver/*.1) $(DESTDIR)$(PREFIX)/share/man/man1
	install -m 644 allocator/mymalloc.3 $(DESTDIR)$(PREFIX)/share/man/man3

clean:
	rm -rf build plots/out
	rm -f $(MAINS) libmymalloc.so

# ---- packages --------------------------------------------------------------
deps:
	@.ci/install-packages $(PACKAGES)

deps-dev:
	@.ci/install-packages $(PACKAGES) $(DEV_PACKAGES)

help:
	@echo 'make [MODE=release|debug|asan|tsan] [CC=clang]   build all'
	@echo 'make deps      install the Debian packages that are missing'
	@echo 'make deps-dev  the same for lint, fuzz and clang builds'
	@echo 'make run       ./mdriver -f traces/*.rep'
	@echo 'make check     build and run all tests'
	@echo 'make check-large  real programs, plain and under the library [CASES=]'
	@echo 'make soak      threads, forks and all else at once [SECONDS=3600]'
	@echo 'make check-tsan  the library under the thread sanitizer [TSAN_SECONDS=10]'
	@echo 'make bench     print the benchmark figures'
	@echo 'make misuse    print which mistakes the debug mode catches'
	@echo 'make traces    make the synthetic traces again'
	@echo 'make traces-large  record and generate large ones, in traces/large/'
	@echo 'make plots     pictures under plots/out/'
	@echo 'make lint      format, include rules, headers alone, cppcheck'
	@echo 'make fuzz      fuzz every parser [FUZZ_SECONDS=60] [FUZZ=trace]'
	@echo 'make install   [PREFIX=/usr/local] [DESTDIR=]'
	@echo 'make clean     remove all that was built'

FORCE:
-include $(shell find $(B) build/fuzz build/tsan/check -name '*.d' 2>/dev/null)
