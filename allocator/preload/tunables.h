/*
 * tunables.h -- glibc's own names for what this library can do as well.
 *
 *   variable                   in GLIBC_TUNABLES, after glibc.malloc.
 *   MALLOC_MMAP_THRESHOLD_     mmap_threshold   as MALLOC_MMAP_THRESHOLD
 *   MALLOC_TRIM_THRESHOLD_     trim_threshold   as MALLOC_TRIM_THRESHOLD
 *   MALLOC_ARENA_MAX           arena_max        arenas for threads
 *   MALLOC_PERTURB_            perturb          see perturb.h
 *
 * They are meant for another malloc: what it has besides (check, tcache_count,
 * top_pad, ...) is ignored in silence, and numbers out of bounds are moved to
 * the nearest.  This library's own names come after them.
 */
#ifndef ALLOCATOR_PRELOAD_TUNABLES_H
#define ALLOCATOR_PRELOAD_TUNABLES_H

/* Applies one "NAME=VALUE" of the environment to the settings. */
void tunables_use(const char *entry);

#endif
