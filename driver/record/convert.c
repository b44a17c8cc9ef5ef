/*
 * convert.c -- one pass over the events in the order of their tickets.
 *
 * A block whose realloc is under way is in neither place: EVENT_MOVE takes it
 * out of the map of addresses, EVENT_MOVED puts it back where it went.  In
 * between it waits in a short list (never longer than there are threads),
 * known by the ticket of its EVENT_MOVE.
 */
#include "driver/record/convert.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "driver/record/address_map.h"
#include "driver/trace/build.h"

enum { N_THREAD_NUMBERS = 1 << 16 };

struct moving {
    uint64_t ticket;
    uint64_t address;
    uint32_t slot; /* ADDRESS_MAP_NONE: the block is not known */
};

struct converter {
    const struct convert_options *options;
    struct convert_report *report;
    struct trace_builder builder;
    struct address_map live;
    uint32_t n_ids;
    struct moving *moving;
    size_t n_moving;
    size_t moving_room;
    size_t samples_room;
    uint16_t thread_of[N_THREAD_NUMBERS]; /* plus 1; 0: not seen yet */
};

/* An array that has room for one more; NULL without memory. */
static void *with_room(void *array, size_t used, size_t *room, size_t bytes)
{
    if (used < *room)
        return array;
    size_t more = *room + *room / 2 + 16;
    void *larger = reallocarray(array, more, bytes);
    if (larger != NULL)
        *room = more;
    return larger;
}

/* Threads are numbered from 0 as they appear. */
static uint16_t thread_of(struct converter *converter, uint64_t what)
{
    uint16_t *thread = &converter->thread_of[event_thread(what)];
    if (*thread == 0)
        *thread = (uint16_t)++converter->report->threads;
    return converter->options->dialect == CONVERT_EXTENDED
               ? (uint16_t)(*thread - 1)
               : 0;
}

static void append(struct converter *converter, struct op op, uint64_t what)
{
    op.thread = thread_of(converter, what);
    if (converter->options->dialect == CONVERT_CLASSIC) {
        if (op.kind != OP_FREE && op.kind != OP_REALLOC)
            op.kind = OP_ALLOC;
        if (op.kind != OP_FREE && op.size == 0)
            op.size = 1;
        op.align_log2 = 0;
    }
    build_append(&converter->builder, op);
}

static void append_free(struct converter *converter, uint32_t slot,
                        uint64_t what)
{
    append(converter, (struct op){.kind = OP_FREE, .id = slot}, what);
}

/* A block is now at this address. */
static int settle(struct converter *converter, uint64_t what, uint32_t slot)
{
    uint64_t address = event_address(what);
    uint32_t stale = address_map_take(&converter->live, address);
    if (stale != ADDRESS_MAP_NONE) {
        append_free(converter, stale, what);
        converter->report->unseen_frees++;
    }
    return address_map_add(&converter->live, address, slot);
}

static enum op_kind op_kind_of(enum event_kind kind)
{
    switch (kind) {
    case EVENT_CALLOC: return OP_CALLOC;
    case EVENT_MEMALIGN: return OP_MEMALIGN;
    default: return OP_ALLOC;
    }
}

static int convert_allocation(struct converter *converter,
                              const struct event *event)
{
    uint64_t size = event->size & EVENT_NUMBER_MASK;
    if (converter->n_ids == ADDRESS_MAP_NONE - 1) {
        errno = EOVERFLOW;
        return -1;
    }
    uint32_t slot = converter->n_ids++;
    converter->report->empty_blocks += size == 0;
    if (settle(converter, event->what, slot) != 0)
        return -1;
    append(converter,
           (struct op){
               .kind = (uint8_t)op_kind_of(event_kind(event->what)),
               .id = slot,
               .size = size,
               .align_log2 = (uint8_t)(event->size >> EVENT_NUMBER_BITS),
           },
           event->what);
    return 0;
}

static void convert_release(struct converter *converter,
                            const struct event *event)
{
    uint32_t slot =
        address_map_take(&converter->live, event_address(event->what));
    if (slot == ADDRESS_MAP_NONE)
        converter->report->unknown_frees++;
    else
        append_free(converter, slot, event->what);
}

static int convert_move(struct converter *converter, const struct event *event,
                        uint64_t ticket)
{
    struct moving *moving = with_room(converter->moving, converter->n_moving,
                                      &converter->moving_room, sizeof *moving);
    if (moving == NULL)
        return -1;
    converter->moving = moving;
    uint64_t address = event_address(event->what);
    moving[converter->n_moving++] = (struct moving){
        ticket, address, address_map_take(&converter->live, address)};
    return 0;
}

/* The move that began with this ticket; it waits no longer. */
static struct moving take_moving(struct converter *converter, uint64_t ticket)
{
    for (size_t i = converter->n_moving; i-- > 0;) {
        struct moving found = converter->moving[i];
        if (found.ticket == ticket) {
            converter->moving[i] = converter->moving[--converter->n_moving];
            return found;
        }
    }
    return (struct moving){.slot = ADDRESS_MAP_NONE};
}

/* events[0] is the EVENT_MOVED, events[1] its EVENT_MOVED_BY. */
static int convert_moved(struct converter *converter,
                         const struct event *events)
{
    struct moving moving = take_moving(converter, events[1].size);
    if (event_address(events[0].what) == 0) /* failed: all is as before */
        return moving.slot == ADDRESS_MAP_NONE
                   ? 0
                   : settle(converter,
                            event_what(EVENT_NONE, moving.address,
                                       event_thread(events[0].what)),
                            moving.slot);
    if (moving.slot == ADDRESS_MAP_NONE) {
        converter->report->unknown_moves++;
        return convert_allocation(converter, &events[0]);
    }
    if (settle(converter, events[0].what, moving.slot) != 0)
        return -1;
    append(converter,
           (struct op){
               .kind = OP_REALLOC,
               .id = moving.slot,
               .size = events[0].size,
           },
           events[0].what);
    return 0;
}

