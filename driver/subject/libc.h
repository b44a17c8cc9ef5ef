/*
 * libc.h -- the C library's malloc behind the policy contract.
 */
#ifndef DRIVER_SUBJECT_LIBC_H
#define DRIVER_SUBJECT_LIBC_H

#include <stddef.h>

#include "allocator/policy.h"

/* Ignores the heap; has no check and no walk. */
extern const struct policy libc_policy;

/* From here on libc_footprint leaves out what is in use now. */
void libc_begin(void);

/*
 * Bytes that malloc holds from the system (break and mappings) less what was
 * in use at libc_begin.  Cheap enough to call after each operation: the whole
 * statistics are read only when the break moved or a mapping may have come or
 * gone.
 */
size_t libc_footprint(void);

#endif
