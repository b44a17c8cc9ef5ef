/*
 * trace.h -- MALLOC_TRACE_FILE=x.rep: what mdriver replays, written while the
 * program runs.
 *
 *   #!rep 1                 the extended dialect of traces/README.md
 *                  12288    peak of live bytes, to whole pages
 *                   3141    ids
 *                   6120    operations
 *                      1
 *   a 0 512
 *   t 1                     another thread from here on
 *   f 0
 *   (blank lines)           until the process exits
 *
 * The file is mapped piece by piece, and its counts stay mapped: whatever ends
 * the process, what was written is there, and the trace is valid.  Pieces are
 * written with newlines before they are mapped, so that a full disk is told
 * and does not kill the program.  No descriptor stays open.  Ids are not used
 * twice.
 *
 * Not thread safe: under the lock of watch.c.
 */
#ifndef ALLOCATOR_PRELOAD_WATCH_TRACE_H
#define ALLOCATOR_PRELOAD_WATCH_TRACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "allocator/preload/watch/file.h"

/* Begins a trace; tells when the file cannot be written. */
void trace_open(const struct file_name *name);

/* In a child: forgets the parent's trace. */
void trace_forget(void);

/* Writes the last counts and cuts the file where the trace ends. */
void trace_close(uint64_t peak_bytes);

/* Each writes a line; new blocks get the id that is returned. */
uint64_t trace_malloc(size_t alignment, size_t size);
uint64_t trace_calloc(size_t size);
void trace_realloc(uint64_t id, size_t size);
void trace_free(uint64_t id);

#endif
