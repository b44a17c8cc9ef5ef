/*
 * failure.c -- what makes two failures one.
 */
#include "driver/measure/failure.h"

#include <string.h>

bool result_failed(const struct result *result)
{
    return result->verdict != VERDICT_VALID &&
           result->verdict != VERDICT_NOT_RUN;
}

/* The function to blame for a death. */
static const char *dying_function(const struct post_mortem *death)
{
    uint32_t n = death->n_frames;
    for (uint32_t i = 0; i < n && i < POST_MORTEM_FRAMES; i++) {
        if (death->frames[i].line != 0) {
            return death->frames[i].function;
        }
    }
    return n > 0 ? death->frames[0].function : "";
}

/* Where a loop or a recursion was when it was ended is chance. */
static bool died_somewhere(const struct result *result)
{
    return (result->verdict == VERDICT_CRASHED &&
            !result->post_mortem.stack_overflow) ||
           result->verdict == VERDICT_EXITED;
}

static bool died_alike(const struct result *a, const struct result *b)
{
    const struct post_mortem *x = &a->post_mortem, *y = &b->post_mortem;
    return x->signal == y->signal && x->exit_status == y->exit_status &&
           x->stack_overflow == y->stack_overflow &&
           (!died_somewhere(a) ||
            strcmp(dying_function(x), dying_function(y)) == 0);
}

bool failure_alike(const struct result *a, const struct result *b)
{
    return result_failed(a) && result_failed(b) && a->verdict == b->verdict &&
           strcmp(a->fault.rule, b->fault.rule) == 0 && died_alike(a, b);
}

static bool is_fault(const struct result *result)
{
    return result->verdict == VERDICT_FAULT ||
           result->verdict == VERDICT_NO_MEMORY;
}

uint64_t failure_op(const struct result *result)
{
    return is_fault(result) ? result->fault.op : result->post_mortem.op;
}

uint64_t failure_reach(const struct result *result, uint64_t n_ops)
{
    uint64_t op = failure_op(result);
    uint32_t round =
        is_fault(result) ? result->fault.round : result->post_mortem.round;
    return (op == FAULT_NO_OP ? n_ops : op) + (round == 2 ? n_ops : 0);
}
