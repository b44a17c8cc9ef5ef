/*
 * ledger.h -- who owns each byte of a heap at this moment.
 */
#ifndef DRIVER_MEASURE_LEDGER_H
#define DRIVER_MEASURE_LEDGER_H

#include "driver/measure/result.h"
#include "driver/subject/subject.h"

/*
 * Walks the session's heap and fills all of *ledger but op.  payload_bytes is
 * what callers asked for of the blocks that are live.
 * Returns 0, or -1 where the subject cannot be walked or its walk does not add
 * up to the footprint; the ledger is then undefined.
 */
int ledger_take(struct session *session, uint64_t payload_bytes,
                struct waste_ledger *ledger);

#endif
