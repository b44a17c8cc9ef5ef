/*
 * convert.h -- from a process's events to a trace.
 *
 * Tickets are the order; what becomes of addresses address_builder.h says.  A
 * realloc that never ended leaves its block live.
 */
#ifndef DRIVER_RECORD_CONVERT_H
#define DRIVER_RECORD_CONVERT_H

#include <stdint.h>

#include "driver/record/events.h"
#include "driver/trace/address_builder.h"

/* An event file in memory. */
struct events_map {
    void *start;
    size_t bytes;
};

/* Returns 0, or -1 with errno; EINVAL: not an event file. */
int events_map_open(struct events_map *events, const char *path);

void events_map_close(struct events_map *events);

struct convert_options {
    enum trace_dialect dialect; /* classic, or extended */
    uint64_t max_ops;           /* 0: all */
};

/* What the program knew to be live before operation op (see --verify). */
struct convert_sample {
    uint64_t op;
    uint64_t live_blocks;
    uint64_t live_bytes;
    uint64_t live_empty; /* blocks of size 0 among them */
};

/* What is told of a recording besides its trace. */
struct convert_report {
    uint32_t pid;
    uint32_t parent_pid;
    char command[1024];
    enum events_stop stop;
    int stop_errno;
    uint64_t events;
    uint64_t holes; /* never completed */
    struct address_oddities odd;
    uint64_t unwitnessed; /* not in the samples */
    uint32_t threads;
    struct convert_sample *samples;
    size_t n_samples;
};

/*
 * Writes the trace of an event file into a sink, with its statistics in
 * *stream.  Free it with trace_stream_free and the report with
 * convert_report_free in any case.
 * Returns 0 or an errno, as sink_close wants it.
 */
int convert_events(const struct events_map *events, struct sink *sink,
                   const struct convert_options *options,
                   struct trace_stream *stream, struct convert_report *report);

void convert_report_free(struct convert_report *report);

#endif
