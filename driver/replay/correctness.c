/*
 * correctness.c -- two rounds of a trace under the oracle's eyes.
 *
 * After each operation, check and walk run as the budget lets, and with
 * VERIFY_ALL every payload is read.  The second round starts on the memory
 * that the first one left, so that it finds what init forgets to set up.
 */
#include "driver/replay/correctness.h"

#include <errno.h>
#include <string.h>

#include "driver/clock/clock.h"
#include "driver/replay/second_look.h"

/* The time that looking takes is not the subject's. */
static double excuse(struct run *run, double since_s)
{
    double seconds = clock_wall_s() - since_s;
    run->progress->excused_s += seconds;
    return seconds;
}

static enum oracle_verdict check_timed(struct run *run, size_t op,
                                       uint64_t done)
{
    double start_s = clock_wall_s();
    enum oracle_verdict verdict = round_check(run, op);
    schedule_checked(&run->schedule, done, excuse(run, start_s));
    return verdict;
}

static enum oracle_verdict verify_timed(struct run *run, size_t op)
{
    double start_s = clock_wall_s();
    enum oracle_verdict verdict = oracle_verify(&run->oracle, op);
    excuse(run, start_s);
    return verdict;
}

static enum oracle_verdict look_on_schedule(struct run *run, size_t op)
{
    enum oracle_verdict verdict = ORACLE_FINE;
    if (run->options->verify == VERIFY_ALL) {
        verdict = verify_timed(run, op);
    }
    uint64_t done = (run->oracle.round - 1) * run->trace->n_ops + op + 1;
    if (verdict == ORACLE_FINE && schedule_due(&run->schedule, done)) {
        verdict = check_timed(run, op, done);
    }
    return verdict;
}

/* The empty heap that init has made must satisfy check already. */
static enum oracle_verdict judge_init(struct run *run)
{
    if (run->options->check_every == CHECK_OFF) {
        return ORACLE_FINE;
    }
    return oracle_check(&run->oracle, FAULT_NO_OP);
}

static enum oracle_verdict play_round(struct run *run, uint32_t round)
{
    round_begin(run, round);
    enum oracle_verdict verdict = judge_init(run);
    if (verdict == ORACLE_FINE) {
        verdict = round_play(run, run->trace->n_ops, look_on_schedule);
        run->record->check.operations += run->played;
    }
    if (verdict == ORACLE_FINE) {
        verdict = oracle_verify(&run->oracle, FAULT_NO_OP);
    }
    return verdict;
}

static enum oracle_verdict reinit_failed(struct run *run)
{
    fault_set(&run->oracle.fault, RULE_REINIT,
              "expected init to succeed again on the emptied heap, got -1");
    fault_locate(&run->oracle.fault, run->trace, FAULT_NO_OP, ROUNDS);
    return ORACLE_FAULT;
}

static enum oracle_verdict play_rounds(struct run *run)
{
    enum oracle_verdict verdict = play_round(run, 1);
    if (verdict != ORACLE_FINE) {
        return verdict;
    }
    run->progress->round = ROUNDS;
    if (session_reset(&run->session) != 0) {
        return reinit_failed(run);
    }
    return play_round(run, ROUNDS);
}

/* ---- the run ------------------------------------------------------------- */

/*
 * session_open does not tell whether memory or init failed it: init is asked
 * once more, on a heap of its own.
 */
static int judge_failed_open(const struct run *run)
{
    struct heap heap;
    if (heap_init(&heap, &run->options->heap) != 0) {
        return -1;
    }
    int status = run->subject->policy->init(&heap, run->subject->values);
    bool refused = heap.refusals != 0;
    heap_destroy(&heap);
    if (status == 0) {
        errno = ENOMEM;
        return -1;
    }
    fault_set(&run->record->fault, RULE_INIT,
              "expected init to prepare an empty heap, got -1");
    run->record->fault.round = 1;
    run->record->end = refused ? OUT_OF_MEMORY : FAULTY;
    return 0;
}

static void record_end(const struct run *run, enum oracle_verdict verdict)
{
    static const enum correctness_end ends[] = {
        [ORACLE_FINE] = CORRECT,
        [ORACLE_FAULT] = FAULTY,
        [ORACLE_NO_MEMORY] = OUT_OF_MEMORY,
    };
    run->record->end = ends[verdict];
    run->record->fault = run->oracle.fault;
    run->record->check.checked = run->schedule.checks;
    run->record->check.thinned = run->schedule.thinned;
}

/* A payload that was not accepted is not given to the subject's free either. */
static void drop_unaccepted(struct run *run)
{
    for (size_t slot = 0; slot < run->session.n_slots; slot++) {
        if (run->oracle.blocks[slot].payload == NULL) {
            run->session.slots[slot] = NULL;
        }
    }
}

static void judge(struct run *run)
{
    run->schedule =
        schedule_begin(run->options->check_every, run->options->check_budget_s,
                       run->trace->n_ops, ROUNDS);
    enum oracle_verdict verdict = play_rounds(run);
    record_end(run, verdict);
    if (verdict == ORACLE_FAULT && run->subject->kind == SUBJECT_FOREIGN) {
        drop_unaccepted(run);
    } else if (verdict == ORACLE_FAULT) {
        second_look(run);
        run->record->fault = run->oracle.fault;
    }
}

static void progress_begin(const struct run *run)
{
    struct worker_progress *progress = run->progress;
    strcpy(progress->phase, "correctness");
    progress->op = FAULT_NO_OP;
    progress->round = 1;
    if (run->subject->kind == SUBJECT_POLICY) {
        progress->heap = &run->session.heap;
    }
    progress->nearest_context = &run->oracle;
    progress->nearest = oracle_nearest;
}

static void progress_end(struct worker_progress *progress)
{
    progress->op = FAULT_NO_OP;
    progress->nearest = NULL;
    progress->nearest_context = NULL;
    progress->heap = NULL;
}

/* With an open session. */
static int run_session(struct run *run)
{
    if (oracle_open(&run->oracle, run->trace, &run->session) != 0) {
        return -1;
    }
    if (run->options->verify == VERIFY_ALL &&
        oracle_list_live(&run->oracle) != 0) {
        oracle_close(&run->oracle);
        return -1;
    }
    progress_begin(run);
    judge(run);
    progress_end(run->progress);
    oracle_close(&run->oracle);
    return 0;
}

int correctness_run(const struct trace *trace, const struct subject *subject,
                    const struct correctness_options *options,
                    struct worker_progress *progress,
                    struct correctness_record *record)
{
    struct worker_progress nobody_looks = {0};
    struct run run = {
        .trace = trace,
        .subject = subject,
        .options = options,
        .progress = progress != NULL ? progress : &nobody_looks,
        .record = record,
    };
    double start_s = clock_wall_s();
    memset(record, 0, sizeof *record);
    int status;
    if (session_open(&run.session, subject, trace->n_ids, &options->heap) !=
        0) {
        status = judge_failed_open(&run);
    } else {
        status = run_session(&run);
        session_close(&run.session);
    }
    record->check.seconds = clock_wall_s() - start_s;
    return status;
}
