/*
 * request.h -- what `rep record` was asked to do, and what became of it.
 */
#ifndef DRIVER_RECORD_REQUEST_H
#define DRIVER_RECORD_REQUEST_H

#include <stdbool.h>
#include <stddef.h>

#include "driver/record/convert.h"
#include "driver/record/events.h"

struct record_request {
    const char *output;
    struct convert_options convert;
    struct record_control control;
    char *const *program; /* its arguments, ends in NULL */
};

/* Counts of traces, one for each process image. */
struct record_outcome {
    size_t written;
    size_t told; /* of which a line was printed */
    size_t failed;
    size_t verified; /* compared with the program's own totals */
    size_t different;
    bool main_recorded;
};

#endif
