/*
 * events_map.h -- an event file in memory, complete or while it grows.
 *
 *     | header | settled slots           | may still change | not there yet |
 *                                        ^ settled          ^ the file's end
 *
 * What a running process has written for certain is known without asking it:
 * slots are drawn in order and each is stored before the thread does anything
 * else, so that one far enough ahead tells that those before it are there, but
 * for threads that were interrupted between the two; for them one waits.  The
 * distance keeps reader and writer out of each other's cache lines.
 */
#ifndef DRIVER_RECORD_EVENTS_MAP_H
#define DRIVER_RECORD_EVENTS_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "driver/record/events.h"

/* A process that may still write, as whoever follows it knows it. */
struct events_writer {
    bool (*is_going)(void *context);
    void (*rest)(void *context, unsigned times); /* in a row, from 0 */
    void *context;
};

struct events_map {
    int fd;
    void *start;
    size_t bytes;
    uint64_t settled;                   /* slots that can be read */
    const struct events_writer *writer; /* NULL: there is none any more */
};

/*
 * Opens the file of a process image that has ended.  Returns 0, or -1 with
 * errno; EINVAL: not an event file.
 */
int events_map_open(struct events_map *events, const char *path);

/*
 * Opens the file of one that still runs: nothing is settled yet.  Returns as
 * events_map_open.
 */
int events_map_follow(struct events_map *events, const char *path,
                      const struct events_writer *writer);

/*
 * Waits for further settled slots.  Returns 1 when there are, 0 at the end, or
 * -1 with errno.
 */
int events_map_wait(struct events_map *events);

void events_map_close(struct events_map *events);

static inline const struct events_header *events_map_header(
    const struct events_map *events)
{
    return events->start;
}

static inline const uint64_t *events_map_slots(const struct events_map *events)
{
    return (const uint64_t *)((const char *)events->start +
                              EVENTS_HEADER_BYTES);
}

/* Slots that the file has room for, settled or not. */
static inline uint64_t events_map_room(const struct events_map *events)
{
    return (events->bytes - EVENTS_HEADER_BYTES) / sizeof(uint64_t);
}

#endif
