/*
 * result.h -- everything that is known of one subject on one trace.
 *
 * Plain data without pointers: a worker fills it in shared memory, reports
 * only read it.  All bytes are bytes, all times nanoseconds, all shares
 * fractions of 1.
 */
#ifndef DRIVER_MEASURE_RESULT_H
#define DRIVER_MEASURE_RESULT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "driver/replay/correctness.h"
#include "driver/replay/fault.h"
#include "driver/replay/post_mortem.h"

enum verdict {
    VERDICT_NOT_RUN, /* interrupted before its turn */
    VERDICT_VALID,
    VERDICT_FAULT,     /* the oracle or the policy's check objects */
    VERDICT_CRASHED,   /* a signal */
    VERDICT_EXITED,    /* the subject called exit */
    VERDICT_HUNG,      /* passed the time limit of a trace */
    VERDICT_RUNAWAY,   /* took more memory than a worker may */
    VERDICT_NO_MEMORY, /* the trace does not fit the heap limit */
    VERDICT_BROKEN     /* the harness itself failed; see message */
};

/* Who owns the bytes of the footprint at one moment. */
struct waste_ledger {
    uint64_t op; /* the moment: after this operation */
    uint64_t footprint_bytes;
    uint64_t payload_bytes;  /* what callers asked for */
    uint64_t internal_bytes; /* usable in live blocks, but not asked for */
    uint64_t metadata_bytes; /* headers, tables, padding */
    uint64_t external_bytes; /* free blocks but for retired pages */
    uint64_t live_blocks;
    uint64_t free_blocks;
    uint64_t largest_free_bytes; /* retired pages included */
};

#define FOOTPRINT_SAMPLES 256

struct footprint_sample {
    uint64_t op;
    uint64_t payload_bytes;
    uint64_t footprint_bytes;
};

struct footprint_record {
    bool measured;
    bool has_ledger; /* the subject can be walked */
    uint64_t peak_payload_bytes;
    uint64_t peak_footprint_bytes;
    double utilization; /* peak payload / peak footprint */
    /* Johnstone & Wilson, ISMM 1998, measures 1 to 4; [0] is measure 1. */
    double fragmentation[4];
    struct waste_ledger at_peak; /* of the footprint, where first reached */
    uint32_t n_samples;
    struct footprint_sample samples[FOOTPRINT_SAMPLES];
};

struct timing_record {
    bool measured;
    bool noisy;      /* the median is not known to the tolerance */
    bool has_ratio;  /* libc was interleaved in the same run */
    uint32_t rounds; /* that the medians are taken over */
    uint32_t replays_per_round;
    double ns_per_op;       /* median over rounds */
    double ns_low, ns_high; /* quartiles over rounds */
    double seconds;         /* of one replay: ns_per_op times operations */
    double ops_per_s;       /* from the median */
    double libc_ratio;      /* median of time(libc) / time(subject) by round */
    double libc_ratio_low, libc_ratio_high; /* quartiles */
};

struct result {
    enum verdict verdict;
    char message[160];              /* one line: why the verdict is not valid */
    struct fault fault;             /* VERDICT_FAULT */
    struct post_mortem post_mortem; /* crashed, exited, hung, runaway */
    struct check_record check;
    struct footprint_record footprint;
    struct timing_record timing;
};

static inline bool result_valid(const struct result *result)
{
    return result->verdict == VERDICT_VALID;
}

/* What reports need to know of a trace. */
struct trace_facts {
    const char *name; /* file name without folder */
    const char *path;
    uint64_t ops;
    uint64_t ids;
    uint32_t weight;
    uint64_t peak_payload_bytes;
    uint64_t peak_live_blocks;
    double limit;             /* utilization, 16-byte alignment */
    double limit_with_header; /* and a header of 8 bytes */
    double achievable;        /* with the future known; 0: not looked for */
};

struct subject_facts {
    const char *label;
    const char *given; /* what names it on a command line */
    const char *summary;
    bool foreign; /* libc: a reference, not graded */
};

/* The machine and build that produced figures. */
struct machine_facts {
    char cpu[80];
    unsigned cores;
    char kernel[80];
    char libc[40];
    char compiler[80];
    char version[40];  /* of this project */
    char options[400]; /* the command line */
    char started[32];  /* ISO 8601, UTC */
};

/* A whole run: results[trace * n_subjects + subject]. */
struct run {
    struct machine_facts machine;
    struct trace_facts *traces;
    size_t n_traces;
    struct subject_facts *subjects;
    size_t n_subjects;
    struct result *results;
    double seconds;
    size_t heap_limit_bytes;
    bool timed;       /* false after -c: no throughput figures */
    bool interrupted; /* some results are VERDICT_NOT_RUN */
};

static inline const struct result *run_result(const struct run *run,
                                              size_t trace, size_t subject)
{
    return &run->results[trace * run->n_subjects + subject];
}

#endif
