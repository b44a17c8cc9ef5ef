/*
 * maps.h -- what is mapped where, without malloc.
 *
 * Source: proc(5), /proc/PID/maps.
 */
#ifndef ALLOCATOR_PRELOAD_DEBUG_MAPS_H
#define ALLOCATOR_PRELOAD_DEBUG_MAPS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct mapping {
    uintptr_t start, end;
    bool readable, writable, executable, is_private;
    uintptr_t base; /* where the same file was mapped first */
    char path[512]; /* a file, or a name such as [stack]; or empty */
};

/* Called for each mapping in the order of addresses; false ends it. */
typedef bool maps_visit_fn(void *context, const struct mapping *mapping);

/* false: there is no such file, or no descriptor for it. */
bool maps_visit(maps_visit_fn *visit, void *context);

/* The mapping an address lies in; false: none does. */
bool maps_find(const void *address, struct mapping *found);

/* The name behind the last slash. */
const char *maps_name(const struct mapping *mapping);

#endif
