/*
 * events_map.c -- a mapping that grows with its file.
 */
#include "driver/record/events_map.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { BLOCK = 16384 }; /* slots that settle together */

static size_t file_bytes(const struct events_map *events)
{
    struct stat status;
    return fstat(events->fd, &status) == 0 ? (size_t)status.st_size : 0;
}

static int fail(struct events_map *events, int number)
{
    close(events->fd);
    errno = number;
    return -1;
}

/* populate: MAP_POPULATE, or 0. */
static int map(struct events_map *events, const char *path, int populate)
{
    events->fd = open(path, O_RDONLY | O_CLOEXEC);
    if (events->fd < 0)
        return -1;
    events->bytes = file_bytes(events);
    if (events->bytes < EVENTS_HEADER_BYTES)
        return fail(events, EINVAL);
    events->start = mmap(NULL, events->bytes, PROT_READ, MAP_SHARED | populate,
                         events->fd, 0);
    if (events->start == MAP_FAILED)
        return fail(events, errno);
    if (events_map_header(events)->magic == EVENTS_MAGIC)
        return 0;
    munmap(events->start, events->bytes);
    return fail(events, EINVAL);
}

/* The number of slots up to the last that was written. */
static uint64_t written_slots(const struct events_map *events)
{
    const uint64_t *slots = events_map_slots(events);
    uint64_t n = events_map_room(events);
    while (n > 0 && slots[n - 1] == 0)
        n--;
    return n;
}

int events_map_open(struct events_map *events, const char *path)
{
    *events = (struct events_map){.fd = -1};
    if (map(events, path, MAP_POPULATE) != 0)
        return -1;
    events->settled = written_slots(events);
    return 0;
}

int events_map_follow(struct events_map *events, const char *path,
                      const struct events_writer *writer)
{
    *events = (struct events_map){.fd = -1, .writer = writer};
    return map(events, path, 0);
}

/* Returns 0, or -1 with errno. */
static int catch_up(struct events_map *events)
{
    size_t bytes = file_bytes(events);
    if (bytes <= events->bytes)
        return 0;
    void *start = mremap(events->start, events->bytes, bytes, MREMAP_MAYMOVE);
    if (start == MAP_FAILED)
        return -1;
    events->start = start;
    events->bytes = bytes;
    return 0;
}

static bool is_stored(const uint64_t *slot)
{
    return __atomic_load_n(slot, __ATOMIC_ACQUIRE) != 0;
}

/* Whole blocks behind which another one is full, up to the first gap. */
static uint64_t settled_slots(const struct events_map *events)
{
    const uint64_t *slots = events_map_slots(events);
    uint64_t end = events->settled;
    while (end + 2 * BLOCK <= events_map_room(events) &&
           is_stored(&slots[end + 2 * BLOCK - 1]))
        end += BLOCK;
    for (uint64_t i = events->settled; i < end; i++)
        if (!is_stored(&slots[i]))
            return i;
    return end;
}

int events_map_wait(struct events_map *events)
{
    const struct events_writer *writer = events->writer;
    for (unsigned rests = 0;; rests++) {
        /* Asked before the look: what came last must not be missed. */
        bool going = writer != NULL && writer->is_going(writer->context);
        if (catch_up(events) != 0)
            return -1;
        uint64_t settled =
            going ? settled_slots(events) : written_slots(events);
        if (settled > events->settled) {
            events->settled = settled;
            return 1;
        }
        if (!going)
            return 0;
        writer->rest(writer->context, rests);
    }
}

void events_map_close(struct events_map *events)
{
    munmap(events->start, events->bytes);
    close(events->fd);
}
