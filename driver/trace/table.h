/*
 * table.h -- tables that grow to gigabytes.
 *
 * A table grows by half, so that the cost of an entry stays constant; large
 * ones ask the system for huge pages, which saves most of the page faults and
 * address translations of a first walk through fresh memory.
 */
#ifndef DRIVER_TRACE_TABLE_H
#define DRIVER_TRACE_TABLE_H

#include <stddef.h>

/* A room above least that follows from room by growth. */
size_t table_next_room(size_t room, size_t least);

/*
 * As reallocarray: room entries of unit bytes, the old ones kept, the rest
 * undefined.  Returns NULL with errno ENOMEM; the old table then stays.
 */
void *table_resize(void *table, size_t room, size_t unit);

#endif
