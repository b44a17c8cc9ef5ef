/*
 * notes.c -- what a reader must know to trust the figures of a table.
 *
 * A note names the traces it is about, the first few of them: the machine
 * readable outputs carry them all.
 */
#include "driver/report/notes.h"

#include <math.h>
#include <stdarg.h>
#include <string.h>

#include "driver/report/paint.h"
#include "driver/report/text.h"

#define NAMED_TRACES 6
#define NOTE_INDENT  6

/*
 * Distance of the quartiles, relative to the median, from which on a reader
 * is warned; figures are noisy long before, as their spread shows.
 */
#define WIDE_SPREAD 0.1

/* Of what is not whole: no more is shown, lest it read 100.0%. */
#define MOST_SHARE 0.999

/* A note in the making. */
struct note {
    char text[1024];
    size_t length;
    size_t named, unnamed;
};

__attribute__((format(printf, 2, 3))) static void note_add(struct note *note,
                                                           const char *format,
                                                           ...)
{
    va_list arguments;
    size_t room = sizeof(note->text) - note->length;
    va_start(arguments, format);
    int n = vsnprintf(note->text + note->length, room, format, arguments);
    va_end(arguments);
    note->length += n < 0 ? 0 : (size_t)n < room ? (size_t)n : room - 1;
}

/* Adds a trace, told as name and remark, or counts it. */
static void note_name(struct note *note, const char *name, const char *remark)
{
    if (note->named == NAMED_TRACES) {
        note->unnamed++;
        return;
    }
    note_add(note, "%s%.60s%s", note->named > 0 ? ", " : " ", name, remark);
    note->named++;
}

static void note_close_names(struct note *note)
{
    if (note->unnamed > 0) {
        note_add(note, " and %zu more", note->unnamed);
    }
}

/* Where notes go, and how many went there. */
struct notes {
    FILE *out;
    const struct report_style *style;
    size_t shown;
};

static void note_show(struct notes *notes, enum tone tone, const char *kind,
                      const struct note *note)
{
    if (notes->shown++ == 0) {
        fputc('\n', notes->out);
    }
    paint_format(notes->out, notes->style, tone, "%s:", kind);
    fputc(' ', notes->out);
    paint_wrapped(notes->out, notes->style, strlen(kind) + 2, NOTE_INDENT,
                  note->text);
}

/* The share of operations that were checked, the least of all subjects. */
static double checked_share(const struct run *run, size_t trace)
{
    double least = 1;
    for (size_t s = 0; s < run->n_subjects; s++) {
        const struct check_record *check = &run_result(run, trace, s)->check;
        if (check->thinned && check->checked > 0) {
            double share = (double)check->checked / (double)check->operations;
            least = fmin(least, fmin(share, MOST_SHARE));
        }
    }
    return least;
}

static void thinned_note(struct notes *notes, const struct run *run)
{
    struct note note = {.length = 0};
    note_add(&note,
             "to keep their time budget, whole-heap checks came after a part "
             "of the operations only:");
    for (size_t t = 0; t < run->n_traces; t++) {
        double share = checked_share(run, t);
        if (share < 1) {
            char remark[64];
            snprintf(remark, sizeof(remark), " %s", figure_share(share).text);
            note_name(&note, run->traces[t].name, remark);
        }
    }
    note_close_names(&note);
    note_add(&note, "; --check=1 checks after each");
    if (note.named > 0) {
        note_show(notes, TONE_FAINT, "note", &note);
    }
}

static bool trace_noisy(const struct run *run, size_t trace)
{
    for (size_t s = 0; s < run->n_subjects; s++) {
        const struct timing_record *timing = &run_result(run, trace, s)->timing;
        double spread = timing->ns_high - timing->ns_low;
        if (timing->measured && timing->noisy &&
            spread > WIDE_SPREAD * timing->ns_per_op) {
            return true;
        }
    }
    return false;
}

static void noise_note(struct notes *notes, const struct run *run)
{
    struct note note = {.length = 0};
    note_add(&note, "the times of these traces kept varying:");
    for (size_t t = 0; t < run->n_traces; t++) {
        if (trace_noisy(run, t)) {
            note_name(&note, run->traces[t].name, "");
        }
    }
    note_close_names(&note);
    note_add(&note, ". Something else keeps the machine busy: close other "
                    "programs, or measure longer with --timing-budget "
                    "SECONDS. Ratios to libc suffer less, as both were timed "
                    "turn by turn");
    if (note.named > 0) {
        note_show(notes, TONE_WARNING, "warning", &note);
    }
}

static void weight_note(struct notes *notes, const struct run *run)
{
    static const char *const remarks[] = {
        [0] = " (neither)",
        [2] = " (utilization only)",
        [3] = " (throughput only)",
    };
    struct note note = {.length = 0};
    note_add(&note, "by their weight these traces count in part or not at all "
                    "in the averages:");
    for (size_t t = 0; t < run->n_traces; t++) {
        uint32_t weight = run->traces[t].weight;
        if (weight < 4 && remarks[weight] != NULL) {
            note_name(&note, run->traces[t].name, remarks[weight]);
        }
    }
    note_close_names(&note);
    if (note.named > 0) {
        note_show(notes, TONE_FAINT, "note", &note);
    }
}

static void interrupted_note(struct notes *notes, const struct run *run)
{
    size_t all = run->n_traces * run->n_subjects;
    size_t missing = 0;
    for (size_t i = 0; i < all; i++) {
        missing += run->results[i].verdict == VERDICT_NOT_RUN;
    }
    if (run->interrupted || missing > 0) {
        struct note note = {.length = 0};
        note_add(&note,
                 "interrupted: averages are over the %zu of %zu results that "
                 "had ended",
                 all - missing, all);
        note_show(notes, TONE_WARNING, "warning", &note);
    }
}

void notes_table(FILE *out, const struct run *run,
                 const struct report_style *style)
{
    struct notes notes = {out, style, 0};
    interrupted_note(&notes, run);
    noise_note(&notes, run);
    thinned_note(&notes, run);
    weight_note(&notes, run);
}
