/*
 * convert.h -- from a process's events to a trace.
 *
 * Tickets are the order; addresses become ids, a new one for each block.  The
 * result is a valid trace whatever the events say:
 *
 *   release of an address that is not live    left out, counted
 *   allocation of an address that is live     its block is freed first
 *   realloc of an address that is not live    an allocation
 *   a realloc that never ended                its block stays live
 *   allocation of 0 bytes, classic dialect    1 byte: many allocators that
 *                                             are taught with it answer NULL
 */
#ifndef DRIVER_RECORD_CONVERT_H
#define DRIVER_RECORD_CONVERT_H

#include <stdint.h>

#include "driver/record/events.h"
#include "driver/trace/trace.h"

enum convert_dialect {
    CONVERT_CLASSIC, /* a, r, f only */
    CONVERT_EXTENDED /* calloc, alignment and threads are kept */
};

struct convert_options {
    enum convert_dialect dialect;
    uint64_t max_ops; /* 0: all */
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
    uint64_t holes;         /* never completed */
    uint64_t unknown_frees; /* of blocks from before the recording */
    uint64_t unknown_moves;
    uint64_t unseen_frees; /* the block's address was handed out again */
    uint64_t empty_blocks; /* of size 0 */
    uint64_t unwitnessed;  /* not in the samples */
    uint32_t threads;
    struct convert_sample *samples;
    size_t n_samples;
};

/*
 * Makes a trace of an event file; name becomes the trace's.  Free both with
 * trace_free and convert_report_free.
 * Returns 0, or -1 with errno; EINVAL: not an event file.
 */
int convert_events(const char *path, const char *name,
                   const struct convert_options *options, struct trace *trace,
                   struct convert_report *report);

void convert_report_free(struct convert_report *report);

#endif
