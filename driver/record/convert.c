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
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "driver/trace/address_builder.h"

enum { N_THREAD_NUMBERS = 1 << 15 };

struct moving {
    uint64_t ticket;
    uint64_t first; /* slot of the EVENT_MOVE */
    uint32_t block; /* ADDRESS_MAP_NONE: it is not known */
};

struct converter {
    const struct convert_options *options;
    struct convert_report *report;
    struct address_builder builder;
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

/* Threads are numbered from 0 as they appear; classic has none. */
static uint16_t thread_of(struct converter *converter, uint64_t first)
{
    if (converter->options->dialect != DIALECT_EXTENDED)
        return 0;
    uint16_t *thread = &converter->thread_of[event_detail(first)];
    if (*thread == 0)
        *thread = (uint16_t)++converter->report->threads;
    return (uint16_t)(*thread - 1);
}

/* ---- one function for each kind of event ----------------------------------
 */

static enum op_kind op_kind_of(enum event_kind kind)
{
    switch (kind) {
    case EVENT_CALLOC: return OP_CALLOC;
    case EVENT_MEMALIGN: return OP_MEMALIGN;
    default: return OP_ALLOC;
    }
}

static int convert_allocation(struct converter *converter, uint64_t first,
                              uint64_t number)
{
    struct op op = {
        .kind = (uint8_t)op_kind_of(event_kind(first)),
        .size = number & EVENT_SIZE_MASK,
        .align_log2 = (uint8_t)(number >> EVENT_SIZE_BITS & 63),
        .thread = thread_of(converter, first),
    };
    return address_builder_alloc(&converter->builder, event_address(first), op);
}

static void convert_free(struct converter *converter, uint64_t first)
{
    address_builder_free(&converter->builder, event_address(first),
                         thread_of(converter, first));
}

static int convert_move(struct converter *converter, uint64_t first,
                        uint64_t ticket)
{
    struct moving *moving = with_room(converter->moving, converter->n_moving,
                                      &converter->moving_room, sizeof *moving);
    if (moving == NULL)
        return -1;
    converter->moving = moving;
    moving[converter->n_moving++] = (struct moving){
        .ticket = ticket,
        .first = first,
        .block =
            address_builder_lift(&converter->builder, event_address(first)),
    };
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
    return (struct moving){.block = ADDRESS_MAP_NONE};
}

static int convert_moved(struct converter *converter, uint64_t first,
                         uint64_t size, uint64_t ticket)
{
    struct moving moving = take_moving(converter, ticket);
    struct address_builder *builder = &converter->builder;
    uint64_t address = event_address(first);
    if (address == 0) /* it failed */
        return address_builder_put_back(builder, moving.block,
                                        event_address(moving.first),
                                        thread_of(converter, moving.first));
    return address_builder_land(builder, moving.block, address, size,
                                thread_of(converter, first));
}

static int convert_sample(struct converter *converter,
                          const uint64_t numbers[3])
{
    struct convert_report *report = converter->report;
    struct convert_sample *samples =
        with_room(report->samples, report->n_samples, &converter->samples_room,
                  sizeof *samples);
    if (samples == NULL)
        return -1;
    report->samples = samples;
    samples[report->n_samples++] = (struct convert_sample){
        .op = converter->builder.built.n_ops,
        .live_blocks = numbers[0],
        .live_bytes = numbers[1],
        .live_empty = numbers[2],
    };
    return 0;
}

/* ---- all events -----------------------------------------------------------
 */

enum { MAX_NUMBERS = 3 };

static unsigned numbers_of(enum event_kind kind)
{
    switch (kind) {
    case EVENT_MALLOC:
    case EVENT_CALLOC:
    case EVENT_MEMALIGN: return 1;
    case EVENT_MOVED: return 2;
    case EVENT_SAMPLE: return 3;
    default: return 0;
    }
}

/* Reads the numbers behind a first slot; false where one is missing. */
static bool read_numbers(const uint64_t *slots, uint64_t left, unsigned n,
                         uint64_t numbers[MAX_NUMBERS])
{
    if (left <= n)
        return false;
    for (unsigned i = 0; i < n; i++) {
        if (event_kind(slots[1 + i]) != EVENT_NUMBER)
            return false;
        numbers[i] = event_value(slots[1 + i]);
    }
    return true;
}

/* The event at a ticket, of which left slots follow, its own included. */
static int convert_event(struct converter *converter, const uint64_t *slots,
                         uint64_t ticket, uint64_t left)
{
    uint64_t numbers[MAX_NUMBERS] = {0};
    uint64_t first = slots[0];
    enum event_kind kind = event_kind(first);
    if (kind == EVENT_NUMBER)
        return 0; /* was read with its first slot */
    if (kind == EVENT_NONE ||
        !read_numbers(slots, left, numbers_of(kind), numbers)) {
        converter->report->holes++;
        return 0;
    }
    converter->report->events++;
    switch (kind) {
    case EVENT_SMALL:
        return convert_allocation(converter, first, event_detail(first));
    case EVENT_MALLOC:
    case EVENT_CALLOC:
    case EVENT_MEMALIGN:
        return convert_allocation(converter, first, numbers[0]);
    case EVENT_FREE: convert_free(converter, first); return 0;
    case EVENT_MOVE: return convert_move(converter, first, ticket);
    case EVENT_MOVED:
        return convert_moved(converter, first, numbers[0], numbers[1]);
    case EVENT_SAMPLE: return convert_sample(converter, numbers);
    default: return 0;
    }
}

/* The number of slots up to the last that was written. */
static uint64_t trim(const uint64_t *slots, uint64_t n)
{
    while (n > 0 && slots[n - 1] == 0)
        n--;
    return n;
}

/* One event may make two operations, the second always of a new block. */
static void cut(struct converter *converter, uint64_t most)
{
    struct trace_builder *builder = &converter->builder.built;
    if (builder->n_ops > most) {
        builder->n_ops = most;
        builder->n_ids--;
    }
    converter->report->stop = EVENTS_LIMIT;
}

static int convert_all(struct converter *converter, const uint64_t *slots,
                       uint64_t n)
{
    uint64_t most = converter->options->max_ops;
    for (uint64_t i = 0; i < n; i++) {
        if (most != 0 && converter->builder.built.n_ops >= most) {
            cut(converter, most);
            return 0;
        }
        if (convert_event(converter, slots + i, i, n - i) != 0)
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
    report->unwitnessed = header->unwitnessed;
    memcpy(report->command, header->command, sizeof report->command);
    report->command[sizeof report->command - 1] = '\0';
}

static int convert_mapped(const void *map, size_t bytes, const char *name,
                          const struct convert_options *options,
                          struct trace *trace, struct convert_report *report)
{
    const struct events_header *header = map;
    const uint64_t *slots =
        (const uint64_t *)((const char *)map + EVENTS_HEADER_BYTES);
    struct converter *converter = calloc(1, sizeof *converter);
    if (converter == NULL)
        return -1;
    converter->options = options;
    converter->builder.dialect = options->dialect;
    converter->report = report;
    read_header(header, report);
    uint64_t n = (bytes - EVENTS_HEADER_BYTES) / sizeof *slots;
    int result = convert_all(converter, slots, trim(slots, n));
    if (result == 0)
        result = address_builder_finish(&converter->builder, name, trace);
    int error = errno;
    address_builder_discard(&converter->builder);
    report->odd = converter->builder.odd;
    free(converter->moving);
    free(converter);
    errno = error;
    return result;
}

static bool is_event_file(const void *map, size_t bytes)
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
