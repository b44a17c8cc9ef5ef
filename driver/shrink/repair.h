/*
 * repair.h -- a valid trace from operations of which some were taken away.
 */
#ifndef DRIVER_SHRINK_REPAIR_H
#define DRIVER_SHRINK_REPAIR_H

#include <stddef.h>

#include "driver/trace/trace.h"

/*
 * Makes a trace of n operations, whose ids are slots of the trace `like`,
 * from which name and weight are taken.
 *
 *   - Each lifetime gets a slot of its own, in order of appearance: a block
 *     whose free is missing lives on.
 *   - What is done to a dead block is left out; a realloc of it is malloc.
 *   - A touch of more than the block has left is made that small.
 *
 * Returns 0, or -1 with errno ENOMEM.
 */
int repair_trace(const struct op *ops, size_t n, const struct trace *like,
                 struct trace *trace);

#endif
