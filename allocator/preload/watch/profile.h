/*
 * profile.h -- MALLOC_PROFILE=FILE: where memory is allocated, by samples.
 *
 * Each byte that is asked for is a sample with probability 1 in
 * MALLOC_PROFILE_BYTES (512 KiB by default), independently; the block that it
 * lies in is noted with its call stack.  So the distance to the next sample is
 * exponential, and each thread counts down to it: what is no sample costs a
 * subtraction.  A block of s bytes is noted with probability 1 - exp(-s/R),
 * which the reader of the profile divides by.
 *
 * At exit two files are written: FILE for jeprof and pprof, FILE.txt with the
 * sites that asked for most.
 *
 * Source: the sampling and the text format of gperftools' heap profiler
 * (heap_v2), which jemalloc shares.
 */
#ifndef ALLOCATOR_PRELOAD_WATCH_PROFILE_H
#define ALLOCATOR_PRELOAD_WATCH_PROFILE_H

#include "allocator/preload/onlooker.h"

/* The onlooker that does nothing else. */
extern const struct onlooker profile;

/* Begins; when the library starts, and in a child. */
void profile_open(void);

/* A block was handed out, or is about to be freed. */
void profile_add(const void *payload, size_t size);
void profile_remove(const void *payload);

/* Writes the files; tells when that fails. */
void profile_close(void);

/* Around fork. */
void profile_lock(void);
void profile_unlock(void);
void profile_reset_lock(void);

#endif
