/*
 * libc.h -- the C library's malloc behind the policy contract.
 */
#ifndef DRIVER_SUBJECT_LIBC_H
#define DRIVER_SUBJECT_LIBC_H

#include "allocator/policy.h"
#include "driver/subject/subject.h"

/* Ignores the heap; has no check and no walk. */
extern const struct policy libc_policy;

/*
 * At begin malloc's heap is made to look like that of a fresh process, as far
 * as can be (see libc_count.c); the footprint takes a few nanoseconds.
 */
extern const struct foreign libc_foreign;

#endif