static int convert_sample(struct converter *converter,
                          const struct event *events)
{
    struct convert_report *report = converter->report;
    struct convert_sample *samples =
        with_room(report->samples, report->n_samples, &converter->samples_room,
                  sizeof *samples);
    if (samples == NULL)
        return -1;
    report->samples = samples;
    samples[report->n_samples++] = (struct convert_sample){
        .op = converter->builder.n_ops,
        .live_blocks = event_address(events[0].what) >> 4,
        .live_bytes = events[0].size,
        .live_empty = events[1].size,
    };
    return 0;
}

/* Has the second slot of an event of two been written, too? */
static int is_pair(const struct event *events, uint64_t left,
                   enum event_kind second)
{
    return left > 1 && event_kind(events[1].what) == second;
}

static int convert_event(struct converter *converter,
                         const struct event *events, uint64_t ticket,
                         uint64_t left)
{
    switch (event_kind(events[0].what)) {
    case EVENT_MALLOC:
    case EVENT_CALLOC:
    case EVENT_MEMALIGN: return convert_allocation(converter, events);
    case EVENT_FREE: convert_release(converter, events); return 0;
    case EVENT_MOVE: return convert_move(converter, events, ticket);
    case EVENT_MOVED:
        if (is_pair(events, left, EVENT_MOVED_BY))
            return convert_moved(converter, events);
        break;
    case EVENT_SAMPLE:
        if (is_pair(events, left, EVENT_SAMPLE_EMPTY))
            return convert_sample(converter, events);
        break;
    default: break; /* second slots were read with the first */
    }
    return 0;
}

/* The number of slots up to the last that was written. */
static uint64_t trim(const struct event *events, uint64_t n)
{
    while (n > 0 && events[n - 1].what == 0)
        n--;
    return n;
}

/* One event may make two operations, the second always of a new block. */
static void cut(struct converter *converter, uint64_t most)
{
    struct trace_builder *builder = &converter->builder;
    if (builder->n_ops > most) {
        builder->n_ops = most;
        builder->n_ids--;
    }
    converter->report->stop = EVENTS_LIMIT;
}

static int convert_all(struct converter *converter, const struct event *events,
                       uint64_t n)
{
    uint64_t most = converter->options->max_ops;
    for (uint64_t i = 0; i < n; i++) {
        if (most != 0 && converter->builder.n_ops >= most) {
            cut(converter, most);
            return 0;
        }
        converter->report->events++;
        if (events[i].what == 0)
            converter->report->holes++;
        else if (convert_event(converter, events + i, i, n - i) != 0)
            return -1;
    }
    return 0;
}

static void read_header(const struct events_header *header,
                        struct convert_report *report)
{
    report->pid = header->pid;
    report->parent_pid = header->parent_pid;
    report->stop = (enum events_stop)header->stop;
    report->stop_errno = (int)header->stop_errno;
    memcpy(report->command, header->command, sizeof report->command);
    report->command[sizeof report->command - 1] = '\0';
}

static int convert_mapped(const void *map, size_t bytes, const char *name,
                          const struct convert_options *options,
                          struct trace *trace, struct convert_report *report)
{
    const struct events_header *header = map;
    const struct event *events =
        (const struct event *)((const char *)map + EVENTS_HEADER_BYTES);
    struct converter *converter = calloc(1, sizeof *converter);
    if (converter == NULL)
        return -1;
    converter->options = options;
    converter->report = report;
    read_header(header, report);
    uint64_t n = (bytes - EVENTS_HEADER_BYTES) / sizeof(struct event);
    int result = convert_all(converter, events, trim(events, n));
    if (result == 0)
        result = build_finish(&converter->builder, name, trace);
    int error = errno;
    build_discard(&converter->builder);
    address_map_free(&converter->live);
    free(converter->moving);
    free(converter);
    errno = error;
    return result;
}

static int is_event_file(const void *map, size_t bytes)
{
    const struct events_header *header = map;
    return bytes >= EVENTS_HEADER_BYTES && header->magic == EVENTS_MAGIC;
}

int convert_events(const char *path, const char *name,
                   const struct convert_options *options, struct trace *trace,
                   struct convert_report *report)
{
    memset(report, 0, sizeof *report);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return -1;
    struct stat status;
    size_t bytes = fstat(fd, &status) == 0 ? (size_t)status.st_size : 0;
    void *map = bytes == 0 ? MAP_FAILED
                           : mmap(NULL, bytes, PROT_READ, MAP_SHARED, fd, 0);
    close(fd);
    if (map == MAP_FAILED) {
        errno = EINVAL;
        return -1;
    }
    int result = -1;
    int error = EINVAL;
    if (is_event_file(map, bytes)) {
        madvise(map, bytes, MADV_SEQUENTIAL);
        result = convert_mapped(map, bytes, name, options, trace, report);
        error = errno;
    }
    munmap(map, bytes);
    if (result != 0)
        convert_report_free(report);
    errno = error;
    return result;
}

void convert_report_free(struct convert_report *report)
{
    free(report->samples);
    report->samples = NULL;
    report->n_samples = 0;
}
