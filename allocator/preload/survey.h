/*
 * survey.h -- the library looks at all its blocks.
 */
#ifndef ALLOCATOR_PRELOAD_SURVEY_H
#define ALLOCATOR_PRELOAD_SURVEY_H

#include <stdbool.h>

#include "allocator/include/allocator.h"
#include "allocator/policy.h"

/* As heap_stats. */
void survey_count(struct heap_statistics *statistics);

/* Most bytes from the system: the sum of the arenas' and mappings' peaks. */
size_t survey_peak(void);

/* System calls of all arenas so far. */
uint64_t survey_system_calls(void);

/*
 * Visits the blocks of all arenas, each arena under its lock; visit must not
 * allocate.  A block that lies in a thread's cache is told as free.
 */
void survey_walk(policy_visit_fn *visit, void *context);

/*
 * Whether an address lies inside a block of an arena that is in use, behind
 * its beginning.
 */
bool survey_is_inside(const void *address);

/* As heap_check, silent: 0, or -1 with the first violation in *fault. */
int survey_check(struct policy_fault *fault);

#endif
