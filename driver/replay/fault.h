/*
 * fault.h -- what was found wrong, told so that it can be acted on.
 *
 * A fault is plain data without pointers: a worker leaves it in shared memory
 * and its parent reports it.
 */
#ifndef DRIVER_REPLAY_FAULT_H
#define DRIVER_REPLAY_FAULT_H

#include <stddef.h>
#include <stdint.h>

#include "driver/trace/trace.h"

/* No operation: the fault lies before the first or behind the last one. */
#define FAULT_NO_OP UINT64_MAX

#define FAULT_BYTES 16

/* A live block that helps to understand the fault. */
struct fault_block {
    uint64_t address; /* from the heap's base; foreign: of the process */
    uint64_t bytes;   /* of the payload, as asked for */
    uint64_t op;      /* that allocated it */
    uint64_t line;
    uint32_t id; /* slot */
    uint32_t exists;
};

struct fault {
    char rule[48];      /* misaligned, overlap, ..., or a rule of the policy */
    uint64_t op;        /* index of the operation, or FAULT_NO_OP */
    uint64_t line;      /* of the trace; 0 with FAULT_NO_OP */
    char operation[48]; /* as its line in the trace reads */
    uint32_t round;     /* 1 or 2: the first or second replay on one subject */
    uint32_t n_bytes;   /* how many of expected and found are set */
    struct fault_block block;  /* the payload concerned */
    struct fault_block before; /* the nearest live block below it */
    struct fault_block after;  /* the nearest live block above it */
    uint64_t bytes_offset;     /* of the first wrong byte in the payload */
    unsigned char expected[FAULT_BYTES];
    unsigned char found[FAULT_BYTES];
    char detail[256]; /* one sentence */
};

/*
 * Empties the fault and names the rule that was violated and, as printf does,
 * what was expected and what was found.
 */
__attribute__((format(printf, 3, 4))) void fault_set(struct fault *fault,
                                                     const char *rule,
                                                     const char *format, ...);

/* Adds to the detail what printf makes of the arguments, cut to its room. */
__attribute__((format(printf, 2, 3))) void fault_add(struct fault *fault,
                                                     const char *format, ...);

/* Says where it happened; op may be FAULT_NO_OP. */
void fault_locate(struct fault *fault, const struct trace *trace, uint64_t op,
                  uint32_t round);

/*
 * Shows at most FAULT_BYTES bytes, the first of which lies at offset in the
 * payload.
 */
void fault_show(struct fault *fault, size_t offset,
                const unsigned char *expected, const unsigned char *found,
                size_t n);

#endif
