/*
 * asked.c -- candidates are recounted before they are judged.
 */
#include "tests/support/asked.h"

#include <check.h>
#include <string.h>

#include "driver/trace/stats.h"
#include "tests/support/text_trace.h"

/* Lifetimes are numbered in order of appearance and have an id each. */
static void expect_own_ids(const struct trace *trace)
{
    uint32_t n_seen = 0;
    for (size_t i = 0; i < trace->n_ops; i++) {
        const struct op *op = &trace->ops[i];
        if (op->kind == OP_ALLOC || op->kind == OP_CALLOC ||
            op->kind == OP_MEMALIGN) {
            ck_assert_uint_eq(op->id, n_seen);
        }
        n_seen += op->id == n_seen && op->id < trace->n_ids;
    }
    ck_assert_uint_eq(n_seen, trace->n_ids);
}

static enum shrink_verdict ask(void *context, const struct trace *candidate,
                               size_t *failed_op)
{
    struct asked *asked = context;
    struct trace copy = *candidate;
    ck_assert_int_eq(trace_recount(&copy), 0);
    ck_assert_uint_eq(copy.peak_payload_bytes, candidate->peak_payload_bytes);
    ck_assert_uint_eq(*failed_op, candidate->n_ops);
    if (++asked->n == asked->give_up_at) {
        return SHRINK_GIVE_UP;
    }
    size_t op = candidate->n_ops;
    bool fails = asked->fails(candidate, &op);
    if (asked->tells) {
        *failed_op = op;
    }
    return fails ? SHRINK_FAILS : SHRINK_PASSES;
}

void asked_shrink(struct asked *asked, double seconds)
{
    struct shrink_how how = {.test = ask, .context = asked, .seconds = seconds};
    shrink_trace(&asked->original, &how, &asked->result);
    ck_assert_uint_eq(asked->result.n_tests, asked->n);
}

void asked_expect(const struct asked *asked, const char *lines)
{
    char text[2000] = "", op[64];
    ck_assert_int_eq(asked->result.end, SHRINK_MINIMAL);
    ck_assert_uint_lt(asked->result.trace.n_ops, 30);
    for (size_t i = 0; i < asked->result.trace.n_ops; i++) {
        strcat(text, trace_format_op(&asked->result.trace, i, op, sizeof op));
        strcat(text, "\n");
    }
    ck_assert_str_eq(text, lines);
    expect_own_ids(&asked->result.trace);
}

void asked_expect_text(const char *text, predicate *fails, const char *lines)
{
    struct asked asked = {.fails = fails};
    text_trace(text, &asked.original);
    asked_shrink(&asked, 0);
    asked_expect(&asked, lines);
    asked_free(&asked);
}

void asked_free(struct asked *asked)
{
    trace_free(&asked->original);
    trace_free(&asked->result.trace);
}
