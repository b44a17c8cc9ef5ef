/*
 * placement.h -- judge where a payload lies.  For the oracle's own files.
 */
#ifndef DRIVER_REPLAY_PLACEMENT_H
#define DRIVER_REPLAY_PLACEMENT_H

#include "driver/replay/oracle.h"

/*
 * Judges the payload that operation op returned: its alignment, that it and
 * what usable_size adds to it (*usable, set where the address is sound) lie in
 * the heap and hit no live block.
 */
enum oracle_verdict placement_judge(struct oracle *oracle, size_t op,
                                    void *payload, size_t *usable);

/*
 * Judges that operation op returned NULL for a request of some bytes, when
 * the heap's refusals stood at refusals_before and errno was 0 before it.
 */
enum oracle_verdict placement_judge_null(struct oracle *oracle, size_t op,
                                         uint64_t refusals_before);

#endif
