/*
 * convert.h -- from a process's events to a trace.
 *
 * Tickets are the order; what becomes of addresses address_builder.h says.  A
 * realloc that never ended leaves its block live.
 */
#ifndef DRIVER_RECORD_CONVERT_H
#define DRIVER_RECORD_CONVERT_H

#include <stdint.h>

#include "driver/record/events_map.h"
#include "driver/trace/address_builder.h"

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

/* What becomes of an event file besides the text. */
struct converted {
    struct trace_stream stream; /* the trace's statistics */
    struct convert_report report;
};

/*
 * Writes the trace of an event file into a sink; waits for the events of a
 * process that is still running.  *converted need not be cleared before, and
 * is to be freed in any case.
 * Returns 0 or an errno, as sink_close wants it.
 */
int convert_events(struct events_map *events, struct sink *sink,
                   const struct convert_options *options,
                   struct converted *converted);

void converted_free(struct converted *converted);

#endif
