/*
 * shrunk.c -- before and after, the operations, and how to replay them.
 *
 *     left       6 of 52,282 operations, after 143 replays in 1.8 s
 *     what       overlap at line 10: a 5 4081
 *     trace      a 0 1
 *                f 0
 *     try        mdriver -c -p first-fit -f cc1.min.rep
 */
#include "driver/report/shrunk.h"

#include <string.h>

#include "driver/measure/failure.h"
#include "driver/report/paint.h"
#include "driver/report/reason.h"
#include "driver/report/tell_fault.h"
#include "driver/report/text.h"

static void tell_count(FILE *out, const struct report_style *style,
                       const struct shrunk *shrunk)
{
    char text[256];
    snprintf(text, sizeof(text),
             "%s of %s operations, after %s replays in %s%s",
             figure_exact(shrunk->ops_after).text,
             figure_exact(shrunk->ops_before).text,
             figure_exact(shrunk->replays).text,
             figure_duration(shrunk->seconds).text,
             shrunk->finished ? "" : ": not finished");
    tell_label(out, style, "left");
    paint_wrapped(out, style, TELL_COLUMN, TELL_COLUMN, text);
}

/* The failure as the file gives it, and the old one where it differs. */
static void tell_failure(FILE *out, const struct report_style *style,
                         const struct shrunk *shrunk)
{
    char reason[REASON_ROOM];
    tell_label(out, style, "what");
    paint_wrapped(out, style, TELL_COLUMN, TELL_COLUMN,
                  reason_text(shrunk->after, reason));
    if (!failure_alike(shrunk->before, shrunk->after)) {
        char text[REASON_ROOM + 40];
        snprintf(text, sizeof(text), "where less was checked: %s",
                 reason_text(shrunk->before, reason));
        fprintf(out, "%*s", TELL_COLUMN, "");
        paint_wrapped(out, style, TELL_COLUMN, TELL_COLUMN, text);
    }
}

static void tell_operations(FILE *out, const struct report_style *style,
                            const char *lines)
{
    tell_label(out, style, "trace");
    while (*lines != '\0') {
        int length = (int)strcspn(lines, "\n");
        fprintf(out, "%.*s\n", length, lines);
        lines += length + (lines[length] == '\n');
        if (*lines != '\0') {
            fprintf(out, "%*s", TELL_COLUMN, "");
        }
    }
}

int report_shrunk(FILE *out, const struct shrunk *shrunk,
                  const struct report_style *style)
{
    paint_text(out, style, TONE_HEADING, "SHRUNK");
    fputs("  ", out);
    paint_format(out, style, TONE_HEADING, "%.100s on %.100s\n\n",
                 shrunk->subject, shrunk->trace);
    tell_count(out, style, shrunk);
    tell_failure(out, style, shrunk);
    if (shrunk->operations != NULL) {
        tell_operations(out, style, shrunk->operations);
    }
    tell_label(out, style, "try");
    fputs("mdriver -c -p ", out);
    tell_word(out, shrunk->given);
    if (shrunk->heap_limit_bytes != 0) {
        fprintf(out, " --heap-limit %zu", shrunk->heap_limit_bytes);
    }
    fputs(" -f ", out);
    tell_word(out, shrunk->file);
    fputs("\n\n", out);
    return fflush(out) == 0 && !ferror(out) ? 0 : -1;
}
