/*
 * build.h -- making a trace from operations that were not read from a file.
 *
 * For the generator, the recorder's converter and the shrinker: append
 * operations one by one, then finish; statistics come with it.
 */
#ifndef DRIVER_TRACE_BUILD_H
#define DRIVER_TRACE_BUILD_H

#include <stddef.h>
#include <stdint.h>

#include "driver/trace/trace.h"

/* The slot of NULL while a trace is built (n_ids is not yet known). */
#define BUILD_NULL UINT32_MAX

/*
 * A zeroed builder is empty.  Lack of memory is remembered, so that only
 * build_finish needs to be looked at.
 */
struct trace_builder {
    struct op *ops;
    size_t n_ops;
    size_t room;
    uint32_t n_ids; /* one above the highest slot so far */
    int failed;     /* errno of the first failure, or 0 */
};

/* Appends one operation; op.id is a dense slot, or BUILD_NULL to free NULL. */
void build_append(struct trace_builder *builder, struct op op);

/*
 * Makes a trace of what was appended and empties the builder.  name is copied
 * and serves as path, too.  Returns 0, or -1 with errno: ENOMEM, or EINVAL
 * where the operations contradict each other (see trace_recount).
 */
int build_finish(struct trace_builder *builder, const char *name,
                 struct trace *trace);

/* Throws away what was appended. */
void build_discard(struct trace_builder *builder);

#endif
