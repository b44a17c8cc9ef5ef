/*
 * second_look.c -- which operation made the fault that showed?
 *
 * A fault may show later than it was made: checks are thinned, contents are
 * read at free.  Replays are repeatable, so the round is replayed up to the
 * operation at which the fault showed, from a fresh heap or a reset one as
 * that round was, with another look after each operation.
 *
 *   at one byte   the wrong byte of the wrong payload is watched: one replay
 *                 finds the operation that changed it
 *   narrowly      64 checks spread over the operations in doubt divide their
 *                 number by 64 in each replay
 *
 *   sound ......................................... fault shown
 *     |---|---|---|---|---|---|---|-*-|                   64 checks
 *                                 |||*|                   64 more
 *
 * Should the fault not come again, it is reported where it showed.
 */
#include "driver/replay/second_look.h"

#include <inttypes.h>
#include <string.h>

#include "driver/clock/clock.h"

#define CHECKS_PER_LOOK 64

static enum oracle_verdict look_narrowly(struct run *run, size_t op)
{
    const struct doubt *doubt = &run->doubt;
    uint64_t done = op + 1;
    bool due =
        done > doubt->sound &&
        ((done - doubt->sound) % doubt->step == 0 || done == doubt->broken);
    return due ? round_check(run, op) : ORACLE_FINE;
}

static enum oracle_verdict look_at_byte(struct run *run, size_t op)
{
    return oracle_verify_byte(&run->oracle, op, run->slot, run->offset);
}

/*
 * Ready to repeat a round: the first one began on fresh memory, the second on
 * what the first had left.  Returns 0 or -1.
 */
static int begin_again(struct run *run, uint32_t round)
{
    if (round == 1) {
        heap_destroy(&run->session.heap);
        if (heap_init(&run->session.heap, &run->options->heap) != 0) {
            return -1;
        }
    }
    if (session_reset(&run->session) != 0) {
        return -1;
    }
    round_begin(run, round);
    return 0;
}

/*
 * Repeats the round until operation last and looks otherwise.  Returns whether
 * a fault was found again.
 */
static bool look_again(struct run *run, uint64_t last, look_fn *look)
{
    uint32_t round = run->oracle.round;
    size_t n = last == FAULT_NO_OP ? run->trace->n_ops : (size_t)last + 1;
    return begin_again(run, round) == 0 &&
           round_play(run, n, look) == ORACLE_FAULT;
}

/* Says where a fault showed that was made earlier. */
static void tell_where_shown(struct fault *fault, const struct fault *shown)
{
    if (shown->op == FAULT_NO_OP) {
        fault_add(fault, " (seen at the end)");
    } else if (shown->op != fault->op) {
        fault_add(fault, " (seen at line %" PRIu64 ": %s)", shown->line,
                  shown->operation);
    }
}

/* Which operation changed the byte? */
static void find_writer(struct run *run)
{
    struct fault shown = run->oracle.fault;
    run->slot = shown.block.id;
    run->offset = shown.bytes_offset;
    if (look_again(run, shown.op, look_at_byte)) {
        tell_where_shown(&run->oracle.fault, &shown);
    } else {
        run->oracle.fault = shown;
    }
}

/* One pass over the operations in doubt; false when it taught nothing. */
static bool lessen_doubt(struct run *run)
{
    struct doubt *doubt = &run->doubt;
    struct fault best = run->oracle.fault;
    uint64_t n = doubt->broken - doubt->sound;
    doubt->step = (n + CHECKS_PER_LOOK - 1) / CHECKS_PER_LOOK;
    if (!look_again(run, best.op, look_narrowly)) {
        run->oracle.fault = best;
        return false;
    }
    doubt->sound = run->sound > doubt->sound ? run->sound : doubt->sound;
    doubt->broken = run->oracle.fault.op + 1;
    return run->by_check;
}

/*
 * Which operation after the last sound one broke the heap?  Ends when there is
 * no doubt, when the fault does not come again, or with the time for checks.
 */
static void find_breaker(struct run *run)
{
    struct fault shown = run->oracle.fault;
    double deadline_s = clock_wall_s() + run->options->check_budget_s;
    run->doubt = (struct doubt){.sound = run->sound, .broken = shown.op + 1};
    bool learning = true;
    while (learning && run->doubt.broken > run->doubt.sound + 1 &&
           clock_wall_s() < deadline_s) {
        learning = lessen_doubt(run);
    }
    tell_where_shown(&run->oracle.fault, &shown);
}

/* Whether a fault lies in a payload that was right some operations ago. */
static bool is_of_contents(const struct fault *fault)
{
    return fault->n_bytes != 0 || strcmp(fault->rule, RULE_GIVEN_BACK) == 0;
}

void second_look(struct run *run)
{
    const struct fault *fault = &run->oracle.fault;
    if (run->by_check && fault->op != FAULT_NO_OP) {
        find_breaker(run);
    } else if (is_of_contents(fault) && run->options->verify != VERIFY_ALL) {
        find_writer(run);
    }
}
