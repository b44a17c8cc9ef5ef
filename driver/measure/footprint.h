/*
 * footprint.h -- where did the memory go?
 *
 * Two plain replays without checks: the first follows payload and footprint
 * after each operation, the second stops at the peak of the footprint and
 * walks the heap there.
 */
#ifndef DRIVER_MEASURE_FOOTPRINT_H
#define DRIVER_MEASURE_FOOTPRINT_H

#include "driver/measure/result.h"
#include "driver/replay/worker.h"
#include "driver/subject/subject.h"
#include "driver/trace/trace.h"

/*
 * progress may be NULL.  Returns 0 with *record filled, or -1 when the
 * harness lacks memory (errno set).
 */
int footprint_run(const struct trace *trace, const struct subject *subject,
                  const struct heap_options *heap,
                  struct worker_progress *progress,
                  struct footprint_record *record);

#endif
