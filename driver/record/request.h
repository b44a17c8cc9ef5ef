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
    const char *output; /* NULL: none is named */
    struct convert_options convert;
    struct record_control control;
    char *const *program; /* its arguments, ends in NULL */
    const char *recover;  /* NULL, or what a killed recording has left */
};

/* max_slots of the control for each operation that is kept. */
enum { RECORD_SLOTS_PER_OP = 4 };

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
