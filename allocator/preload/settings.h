/*
 * settings.h -- what the environment and mallopt choose.
 *
 *   MALLOC_POLICY=NAME[:OPTIONS]   any registered policy
 *   MALLOC_MMAP_THRESHOLD=BYTES    from there on a block is its own mapping
 *   MALLOC_TRIM_THRESHOLD=BYTES    what is worth giving back at the top
 *   MALLOC_DECAY_MS=MILLISECONDS   how long free pages are kept (release.h)
 *   MALLOC_STATS=1                 a table of figures at exit
 *   MALLOC_TRACE_FILE=NAME         every call, as mdriver replays it
 *   MALLOC_PROFILE=NAME            where memory is allocated, by samples
 *   MALLOC_PROFILE_BYTES=BYTES     mean distance of samples
 *   MALLOC_DEBUG=1|guard|...       finds misuse (debug/debug.h)
 *   MALLOC_DEBUG_SEED=NUMBER       its reports do not depend on addresses
 *   NO_COLOR=anything              as no-color.org says
 *
 * A wrong value is told once on standard error and ignored.  What glibc calls
 * some of them is understood as well (tunables.h).
 */
#ifndef ALLOCATOR_PRELOAD_SETTINGS_H
#define ALLOCATOR_PRELOAD_SETTINGS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "allocator/preload/watch/file.h"
#include "allocator/registry.h"

#define SETTINGS_THRESHOLD_LEAST ((size_t)4096)
#define SETTINGS_THRESHOLD_MOST  ((size_t)32 << 20)
#define SETTINGS_THRESHOLD       ((size_t)128 << 10)

#define SETTINGS_TRIM_THRESHOLD ((size_t)128 << 10)
#define SETTINGS_TRIM_MOST      ((size_t)1 << 40)
#define SETTINGS_TRIM_NEVER     SIZE_MAX
#define SETTINGS_DECAY_MS       ((size_t)1000)
#define SETTINGS_DECAY_MS_MOST  ((size_t)1 << 31)

#define SETTINGS_PROFILE_BYTES      ((size_t)512 << 10)
#define SETTINGS_PROFILE_BYTES_MOST ((size_t)1 << 40)

enum settings_debug {
    DEBUG_OFF,
    DEBUG_BYTES,       /* guard bytes */
    DEBUG_PAGES,       /* a page that faults behind each block */
    DEBUG_PAGES_EXACT, /* the same, closer */
    DEBUG_PAGES_ODD,   /* right behind it, with no regard to alignment */
    DEBUG_PAGES_BELOW  /* before each block */
};

struct settings {
    struct policy_choice choice;
    atomic_size_t mmap_threshold_bytes;
    atomic_size_t trim_threshold_bytes; /* SETTINGS_TRIM_NEVER: keeps all */
    size_t decay_ms;
    atomic_uint arenas_most; /* for threads; 0: as many as there are */
    unsigned char perturb;   /* what freed blocks are filled with; 0: nothing */
    bool stats;
    size_t profile_bytes;
    enum settings_debug debug;
    bool seeded;
    uint64_t seed;
    bool no_colour;
    struct file_name trace_file; /* last: pages that few programs touch */
    struct file_name profile;
};

extern struct settings settings;

/* Reads the environment.  Works before the C library is initialised. */
void settings_read(void);

/* Changes the names of files to those that other processes are to use. */
void settings_pass_on(void);

#endif
