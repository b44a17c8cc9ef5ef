/*
 * tell_death.c -- a post-mortem as a paragraph that can be acted on.
 *
 *     where      traces/random.rep:37: f 12
 *                operation 33 of 4,800, first replay, correctness
 *     what       SIGSEGV: touched memory that is not mapped, at 0x10
 *                address 0x10 is a null pointer plus 16
 *     last ops   line 30  a 1 20
 *                line 37  f 12          <- under way
 *     backtrace  #0  coalesce  mm.c:123
 *                #1  mm_free   mm.c:200
 */
#include "driver/report/tell_death.h"

#include <inttypes.h>
#include <signal.h>
#include <string.h>

#include "driver/report/paint.h"
#include "driver/report/reason.h"

/* Addresses below the second page come from a null pointer and an offset. */
#define NULL_PAGE 4096

/* Beyond this the nearest block has nothing to do with an address. */
#define FAR_BYTES ((uint64_t)1 << 20)

static const struct {
    int number;
    const char *name;
    const char *meaning;
} signals[] = {
    {SIGSEGV, "SIGSEGV", "touched memory that is not there"},
    {SIGBUS, "SIGBUS", "touched memory that cannot be touched so"},
    {SIGFPE, "SIGFPE", "an arithmetic error, such as a division by zero"},
    {SIGABRT, "SIGABRT", "abort was called, as a failed assert does"},
    {SIGILL, "SIGILL", "an instruction that does not exist"},
    {SIGTRAP, "SIGTRAP", "a trap, as compilers put where code cannot get"},
    {SIGSYS, "SIGSYS", "a system call that is not allowed"},
    {SIGKILL, "SIGKILL", "killed from outside"},
    {SIGTERM, "SIGTERM", "ended from outside"},
    {SIGPIPE, "SIGPIPE", "wrote to a pipe that nobody reads"},
    {SIGXCPU, "SIGXCPU", "passed a limit of processor time"},
};

#define N_SIGNALS (sizeof(signals) / sizeof(signals[0]))

struct figure signal_name(int number)
{
    struct figure figure;
    for (size_t i = 0; i < N_SIGNALS; i++) {
        if (signals[i].number == number) {
            snprintf(figure.text, sizeof(figure.text), "%s", signals[i].name);
            return figure;
        }
    }
    snprintf(figure.text, sizeof(figure.text), "signal %d", number);
    return figure;
}

static const char *death_meaning(const struct post_mortem *death)
{
    int number = death->signal;
    if (death->stack_overflow) {
        return "ran out of stack, as an endless recursion does";
    }
    for (size_t i = 0; i < N_SIGNALS; i++) {
        if (signals[i].number == number) {
            return signals[i].meaning;
        }
    }
    return "ended by a signal";
}

static void tell_line(FILE *out, const struct report_style *style,
                      const char *text)
{
    fprintf(out, "%*s", TELL_COLUMN, "");
    paint_wrapped(out, style, TELL_COLUMN, TELL_COLUMN, text);
}

/* How an address lies to the nearest live block. */
static void tell_nearest(FILE *out, const struct report_style *style,
                         const struct failure *failure)
{
    const struct post_mortem *death = &failure->result->post_mortem;
    const struct fault_block *block = &death->block;
    int64_t distance = death->block_distance;
    uint64_t apart =
        distance < 0 ? (uint64_t)0 - (uint64_t)distance : (uint64_t)distance;
    char where[64] = "inside", text[256];
    if (apart > FAR_BYTES) {
        tell_line(out, style, "far from every live block");
        return;
    }
    if (apart != 0) {
        snprintf(where, sizeof(where), "%s bytes %s", figure_exact(apart).text,
                 distance < 0 ? "before" : "behind the end of");
    }
    snprintf(text, sizeof(text),
             "%s the payload of line %" PRIu64 ": %s bytes at %s", where,
             block->line, figure_exact(block->bytes).text,
             tell_address(failure->subject, block->address).text);
    tell_line(out, style, text);
}

static void tell_place(FILE *out, const struct report_style *style,
                       const struct failure *failure)
{
    const struct post_mortem *death = &failure->result->post_mortem;
    if (!death->has_address) {
        return;
    }
    fprintf(out, "%*saddress 0x%" PRIx64, TELL_COLUMN, "", death->address);
    if (death->address < NULL_PAGE) {
        fprintf(out, ": a null pointer plus %" PRIu64 "\n", death->address);
    } else if (death->in_heap) {
        fprintf(out, " is heap+0x%" PRIx64 "\n", death->heap_offset);
    } else {
        fputs(": not in the heap\n", out);
    }
    if (death->block.exists) {
        tell_nearest(out, style, failure);
    }
}

static void tell_what(FILE *out, const struct report_style *style,
                      const struct failure *failure)
{
    const struct post_mortem *death = &failure->result->post_mortem;
    char reason[REASON_ROOM];
    tell_label(out, style, "what");
    if (failure->result->verdict == VERDICT_CRASHED) {
        paint_text(out, style, TONE_BAD, signal_name(death->signal).text);
        fprintf(out, ": %s\n", death_meaning(death));
        tell_place(out, style, failure);
    } else {
        paint_wrapped(out, style, TELL_COLUMN, TELL_COLUMN,
                      reason_text(failure->result, reason));
    }
}

