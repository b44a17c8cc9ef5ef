/*
 * failures.c -- what happened in each result that is not valid.
 *
 * A broken policy often breaks alike on every trace.  Failures of one policy
 * that are alike (measure/failure.h) form a family.  A family of up to
 * FAMILY_FULL is told in full; of a larger one the failure with the earliest
 * operation, the easiest to follow, is, and the others in a line each.  With -v
 * all are told in full.
 */
#include <inttypes.h>
#include <string.h>

#include "driver/measure/failure.h"
#include "driver/report/paint.h"
#include "driver/report/reason.h"
#include "driver/report/tell_death.h"
#include "driver/report/text.h"
#include "driver/report/verdict.h"

#define FAMILY_FULL 3

/* A family: its size, and the trace of its earliest member. */
struct family {
    size_t members;
    size_t earliest;
    size_t first; /* in the order of the traces */
};

static struct family family_of(const struct run *run, size_t trace,
                               size_t subject)
{
    const struct result *result = run_result(run, trace, subject);
    struct family family = {.first = run->n_traces};
    uint64_t least = UINT64_MAX;
    for (size_t t = 0; t < run->n_traces; t++) {
        const struct result *other = run_result(run, t, subject);
        if (!failure_alike(result, other)) {
            continue;
        }
        uint64_t op = failure_reach(other, run->traces[t].ops);
        if (family.members == 0 || op < least) {
            family.earliest = t;
            least = op;
        }
        family.first = t < family.first ? t : family.first;
        family.members++;
    }
    return family;
}

static void title(FILE *out, const struct report_style *style,
                  const struct failure *failure)
{
    paint_text(out, style, TONE_BAD, verdict_label(failure->result->verdict));
    fputs("  ", out);
    paint_format(out, style, TONE_HEADING, "%.100s on %.100s\n\n",
                 failure->subject->label, failure->trace->name);
}

/* In one line, where there is nothing more to tell. */
static void tell_reason(FILE *out, const struct report_style *style,
                        const struct failure *failure)
{
    char reason[REASON_ROOM];
    tell_label(out, style, "what");
    paint_wrapped(out, style, TELL_COLUMN, TELL_COLUMN,
                  reason_text(failure->result, reason));
}

/* Whether a fault may have been made before the operation that showed it. */
static bool checked_in_part(const struct failure *failure)
{
    const struct check_record *check = &failure->result->check;
    return !failure->subject->foreign && check->checked < check->operations;
}

/* Options that bring the user further. */
static const char *advice(const struct failure *failure)
{
    const struct result *result = failure->result;
    bool sparse = checked_in_part(failure);
    switch (result->verdict) {
    case VERDICT_FAULT:
        if (result->fault.n_bytes > 0) {
            return sparse ? " --check=1 --verify=all" : " --verify=all";
        }
        return sparse ? " --check=1" : "";
    case VERDICT_HUNG:
        return failure->subject->foreign ? " -s 300" : " --check=1 -s 300";
    case VERDICT_NO_MEMORY:
        return failure->heap_limit_bytes < HEAP_DEFAULT_RESERVE
                   ? " --heap-limit 64G"
                   : "";
    default: return "";
    }
}

static void tell_again(FILE *out, const struct report_style *style,
                       const struct failure *failure)
{
    tell_label(out, style, "try");
    fputs("mdriver -c -p ", out);
    tell_word(out, failure->subject->given);
    fprintf(out, "%s -f ", advice(failure));
    tell_word(out, failure->trace->path);
    fputc('\n', out);
    if (failure->result->verdict == VERDICT_FAULT && checked_in_part(failure)) {
        fprintf(out, "%*s", TELL_COLUMN, "");
        paint_wrapped(out, style, TELL_COLUMN, TELL_COLUMN,
                      "not every operation was checked: the cause may lie "
                      "before the one at which it showed");
    }
}

static void tell_full(FILE *out, const struct report_style *style,
                      const struct failure *failure)
{
    title(out, style, failure);
    switch (failure->result->verdict) {
    case VERDICT_FAULT:
    case VERDICT_NO_MEMORY: tell_fault(out, style, failure); break;
    case VERDICT_CRASHED:
    case VERDICT_EXITED:
    case VERDICT_HUNG:
    case VERDICT_RUNAWAY: tell_death(out, style, failure); break;
    case VERDICT_NOT_RUN:
    case VERDICT_VALID:
    case VERDICT_BROKEN: tell_reason(out, style, failure); break;
    }
    tell_again(out, style, failure);
    fputc('\n', out);
}

static struct failure failure_at(const struct run *run, size_t trace,
                                 size_t subject)
{
    return (struct failure){&run->traces[trace], &run->subjects[subject],
                            run_result(run, trace, subject),
                            run->heap_limit_bytes};
}

static void tell_short(FILE *out, const struct run *run, size_t trace,
                       size_t subject, const struct report_style *style)
{
    char reason[REASON_ROOM], text[4 * 256];
    const struct result *result = run_result(run, trace, subject);
    size_t room = style->columns > 32 ? style->columns - 28 : 8;
    fputs("    ", out);
    paint_name(out, style, TONE_PLAIN, 22, run->traces[trace].name);
    text_cut(reason_text(result, reason), room > 255 ? 255 : room, text,
             sizeof(text));
    fprintf(out, "  %s\n", text);
}

/* A large family: one in full, the others in a line each. */
static void tell_family(FILE *out, const struct run *run,
                        const struct family *family, size_t subject,
                        const struct report_style *style)
{
    struct failure failure = failure_at(run, family->earliest, subject);
    tell_full(out, style, &failure);
    fprintf(out, "  %zu more traces end alike (-v tells each in full):\n",
            family->members - 1);
    for (size_t t = 0; t < run->n_traces; t++) {
        if (t != family->earliest &&
            failure_alike(failure.result, run_result(run, t, subject))) {
            tell_short(out, run, t, subject, style);
        }
    }
    fputc('\n', out);
}

static void tell_subject(FILE *out, const struct run *run, size_t subject,
                         const struct report_style *style)
{
    for (size_t t = 0; t < run->n_traces; t++) {
        if (!result_failed(run_result(run, t, subject))) {
            continue;
        }
        struct family family = family_of(run, t, subject);
        if (style->detail >= DETAIL_VERBOSE || family.members <= FAMILY_FULL) {
            struct failure failure = failure_at(run, t, subject);
            tell_full(out, style, &failure);
        } else if (family.first == t) {
            tell_family(out, run, &family, subject, style);
        }
    }
}

int report_failures(FILE *out, const struct run *run,
                    const struct report_style *style)
{
    for (size_t s = 0; s < run->n_subjects; s++) {
        tell_subject(out, run, s, style);
    }
    return fflush(out) == 0 && !ferror(out) ? 0 : -1;
}
