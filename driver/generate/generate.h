/*
 * generate.h -- traces made from a rule and a seed.
 *
 * The same family and the same parameters give the same bytes on every
 * machine.  A trace is written as it is made: families are run twice, first
 * to count what the header says, then to write; memory is needed for the
 * blocks that are live at once, whatever the number of operations.
 */
#ifndef DRIVER_GENERATE_GENERATE_H
#define DRIVER_GENERATE_GENERATE_H

#include <stdint.h>

#include "driver/generate/families.h"
#include "driver/generate/family.h"
#include "driver/trace/trace.h"

#define GENERATE_MAX_OPS ((uint64_t)1 << 32)

/* What a family does where nothing else is said. */
struct generate_params generate_defaults(const struct trace_family *family);

/*
 * What a family counts a parameter in, "ops" and "seed" included.  Returns 0,
 * or -1 where it has no such parameter.
 */
int generate_unit(const struct trace_family *family, const char *name,
                  enum family_unit *unit);

/*
 * Sets "ops", "seed" or a parameter of the family.  Returns 0, or -1 with
 * *error filled: it has no such parameter, or the number is out of range.
 */
int generate_set(struct generate_params *params, const char *name,
                 uint64_t number, struct generate_error *error);

/*
 * Makes a trace; all blocks are dead at its end.  Returns 0, or -1 with
 * *error filled: parameters that contradict each other, lack of memory.
 */
int generate_trace(const struct generate_params *params, struct trace *trace,
                   struct generate_error *error);

/*
 * Writes a trace to a file, compressed by its ending; "-" is standard output.
 * A file appears whole or not at all.  Returns 0, or -1 with *error filled.
 */
int generate_file(const struct generate_params *params, const char *path,
                  struct generate_error *error);

#endif
