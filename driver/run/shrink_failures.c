/*
 * shrink_failures.c -- which failure, where its file goes, and what is told.
 */
#include "driver/run/shrink_failures.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "driver/measure/failure.h"
#include "driver/report/shrunk.h"
#include "driver/report/text.h"
#include "driver/run/interrupts.h"
#include "driver/run/shrink_test.h"
#include "driver/trace/write.h"

#define SHOWN_OPS 30

struct shrinking {
    struct shrink_case failure;
    const struct result *before; /* as the run gave it */
    struct trace smaller;        /* to be shrunk on; empty: the whole trace */
    struct shrink_result left;
    size_t n_tests; /* of all turns */
    double seconds;
    char file[400];
    FILE *talk;
    bool watched; /* talk is a terminal */
};

static void draw(void *context, size_t n_ops, size_t n_tests)
{
    const struct shrinking *s = context;
    const struct trace *trace = s->failure.trace;
    if (s->watched) {
        fprintf(s->talk,
                "\r\033[Kshrinking %.30s: %s of %s operations left, %zu "
                "replays",
                trace->name, figure_exact(n_ops).text,
                figure_exact(trace->n_ops).text, s->n_tests + n_tests);
        fflush(s->talk);
    }
}

/* The shrinker's context is ours; its test wants the failure. */
static enum shrink_verdict test(void *context, const struct trace *candidate,
                                size_t *failed_op)
{
    struct shrinking *s = context;
    return shrink_case_test(&s->failure, candidate, failed_op);
}

static void shrink(struct shrinking *s)
{
    struct shrink_how how = {
        .test = test,
        .tell = draw,
        .context = s,
        .seconds = s->failure.options->shrink_s,
    };
    trace_free(&s->left.trace);
    shrink_trace(s->smaller.ops != NULL ? &s->smaller : s->failure.trace, &how,
                 &s->left);
    s->n_tests += s->left.n_tests;
    s->seconds += s->left.seconds;
    if (s->watched) {
        fputs("\r\033[K", s->talk);
        fflush(s->talk);
    }
}

/* ---- the file ------------------------------------------------------------ */

/* NAME.min.rep, or NAME.SUBJECT.min.rep where there are several. */
static void name_file(struct shrinking *s)
{
    char label[sizeof s->failure.subject->label];
    shrink_file_name(s->failure.trace, s->file, sizeof s->file);
    if (s->failure.options->n_subjects == 1) {
        return;
    }
    strcpy(label, s->failure.subject->label);
    for (char *c = label; *c != '\0'; c++) {
        *c = *c == ':' || *c == '=' || *c == '/' ? '-' : *c;
    }
    size_t length = strlen(s->file) - strlen(".min.rep");
    snprintf(s->file + length, sizeof s->file - length, ".%s.min.rep", label);
}

/*
 * Writes what is left and replays the file, so that what is told is what users
 * will see.  Returns 0, or -1 when the file could not be written.
 */
static int write_and_prove(struct shrinking *s, enum shrink_proof *proof)
{
    struct trace_error error;
    struct trace again;
    char text[600];
    if (trace_write_file(&s->left.trace, s->file, &error) != 0 ||
        trace_read(s->file, &again, &error) != 0) {
        fprintf(s->talk, "mdriver: %s\n",
                trace_format_error(&error, text, sizeof text));
        return -1;
    }
    *proof = shrink_case_prove(&s->failure, &again);
    trace_free(&again);
    return 0;
}

/* ---- what is told -------------------------------------------------------- */

/* The lines of a trace, to be freed; NULL where they are too many. */
static char *lines_of(const struct trace *trace)
{
    char *lines = NULL, op[64];
    size_t bytes;
    FILE *out =
        trace->n_ops <= SHOWN_OPS ? open_memstream(&lines, &bytes) : NULL;
    if (out == NULL) {
        return NULL;
    }
    for (size_t i = 0; i < trace->n_ops; i++) {
        fprintf(out, "%s\n", trace_format_op(trace, i, op, sizeof op));
    }
    return fclose(out) == 0 ? lines : NULL;
}

