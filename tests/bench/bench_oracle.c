/*
 * bench_oracle.c -- what the oracle costs per operation.
 *
 * A trace fills the heap with live blocks and then frees a random one and
 * allocates another, over and over; sizes are uniform in 16 .. 128 bytes.  Two
 * rounds are judged without check and walk, as correctness_run does it with
 * --check=off; the figure is all of its time over all operations.  Beside it
 * the same two rounds are replayed plainly on the same policy, and the
 * difference is what the oracle adds.  The best of three is shown: the rest is
 * the machine's noise.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "allocator/registry.h"
#include "driver/replay/correctness.h"
#include "driver/replay/oracle.h"
#include "driver/replay/replay.h"
#include "driver/trace/build.h"
#include "driver/trace/prng.h"

#define CHURN     ((uint32_t)500000)
#define FEW_LIVE  ((uint32_t)50000)
#define MANY_LIVE ((uint32_t)1000000)
#define REPEATS   5

/* Of processor time, so that other processes matter less. */
static double now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return 1e9 * (double)now.tv_sec + (double)now.tv_nsec;
}

static void append_alloc(struct trace_builder *builder, struct prng *prng,
                         uint32_t id)
{
    struct op op = {.size = prng_between(prng, 16, 128), .id = id};
    build_append(builder, op);
}

/* live blocks, then pairs of free and alloc, of random blocks. */
static int make_trace(uint32_t live, struct trace *trace)
{
    struct trace_builder builder = {0};
    struct prng prng;
    prng_seed(&prng, live);
    for (uint32_t id = 0; id < live; id++) {
        append_alloc(&builder, &prng, id);
    }
    for (uint32_t i = 0; i < CHURN; i++) {
        uint32_t id = (uint32_t)prng_below(&prng, live);
        build_append(&builder, (struct op){.kind = OP_FREE, .id = id});
        append_alloc(&builder, &prng, id);
    }
    return build_finish(&builder, "churn", trace);
}

/* ns per operation of two judged rounds, or a negative number. */
static double judged_ns(const struct trace *trace,
                        const struct subject *subject)
{
    struct correctness_options options = {.check_every = CHECK_OFF};
    struct correctness_record record;
    double start = now_ns();
    if (correctness_run(trace, subject, &options, NULL, &record) != 0 ||
        record.end != CORRECT) {
        fprintf(stderr, "%s: %s\n", subject->label, record.fault.detail);
        return -1;
    }
    return (now_ns() - start) / (double)record.check.operations;
}

static void replay(struct session *session, const struct trace *trace)
{
    for (size_t i = 0; i < trace->n_ops; i++) {
        replay_op(session->policy, &session->heap, session->slots,
                  &trace->ops[i]);
    }
}

/* The same two rounds, unjudged. */
static double plain_ns(const struct trace *trace, const struct subject *subject)
{
    struct session session;
    double start = now_ns();
    if (session_open(&session, subject, trace->n_ids, NULL) != 0) {
        return -1;
    }
    replay(&session, trace);
    if (session_reset(&session) == 0) {
        replay(&session, trace);
    }
    session_close(&session);
    return (now_ns() - start) / (2 * (double)trace->n_ops);
}

static double smaller(double a, double b)
{
    return a < b ? a : b;
}

static void print_row(const struct trace *trace, const struct subject *subject)
{
    double judged = 1e99, plain = 1e99;
    for (int i = 0; i < REPEATS; i++) {
        judged = smaller(judged, judged_ns(trace, subject));
        plain = smaller(plain, plain_ns(trace, subject));
    }
    printf("%-12s %12lu %16.1f %16.1f %16.1f\n", subject->label,
           (unsigned long)trace->peak_live_blocks, judged, plain,
           judged - plain);
}

/* ns per block of the heap when check and walk run on the trace's end. */
static double check_ns(const struct trace *trace, const struct subject *subject)
{
    struct session session;
    struct oracle oracle;
    if (session_open(&session, subject, trace->n_ids, NULL) != 0) {
        return -1;
    }
    if (oracle_open(&oracle, trace, &session) != 0) {
        session_close(&session);
        return -1;
    }
    for (size_t op = 0; op < trace->n_ops; op++) {
        oracle_step(&oracle, op);
    }
    double best = 1e99;
    for (int i = 0; i < 4 * REPEATS; i++) {
        double start = now_ns();
        oracle_check(&oracle, trace->n_ops - 1);
        best = smaller(best, now_ns() - start);
    }
    oracle_close(&oracle);
    session_close(&session);
    return best / (double)trace->live_blocks_at_end;
}

static void print_checks(const struct subject *subjects, size_t n)
{
    struct trace trace;
    if (make_trace(FEW_LIVE, &trace) != 0) {
        return;
    }
    printf("\ncheck and walk of the whole heap, ns per live block\n");
    for (size_t i = 0; i < n; i++) {
        if (subjects[i].kind == SUBJECT_POLICY) {
            printf("%-12s %12u %16.1f\n", subjects[i].label, FEW_LIVE,
                   check_ns(&trace, &subjects[i]));
        }
    }
    trace_free(&trace);
}

static int bench(uint32_t live, const struct subject *subjects, size_t n)
{
    struct trace trace;
    if (make_trace(live, &trace) != 0) {
        perror("bench_oracle");
        return -1;
    }
    for (size_t i = 0; i < n; i++) {
        print_row(&trace, &subjects[i]);
    }
    trace_free(&trace);
    return 0;
}

int main(int argc, char **argv)
{
    struct subject *subjects = NULL;
    size_t n = 0;
    char message[200];
    const char *list = argc > 1 ? argv[1] : "bump,best-fit";
    if (subject_parse_list(list, &subjects, &n, message, sizeof message) != 0) {
        fprintf(stderr, "%s\n", message);
        return 2;
    }
    printf(
        "oracle, ns per operation (check and walk off; bars: 150 and 300)\n");
    printf("%-12s %12s %16s %16s %16s\n", "policy", "live blocks",
           "judged replay", "plain replay", "oracle");
    int status = bench(FEW_LIVE, subjects, n) | bench(MANY_LIVE, subjects, n);
    print_checks(subjects, n);
    free(subjects);
    return status == 0 ? 0 : 1;
}
