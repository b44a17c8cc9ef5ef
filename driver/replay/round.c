/*
 * round.c -- play a round of a trace, with a look after each operation.
 */
#include "driver/replay/round.h"

#include <inttypes.h>

#include "driver/clock/clock.h"

void round_begin(struct run *run, uint32_t round)
{
    run->progress->round = round;
    run->by_check = false;
    run->sound = 0;
    oracle_begin(&run->oracle, round);
}

enum oracle_verdict round_check(struct run *run, size_t op)
{
    enum oracle_verdict verdict = oracle_check(&run->oracle, op);
    if (verdict == ORACLE_FINE) {
        run->sound = op + 1;
    } else {
        run->by_check = true;
    }
    return verdict;
}

static void tell_end_of_memory(struct run *run, size_t op)
{
    const struct heap *heap = &run->session.heap;
    fault_set(&run->oracle.fault, "",
              "%" PRIu64 " bytes do not fit the limit of %zu, of which %zu are "
              "taken and %zu live",
              run->trace->ops[op].size, heap->limit, heap_footprint(heap),
              run->oracle.live_bytes);
    fault_locate(&run->oracle.fault, run->trace, op, run->oracle.round);
}

/*
 * What has come to an end by lack of memory must have left the rest alone.
 */
static enum oracle_verdict judge_end_of_memory(struct run *run, size_t op)
{
    enum oracle_verdict verdict = oracle_verify(&run->oracle, op);
    if (verdict == ORACLE_FINE && run->options->check_every != CHECK_OFF) {
        verdict = round_check(run, op);
    }
    if (verdict == ORACLE_FINE) {
        tell_end_of_memory(run, op);
        verdict = ORACLE_NO_MEMORY;
    }
    return verdict;
}

enum oracle_verdict round_play(struct run *run, size_t n, look_fn *look)
{
    struct worker_progress *progress = run->progress;
    enum oracle_verdict verdict = ORACLE_FINE;
    size_t op;
    for (op = 0; op < n && verdict == ORACLE_FINE; op++) {
        progress->op = op;
        oracle_prefetch(&run->oracle, op);
        verdict = oracle_step(&run->oracle, op);
        if (verdict == ORACLE_FINE) {
            verdict = look(run, op);
        } else if (verdict == ORACLE_NO_MEMORY) {
            verdict = judge_end_of_memory(run, op);
        }
    }
    run->played = op;
    progress->op = FAULT_NO_OP;
    return verdict;
}
