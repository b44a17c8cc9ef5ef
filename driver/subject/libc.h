/*
 * libc.h -- the C library's malloc behind the policy contract.
 */
#ifndef DRIVER_SUBJECT_LIBC_H
#define DRIVER_SUBJECT_LIBC_H

#include <stddef.h>

#include "allocator/policy.h"

/* Ignores the heap; has no check and no walk. */
extern const struct policy libc_policy;

/*
 * Begins a session: as far as can be, malloc's heap is made to look like that
 * of a fresh process (see libc.c), and libc_footprint counts from here.
 */
void libc_begin(void);

/*
 * Bytes that malloc holds from the system (break and mappings) beyond what it
 * held at libc_begin.  largest_bytes is that of the largest block that came or
 * went since the last call: below the smallest mapping threshold only the
 * break can have moved, and the call costs a few nanoseconds; SIZE_MAX reads
 * the whole statistics.
 */
size_t libc_footprint(size_t largest_bytes);

/* Ends the session: gives back what libc_begin took. */
void libc_end(void);

#endif
