/*
 * round.h -- play a round of a trace, with a look after each operation.  For
 * correctness.c and the second look.
 */
#ifndef DRIVER_REPLAY_ROUND_H
#define DRIVER_REPLAY_ROUND_H

#include "driver/replay/correctness.h"
#include "driver/replay/oracle.h"
#include "driver/replay/schedule.h"

#define ROUNDS 2

struct run;

/* Judges the session after operation op. */
typedef enum oracle_verdict look_fn(struct run *run, size_t op);

/* The heap was sound after this many operations, and broken after that many. */
struct doubt {
    uint64_t sound, broken;
    uint64_t step; /* operations from check to check */
};

struct run {
    const struct trace *trace;
    const struct subject *subject;
    const struct correctness_options *options;
    struct worker_progress *progress;
    struct correctness_record *record;
    struct session session;
    struct oracle oracle;
    struct schedule schedule;

    size_t played;      /* operations of this round */
    uint64_t sound;     /* operations done when check was last fine */
    bool by_check;      /* the fault was found by check or walk */
    struct doubt doubt; /* look_narrowly */
    uint32_t slot;      /* look_at_byte: whose payload, */
    size_t offset;      /* and which byte of it */
};

/* Everything is dead, and the session was just opened or reset. */
void round_begin(struct run *run, uint32_t round);

/*
 * Plays operations 0 .. n - 1, each followed by a look, until a verdict is not
 * fine.  What comes to an end by lack of memory is verified as a whole.
 */
enum oracle_verdict round_play(struct run *run, size_t n, look_fn *look);

/* Check and walk after operation op; remembers until when all was sound. */
enum oracle_verdict round_check(struct run *run, size_t op);

#endif
