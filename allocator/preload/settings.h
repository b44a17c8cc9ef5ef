/*
 * settings.h -- what the environment and mallopt choose.
 *
 *   MALLOC_POLICY=NAME[:OPTIONS]   any registered policy
 *   MALLOC_MMAP_THRESHOLD=BYTES    from there on a block is its own mapping
 *   MALLOC_STATS=1                 a table of figures at exit
 *   MALLOC_TRACE_FILE=NAME         every call, as mdriver replays it
 *
 * A wrong value is told once on standard error and ignored.
 */
#ifndef ALLOCATOR_PRELOAD_SETTINGS_H
#define ALLOCATOR_PRELOAD_SETTINGS_H

#include <stdatomic.h>
#include <stdbool.h>

#include "allocator/preload/watch/file.h"
#include "allocator/registry.h"

#define SETTINGS_THRESHOLD_LEAST ((size_t)4096)
#define SETTINGS_THRESHOLD_MOST  ((size_t)32 << 20)
#define SETTINGS_THRESHOLD       ((size_t)128 << 10)

struct settings {
    struct policy_choice choice;
    atomic_size_t mmap_threshold_bytes;
    bool stats;
    struct file_name trace_file;
};

extern struct settings settings;

/* Reads the environment.  Works before the C library is initialised. */
void settings_read(void);

/* Changes the names of files to those that other processes are to use. */
void settings_pass_on(void);

#endif
