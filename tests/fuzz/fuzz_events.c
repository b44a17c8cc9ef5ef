/*
 * fuzz_events.c -- any slots, converted as a recording.
 *
 * Whatever they say, in either dialect and with any limit the text is a trace
 * that keeps every promise, with the statistics that the conversion counted.
 * Addresses are few, so that they meet.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "driver/record/convert.h"
#include "tests/fuzz/promises.h"

enum { MOST_SLOTS = 4096 };

/* Of all but the numbers, three bits of the address are kept. */
static uint64_t tame(uint64_t slot)
{
    if (event_kind(slot) == EVENT_NUMBER)
        return slot;
    return event_first(event_kind(slot), event_address(slot) & 0x38,
                       event_detail(slot));
}

/* Returns a descriptor of an event file with these slots. */
static int make_file(const uint8_t *data, size_t n)
{
    static char header[EVENTS_HEADER_BYTES];
    const struct events_header begun = {.magic = EVENTS_MAGIC};
    uint64_t slots[MOST_SLOTS];
    size_t n_slots = n / sizeof slots[0];
    n_slots = n_slots < MOST_SLOTS ? n_slots : MOST_SLOTS;
    memcpy(header, &begun, sizeof begun);
    memcpy(slots, data, n_slots * sizeof slots[0]);
    for (size_t i = 0; i < n_slots; i++)
        slots[i] = tame(slots[i]);
    int fd = memfd_create("events", 0);
    require(write(fd, header, sizeof header) == sizeof header, "a header");
    ssize_t bytes = (ssize_t)(n_slots * sizeof slots[0]);
    require(write(fd, slots, (size_t)bytes) == bytes, "slots");
    return fd;
}

static void check_text(const char *text, size_t n,
                       const struct trace_stream *stream)
{
    struct trace trace;
    struct trace_error error;
    if (stream->n_ops == 0)
        return;
    require(trace_parse("made", text, n, &trace, &error) == 0, "a trace");
    require(trace.n_notes == 0, "a header that is right");
    require(trace.n_ops == stream->n_ops && trace.n_ids == stream->n_ids &&
                trace.peak_payload_bytes == stream->tally.peak.payload &&
                trace.live_blocks_at_end == stream->tally.now.blocks,
            "statistics");
    require_trace(&trace);
    trace_free(&trace);
}

static void check_dialect(struct events_map *events, enum trace_dialect dialect,
                          uint64_t max_ops)
{
    char *text;
    size_t n;
    struct sink sink;
    struct converted converted;
    const struct convert_options options = {.dialect = dialect,
                                            .max_ops = max_ops};
    FILE *memory = open_memstream(&text, &n);
    sink_to_stream(&sink, memory);
    require(convert_events(events, &sink, &options, &converted) == 0,
            "it can be converted");
    fclose(memory);
    require(max_ops == 0 || converted.stream.n_ops <= max_ops, "a limit");
    check_text(text, n, &converted.stream);
    converted_free(&converted);
    free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    char path[64];
    struct events_map events;
    int fd = make_file(data, n);
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    require(events_map_open(&events, path) == 0, "it can be opened");
    check_dialect(&events, DIALECT_CLASSIC, 0);
    check_dialect(&events, DIALECT_EXTENDED, 0);
    check_dialect(&events, DIALECT_CLASSIC, 1 + n / 32);
    events_map_close(&events);
    close(fd);
    return 0;
}
