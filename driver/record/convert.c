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
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "driver/trace/address_builder.h"

enum { N_THREAD_NUMBERS = 1 << 15 };

struct moving {
    uint64_t ticket;
    uint64_t first; /* slot of the EVENT_MOVE */
    uint32_t block; /* ADDRESS_MAP_NONE: it is not known */
};

struct converter {
    const struct convert_options *options;
    struct events_map *events;
    struct trace_stream *stream;
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

/* ---- one function for each kind of event --------------------------------- */

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
        .op = converter->stream->n_ops,
        .live_blocks = numbers[0],
        .live_bytes = numbers[1],
        .live_empty = numbers[2],
    };
    return 0;
}

/* ---- all events ---------------------------------------------------------- */

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
        return 0;              /* was read with its first slot */
    if (kind == EVENT_SMALL) { /* nearly all events are this or the next */
        converter->report->events++;
        return convert_allocation(converter, first, event_detail(first));
    }
    if (kind == EVENT_FREE) {
        converter->report->events++;
        convert_free(converter, first);
        return 0;
    }
    if (kind == EVENT_NONE ||
        !read_numbers(slots, left, numbers_of(kind), numbers)) {
        converter->report->holes++;
        return 0;
    }
    converter->report->events++;
    switch (kind) {
    case EVENT_MALLOC:
    case EVENT_CALLOC:
    case EVENT_MEMALIGN:
        return convert_allocation(converter, first, numbers[0]);
    case EVENT_MOVE: return convert_move(converter, first, ticket);
    case EVENT_MOVED:
        return convert_moved(converter, first, numbers[0], numbers[1]);
    case EVENT_SAMPLE: return convert_sample(converter, numbers);
    default: return 0;
    }
}

/* Asks for the address of an event that comes soon; any number else. */
enum { LOOK_AHEAD = 12 };

/* The settled slots from one on.  Returns 0, or -1 with errno. */
static int convert_settled(struct converter *converter, uint64_t from)
{
    const struct events_map *events = converter->events;
    const uint64_t *slots = events_map_slots(events);
    uint64_t room = events_map_room(events);
    for (uint64_t i = from; i < events->settled; i++) {
        if (trace_stream_is_full(converter->stream))
            return 0;
        if (i + LOOK_AHEAD < room)
            address_builder_ask(&converter->builder,
                                event_address(slots[i + LOOK_AHEAD]));
        if (convert_event(converter, slots + i, i, room - i) != 0)
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

/* All slots as they settle; the header last, which says how it ended. */
static int convert_all(struct converter *converter)
{
    struct events_map *events = converter->events;
    uint64_t done = 0;
    int more = 1;
    while (more > 0) { /* beyond a limit, too: it tells how it ended */
        if (convert_settled(converter, done) != 0)
            return -1;
        done = events->settled;
        more = events_map_wait(events);
    }
    if (more < 0)
        return -1;
    read_header(events_map_header(events), converter->report);
    if (trace_stream_is_full(converter->stream))
        converter->report->stop = EVENTS_LIMIT;
    return 0;
}

/* ---- from file to file --------------------------------------------------- */

struct job {
    struct events_map *events;
    const struct convert_options *options;
    struct convert_report *report;
};

static void convert_report_free(struct convert_report *report)
{
    free(report->samples);
    memset(report, 0, sizeof *report);
}

/* A stream_fn: once through the events. */
static int make(void *context, struct trace_stream *stream)
{
    const struct job *job = context;
    struct converter *converter = calloc(1, sizeof *converter);
    if (converter == NULL)
        return -1;
    convert_report_free(job->report);
    converter->options = job->options;
    converter->report = job->report;
    converter->events = job->events;
    converter->stream = stream;
    converter->builder.dialect = job->options->dialect;
    converter->builder.stream = stream;
    int result = convert_all(converter);
    int error = errno;
    job->report->odd = converter->builder.odd;
    address_builder_discard(&converter->builder);
    free(converter->moving);
    free(converter);
    errno = error;
    return result;
}

int convert_events(struct events_map *events, struct sink *sink,
                   const struct convert_options *options,
                   struct converted *converted)
{
    struct job job = {events, options, &converted->report};
    *converted = (struct converted){
        .stream = {.dialect = options->dialect, .max_ops = options->max_ops}};
    return trace_stream_into(&converted->stream, sink, make, &job);
}

void converted_free(struct converted *converted)
{
    trace_stream_free(&converted->stream);
    convert_report_free(&converted->report);
}
