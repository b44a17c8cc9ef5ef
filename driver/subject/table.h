/*
 * table.h -- memory for the harness's own tables, not taken from malloc.
 *
 * The C library under test is the one that the harness runs on.  A large table
 * from malloc would be mapped, and freeing it would raise the threshold above
 * which glibc maps blocks; a small one would leave a hole.  Either changes
 * what is measured next.
 */
#ifndef DRIVER_SUBJECT_TABLE_H
#define DRIVER_SUBJECT_TABLE_H

#include <stddef.h>

/* n zeroed items, at least one page; NULL with errno where memory lacks. */
void *table_open(size_t n, size_t item_bytes);

/* Gives back what table_open(n, item_bytes) returned; table may be NULL. */
void table_close(void *table, size_t n, size_t item_bytes);

#endif
