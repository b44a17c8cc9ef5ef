/*
 * verify.h -- does a trace's live-bytes curve agree with what the program had?
 */
#ifndef DRIVER_RECORD_VERIFY_H
#define DRIVER_RECORD_VERIFY_H

#include <stddef.h>
#include <stdint.h>

#include "driver/record/convert.h"
#include "driver/trace/trace.h"

struct verify_result {
    size_t samples;
    size_t different;
    uint64_t largest_bytes; /* the largest difference, at operation op: */
    uint64_t op;
    uint64_t trace_bytes;
    uint64_t program_bytes;
    uint64_t peak_bytes; /* of the samples */
};

/*
 * dialect: how the trace was converted, which decides about empty blocks.
 * Replays the trace's sizes and compares live bytes and live blocks with each
 * sample.  Returns 0, or -1 with errno ENOMEM.
 */
int verify_curve(const struct trace *trace, const struct convert_report *report,
                 enum trace_dialect dialect, struct verify_result *result);

#endif