static void tell_last_ops(FILE *out, const struct report_style *style,
                          const struct post_mortem *death)
{
    uint32_t n = death->n_last_ops < POST_MORTEM_OPS ? death->n_last_ops
                                                     : POST_MORTEM_OPS;
    int width =
        n > 0 ? snprintf(NULL, 0, "%" PRIu64, death->last_ops[n - 1].line) : 0;
    for (uint32_t i = 0; i < n; i++) {
        const struct told_op *op = &death->last_ops[i];
        bool under_way = i + 1 == n && death->op != FAULT_NO_OP;
        if (i == 0) {
            tell_label(out, style, "last ops");
        } else {
            fprintf(out, "%*s", TELL_COLUMN, "");
        }
        fprintf(out, "line %-*" PRIu64 "  ", width, op->line);
        paint_format(out, style, under_way ? TONE_BAD : TONE_PLAIN, "%s%s",
                     op->text, under_way ? "   <- under way" : "");
        fputc('\n', out);
    }
}

static int function_width(const struct post_mortem *death, uint32_t n)
{
    size_t widest = 8;
    for (uint32_t i = 0; i < n; i++) {
        size_t width = name_width(death->frames[i].function);
        widest = width > widest ? width : widest;
    }
    return (int)(widest < 32 ? widest : 32);
}

static void tell_frame(FILE *out, const struct report_style *style,
                       uint32_t index, int width,
                       const struct stack_frame *frame)
{
    fprintf(out, "#%-3" PRIu32, index);
    if (frame->function[0] == '\0') {
        fprintf(out, "0x%" PRIx64, frame->address);
    } else if (frame->file[0] == '\0') {
        paint_text(out, style, TONE_HEADING, frame->function);
    } else {
        paint_cell(out, style, TONE_HEADING, -width, frame->function);
        fprintf(out, "  %s", frame->file);
        if (frame->line != 0) {
            fprintf(out, ":%" PRIu32, frame->line);
        }
    }
    fputc('\n', out);
}

/* Frames up to the one where mdriver called the subject. */
static uint32_t subject_frames(const struct post_mortem *death, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        if (strncmp(death->frames[i].file, "driver/", 7) == 0) {
            return i > 0 ? i : n;
        }
    }
    return n;
}

static bool same_place(const struct stack_frame *a, const struct stack_frame *b)
{
    return strcmp(a->function, b->function) == 0 &&
           strcmp(a->file, b->file) == 0 && a->line == b->line &&
           (a->function[0] != '\0' || a->address == b->address);
}

/* How many frames from first on are each the same as the one `period` before.
 */
static uint32_t count_repeated(const struct stack_frame *frames, uint32_t first,
                               uint32_t end, uint32_t period)
{
    uint32_t i = first;
    while (i < end && same_place(&frames[i], &frames[i - period])) {
        i++;
    }
    return i - first;
}

/* Functions that call each other, up to so many. */
enum { MOST_PERIOD = 4 };

/*
 * Frames that can be left out before frame i, as those above them tell all
 * there is to know: the rest of a recursion, at least two rounds of it.
 */
static uint32_t foldable(const struct stack_frame *frames, uint32_t i,
                         uint32_t end)
{
    for (uint32_t period = 1; period <= MOST_PERIOD && period <= i; period++) {
        uint32_t n = count_repeated(frames, i, end, period);
        if (n >= 2 * period) {
            return n;
        }
    }
    return 0;
}

static void tell_frames(FILE *out, const struct report_style *style,
                        const struct stack_frame *frames, uint32_t n, int width)
{
    for (uint32_t i = 0; i < n; i++) {
        uint32_t more = foldable(frames, i, n);
        if (i == 0) {
            tell_label(out, style, "backtrace");
        } else {
            fprintf(out, "%*s", TELL_COLUMN, "");
        }
        if (more > 0) {
            paint_format(out, style, TONE_FAINT,
                         "     ... %" PRIu32 " more of the same\n", more);
            i += more - 1;
        } else {
            tell_frame(out, style, i, width, &frames[i]);
        }
    }
}

static void tell_backtrace(FILE *out, const struct report_style *style,
                           const struct post_mortem *death)
{
    uint32_t n = death->n_frames < POST_MORTEM_FRAMES ? death->n_frames
                                                      : POST_MORTEM_FRAMES;
    uint32_t shown =
        style->detail >= DETAIL_MORE ? n : subject_frames(death, n);
    tell_frames(out, style, death->frames, shown, function_width(death, shown));
    if (shown < n) {
        fprintf(out, "%*s", TELL_COLUMN, "");
        paint_format(out, style, TONE_FAINT,
                     "called by mdriver (-V shows its %" PRIu32 " frames)\n",
                     n - shown);
    }
}

void tell_death(FILE *out, const struct report_style *style,
                const struct failure *failure)
{
    const struct post_mortem *death = &failure->result->post_mortem;
    uint32_t n = death->n_last_ops;
    if (!death->exists) {
        tell_what(out, style, failure);
        return;
    }
    const struct told_op *now =
        n > 0 && n <= POST_MORTEM_OPS ? &death->last_ops[n - 1] : NULL;
    tell_where(out, style, failure, death->op, now != NULL ? now->line : 0,
               now != NULL ? now->text : "", death->round, death->phase);
    tell_what(out, style, failure);
    tell_last_ops(out, style, death);
    tell_backtrace(out, style, death);
}
