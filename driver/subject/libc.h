/*
 * libc.h -- the C library's malloc behind the policy contract.
 */
#ifndef DRIVER_SUBJECT_LIBC_H
#define DRIVER_SUBJECT_LIBC_H

#include <stddef.h>

#include "allocator/policy.h"

/* Ignores the heap; has no check and no walk. */
extern const struct policy libc_policy;

/* The same, and keeps account of the blocks that are mappings. */
extern const struct policy libc_counting_policy;

/*
 * Begins a session: as far as can be, malloc's heap is made to look like that
 * of a fresh process (see libc_count.c), and libc_footprint counts from here.
 */
void libc_begin(void);

/*
 * Bytes that malloc holds from the system (break and mappings) beyond what
 * was in use at libc_begin.  Takes a few nanoseconds.  Right only where all
 * calls since then went through libc_counting_policy.
 */
size_t libc_footprint(void);

/* Ends the session: gives back what libc_begin took. */
void libc_end(void);

#endif
