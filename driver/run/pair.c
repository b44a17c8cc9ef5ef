/*
 * pair.c -- the passes of a worker, and what its end means.
 */
#include "driver/run/pair.h"

#include <stdio.h>

#include "driver/measure/footprint.h"

struct pair_output {
    bool failed; /* the harness lacks memory */
    struct correctness_record correctness;
    struct footprint_record footprint;
};

static int follow(const struct pair *pair, struct worker_progress *progress,
                  struct pair_output *out)
{
    return footprint_run(pair->trace, pair->subject, &pair->how.heap, progress,
                         &out->footprint);
}

/*
 * Memory is counted of a subject that was found correct; but first of one that
 * brings its own, as it keeps what an earlier replay made it take.
 */
static void run_pair(void *context, struct worker_progress *progress,
                     void *output)
{
    const struct pair *pair = context;
    struct pair_output *out = output;
    struct correctness_options how = pair->how;
    how.heap.commit_step_bytes = HEAP_PAGE; /* no room beyond the break */
    how.heap.retirement = HEAP_AT_ONCE;     /* nor in retired pages */
    bool foreign = pair->subject->kind == SUBJECT_FOREIGN;
    out->failed = (foreign && follow(pair, progress, out) != 0) ||
                  correctness_run(pair->trace, pair->subject, &how, progress,
                                  &out->correctness) != 0 ||
                  (!foreign && out->correctness.end == CORRECT &&
                   follow(pair, progress, out) != 0);
}

struct worker_task pair_task(struct pair *pair)
{
    return (struct worker_task){
        .run = run_pair,
        .context = pair,
        .output_bytes = sizeof(struct pair_output),
        .seconds_limit = pair->seconds_limit,
    };
}

void pair_judge_death(struct result *result, const struct trace *trace,
                      struct worker_end *end)
{
    static const enum verdict verdicts[] = {
        [WORKER_NOT_RUN] = VERDICT_NOT_RUN,  [WORKER_DONE] = VERDICT_VALID,
        [WORKER_CRASHED] = VERDICT_CRASHED,  [WORKER_EXITED] = VERDICT_EXITED,
        [WORKER_HUNG] = VERDICT_HUNG,        [WORKER_RUNAWAY] = VERDICT_RUNAWAY,
        [WORKER_UNSTARTED] = VERDICT_BROKEN,
    };
    result->verdict = verdicts[end->how];
    post_mortem_add_ops(trace, &end->post_mortem);
    result->post_mortem = end->post_mortem;
    worker_describe_end(end, result->message, sizeof result->message);
}

/* Reports say themselves what a fault is: it needs no message. */
static void judge_output(struct result *result,
                         const struct pair_output *output)
{
    result->check = output->correctness.check;
    result->footprint = output->footprint;
    if (output->failed) {
        result->verdict = VERDICT_BROKEN;
        snprintf(result->message, sizeof result->message,
                 "the harness ran out of memory");
        return;
    }
    const struct fault *fault = &output->correctness.fault;
    switch (output->correctness.end) {
    case CORRECT: result->verdict = VERDICT_VALID; break;
    case FAULTY:
        result->verdict = VERDICT_FAULT;
        result->fault = *fault;
        break;
    case OUT_OF_MEMORY:
        result->verdict = VERDICT_NO_MEMORY;
        result->fault = *fault;
        break;
    }
}

void pair_judge(struct worker_task *task)
{
    const struct pair *pair = task->context;
    if (task->end.how == WORKER_DONE) {
        judge_output(pair->result, task->output);
    } else {
        pair_judge_death(pair->result, pair->trace, &task->end);
    }
    worker_task_release(task);
}
