/*
 * resident.h -- how much memory of its own this process really has.
 */
#ifndef DRIVER_SUBJECT_RESIDENT_H
#define DRIVER_SUBJECT_RESIDENT_H

#include <stddef.h>

/* Counts from here: what the process has now is not counted. */
void resident_begin(void);

/*
 * Bytes of memory that the process has come to hold since resident_begin: its
 * own pages, whoever touched them, but no file's.  0 where the system does not
 * tell.  Exact when more was touched than ever before by some 0.4 %, and
 * between such moments at most that much too large or too small; less than a
 * microsecond where nothing was touched.
 */
size_t resident_bytes(void);

#endif
