/*
 * watch.h -- the onlooker that keeps books: who asked for what.
 *
 *   MALLOC_STATS=1           every call is counted; a table at exit (tally.h)
 *   MALLOC_TRACE_FILE=NAME   every call is a line of a trace (trace.h)
 *
 *   MALLOC_PROFILE=NAME      some blocks are noted with their callers
 *                            (profile.h); alone, it needs no lock for that
 *
 * All calls then take one lock, so the order in which they are written down
 * is the order in which they happened.
 */
#ifndef ALLOCATOR_PRELOAD_WATCH_WATCH_H
#define ALLOCATOR_PRELOAD_WATCH_WATCH_H

#include "allocator/preload/onlooker.h"

extern const struct onlooker watch;

/* Opens what it writes; when the library starts. */
void watch_open(void);

/* Writes all that is told at the end, the profile too. */
void watch_close(void);

/* Around fork, outermost; in the child locks are reset instead. */
void watch_lock(void);
void watch_unlock(void);
void watch_reset_locks(void);

/* The child has a trace of its own. */
void watch_begin_child(void);

#endif