static int tell_result(const struct shrinking *s, FILE *people,
                       const struct report_style *style)
{
    char *lines = lines_of(&s->left.trace);
    struct shrunk shrunk = {
        .subject = s->failure.subject->label,
        .given = s->failure.subject->given,
        .trace = s->failure.trace->name,
        .ops_before = s->failure.trace->n_ops,
        .ops_after = s->left.trace.n_ops,
        .replays = s->n_tests,
        .seconds = s->seconds,
        .finished = s->left.end == SHRINK_MINIMAL,
        .file = s->file,
        .operations = lines,
        .heap_limit_bytes = s->failure.options->correctness.heap.limit_bytes,
        .before = s->before,
        .after = &s->failure.found,
    };
    int status = report_shrunk(people, &shrunk, style);
    free(lines);
    return status;
}

static void tell_refusal(const struct shrinking *s)
{
    static const char *const reasons[] = {
        [SHRINK_NOT_FAILING] = "it does not fail in this way again",
        [SHRINK_SPLIT_PASSES] =
            "it does not fail where each lifetime has an id of its own",
        [SHRINK_EMPTY_FAILS] = "it fails without any operation, too",
        [SHRINK_NO_VERDICT] = "interrupted, or out of memory",
    };
    fprintf(s->talk, "mdriver: --shrink: %s on %s: %s\n",
            s->failure.subject->label, s->failure.trace->name,
            reasons[s->left.end]);
}

/* ---- all ----------------------------------------------------------------- */

static bool has_left(const struct shrinking *s)
{
    return s->left.end == SHRINK_MINIMAL || s->left.end == SHRINK_UNFINISHED;
}

/* The next turn begins with what is left. */
static void go_on(struct shrinking *s)
{
    trace_free(&s->smaller);
    s->smaller = s->left.trace;
    memset(&s->left.trace, 0, sizeof s->left.trace);
}

/* Returns whether there is a file to tell of. */
static bool shrink_and_write(struct shrinking *s,
                             struct shrink_outcome *outcome)
{
    enum shrink_proof proof = SHRINK_TOO_SHORT;
    while (proof == SHRINK_TOO_SHORT || proof == SHRINK_SEEN_BEFORE) {
        shrink(s);
        if (!has_left(s)) {
            tell_refusal(s);
            return false;
        }
        if (write_and_prove(s, &proof) != 0) {
            outcome->unwritten = true;
            return false;
        }
        if (proof == SHRINK_SEEN_BEFORE) {
            go_on(s);
        }
    }
    if (proof == SHRINK_DISPROVED) {
        fprintf(s->talk, "mdriver: --shrink: %s: does not fail each time\n",
                s->file);
    }
    return true;
}

/* The trace on which the subject failed earliest; n_traces: on none. */
static size_t earliest_failure(const struct run *run, size_t subject)
{
    size_t earliest = run->n_traces;
    uint64_t least = UINT64_MAX;
    for (size_t t = 0; t < run->n_traces; t++) {
        const struct result *result = run_result(run, t, subject);
        uint64_t reach = failure_reach(result, run->traces[t].ops);
        if (result_failed(result) && result->verdict != VERDICT_BROKEN &&
            reach < least) {
            earliest = t;
            least = reach;
        }
    }
    return earliest;
}

/* One failure from begin to end. */
static void shrink_failure(struct shrinking *s, FILE *people,
                           const struct report_style *style,
                           struct shrink_outcome *outcome)
{
    name_file(s);
    if (shrink_and_write(s, outcome)) {
        tell_result(s, people, style);
    }
    outcome->n_failures++;
    outcome->interrupted = s->failure.interrupted;
    trace_free(&s->left.trace);
    trace_free(&s->smaller);
}

struct shrink_outcome shrink_failures(const struct options *options,
                                      const struct trace_set *set,
                                      const struct run *run, FILE *people,
                                      const struct report_style *style,
                                      FILE *talk)
{
    struct shrink_outcome outcome = {.n_failures = 0};
    sigset_t before;
    interrupts_hold(&before);
    for (size_t i = 0; i < run->n_subjects && outcome.interrupted == 0; i++) {
        size_t t = earliest_failure(run, i);
        if (t == run->n_traces) {
            continue;
        }
        struct shrinking s = {.before = run_result(run, t, i),
                              .talk = talk,
                              .watched = isatty(fileno(talk))};
        shrink_case_begin(&s.failure, options, &set->traces[t],
                          &options->subjects[i], s.before);
        shrink_failure(&s, people, style, &outcome);
    }
    if (outcome.interrupted == 0) {
        sigprocmask(SIG_SETMASK, &before, NULL);
    }
    return outcome;
}
