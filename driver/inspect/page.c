/*
 * page.c -- one trace on one page.
 *
 *     operations   102,938: 53,011 malloc, 48,020 free, 1,907 realloc
 *     peak         3,253,192 bytes in 20,123 blocks, after operation ...
 *
 * A word at the left says what the sentence at the right is about; sentences
 * are broken to the width of the terminal.
 */
#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "driver/inspect/info.h"
#include "driver/report/paint.h"
#include "driver/report/text.h"

enum { LABEL_WIDTH = 13, SHARE_WIDTH = 6, SENTENCE_BYTES = 600 };

struct page {
    FILE *out;
    const struct report_style *style;
    const struct info *info;
};

/* A sentence that grows. */
struct sentence {
    char text[SENTENCE_BYTES];
    size_t length;
};

__attribute__((format(printf, 2, 3))) static void say(struct sentence *sentence,
                                                      const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int n =
        vsnprintf(sentence->text + sentence->length,
                  sizeof sentence->text - sentence->length, format, arguments);
    va_end(arguments);
    sentence->length += (size_t)n;
    if (sentence->length >= sizeof sentence->text) {
        sentence->length = sizeof sentence->text - 1;
    }
}

/* "1 block", "2 blocks" */
static void say_count(struct sentence *sentence, uint64_t n, const char *what)
{
    say(sentence, "%s %s%s", figure_exact(n).text, what, n == 1 ? "" : "s");
}

static void end_line(const struct page *page, const char *label,
                     const struct sentence *sentence)
{
    paint_cell(page->out, page->style, TONE_HEADING, -LABEL_WIDTH, label);
    paint_wrapped(page->out, page->style, LABEL_WIDTH, LABEL_WIDTH,
                  sentence->text);
}

static double share(uint64_t part, uint64_t whole)
{
    return whole == 0 ? 0 : (double)part / (double)whole;
}

/* ---- what the trace is ------------------------------------------------- */

static void dialect_line(const struct page *page)
{
    struct sentence line = {.length = 0};
    say(&line, "%s, ", info_dialect(page->info));
    say_count(&line, page->info->trace->n_ids, "id");
    say(&line, ", weight %" PRIu32, page->info->trace->weight);
    end_line(page, "dialect", &line);
}

static void operations_line(const struct page *page)
{
    const struct profile *profile = &page->info->profile;
    struct sentence line = {.length = 0};
    say(&line, "%s", figure_exact(page->info->trace->n_ops).text);
    const char *before = ": ";
    for (size_t kind = 0; kind < OP_KINDS; kind++) {
        if (profile->ops[kind] > 0) {
            say(&line, "%s%s %s", before, figure_exact(profile->ops[kind]).text,
                info_kind((enum op_kind)kind));
            before = ", ";
        }
    }
    if (profile->null_frees > 0) {
        say(&line, " (%s of NULL)", figure_exact(profile->null_frees).text);
    }
    end_line(page, "operations", &line);
}

static void blocks_line(const struct page *page)
{
    const struct profile *profile = &page->info->profile;
    struct sentence line = {.length = 0};
    say(&line, "%s allocated, %s freed, %s still live at the end (",
        figure_exact(profile->blocks).text,
        figure_exact(profile->freed_blocks).text,
        figure_exact(profile->blocks - profile->freed_blocks).text);
    say_count(&line, profile->bytes_at_end, "byte");
    say(&line, ")");
    end_line(page, "blocks", &line);
}

static void say_moment(struct sentence *line,
                       const struct profile_moment *moment)
{
    say(line, " after operation %s (line %s)",
        figure_exact(moment->op + 1).text, figure_exact(moment->line).text);
}

static void peak_lines(const struct page *page)
{
    const struct profile *profile = &page->info->profile;
    struct sentence bytes = {.length = 0};
    struct sentence blocks = {.length = 0};
    say_count(&bytes, page->info->trace->peak_payload_bytes, "byte");
    say(&bytes, " in ");
    say_count(&bytes, profile->most_bytes.blocks, "block");
    say_moment(&bytes, &profile->most_bytes);
    end_line(page, "peak", &bytes);
    if (profile->most_blocks.op == profile->most_bytes.op) {
        return;
    }
    say_count(&blocks, profile->most_blocks.blocks, "block");
    say_moment(&blocks, &profile->most_blocks);
    end_line(page, "", &blocks);
}

/* ---- what it asks for -------------------------------------------------- */

/* Sizes that make up a hundredth of all requests are told one by one. */
static void frequent_line(const struct page *page)
{
    const struct profile *profile = &page->info->profile;
    struct sentence line = {.length = 0};
    if (profile->different_sizes > PROFILE_FREQUENT) {
        say(&line, "the %d most frequent are %s of all", PROFILE_FREQUENT,
            figure_share(profile_frequent_share(profile)).text);
    } else {
        say(&line, "by frequency");
    }
    for (size_t i = 0; i < PROFILE_FREQUENT; i++) {
        const struct frequent *it = &profile->frequent[i];
        if (it->count * 100 >= profile->requests) {
            say(&line, "%s %s (%s)", i == 0 ? ":" : ",",
                figure_exact(it->value).text,
                figure_share(share(it->count, profile->requests)).text);
        }
    }
    end_line(page, "", &line);
}

static void sizes_lines(const struct page *page)
{
    const struct profile *profile = &page->info->profile;
    struct sentence line = {.length = 0};
    if (profile->requests == 0) {
        return;
    }
    say(&line,
        "half up to %s bytes, 90%% up to %s, 99%% up to %s, all up to "
        "%s; %s different",
        figure_exact(profile->median_bytes).text,
        figure_exact(profile->p90_bytes).text,
        figure_exact(profile->p99_bytes).text,
        figure_exact(profile->most_requested_bytes).text,
        figure_exact(profile->different_sizes).text);
    end_line(page, "sizes", &line);
    frequent_line(page);
}

static void lifetimes_line(const struct page *page)
{
    const struct profile *profile = &page->info->profile;
    struct sentence line = {.length = 0};
    if (profile->blocks == 0) {
        return;
    }
    if (profile->freed_blocks > 0) {
        say(&line, "half of the freed blocks live up to ");
        say_count(&line, profile->median_life_ops, "operation");
        say(&line, ", 90%% up to %s; ",
            figure_exact(profile->p90_life_ops).text);
    }
    say(&line, "%s of all are freed within %d, %s never",
        figure_share(share(profile->short_lived_blocks, profile->blocks)).text,
        PROFILE_SHORT_OPS,
        figure_share(
            share(profile->blocks - profile->freed_blocks, profile->blocks))
            .text);
    end_line(page, "lifetimes", &line);
}

static void resizes_line(const struct page *page)
{
    const struct profile *profile = &page->info->profile;
    struct sentence line = {.length = 0};
    if (profile->resizes == 0) {
        return;
    }
    say_count(&line, profile->resized_blocks, "block");
    say(&line, " resized ");
    say_count(&line, profile->resizes, "time");
    say(&line, ", one of them ");
    say_count(&line, profile->most_resizes, "time");
    say(&line, "; %s grow",
        figure_share(share(profile->growing_resizes, profile->resizes)).text);
    if (profile->median_growth > 0) {
        say(&line, ", half of these by %s or more",
            figure_ratio(profile->median_growth).text);
    }
    end_line(page, "resizing", &line);
}

static void notes_lines(const struct page *page)
{
    const struct trace *trace = page->info->trace;
    for (size_t i = 0; i < trace->n_notes; i++) {
        struct sentence line = {.length = 0};
        say(&line, "line %" PRIu64 ": %s", trace->notes[i].line,
            trace->notes[i].text);
        end_line(page, i == 0 ? "note" : "", &line);
    }
}

/* ---- how well it can be served ----------------------------------------- */

static void bound_line(const struct page *page, enum tone tone, double bound,
                       const char *meaning)
{
    paint_cell(page->out, page->style, tone, LABEL_WIDTH + SHARE_WIDTH,
               figure_share(bound).text);
    fputs("  ", page->out);
    paint_wrapped(page->out, page->style, LABEL_WIDTH + SHARE_WIDTH + 2,
                  LABEL_WIDTH + SHARE_WIDTH + 2, meaning);
}

static void achievable_line(const struct page *page)
{
    const struct achievable *found = &page->info->achievable;
    struct sentence line = {.length = 0};
    if (found->unknown != NULL) {
        say(&line, "achievable with the future known: %s", found->unknown);
        bound_line(page, TONE_FAINT, NAN, line.text);
        return;
    }
    say(&line, "achievable with the future known: a heap of ");
    say_count(&line, found->heap_bytes, "byte");
    if (found->is_least) {
        say(&line, ", and none is smaller");
    } else {
        say(&line, ", the smallest that was found (%s tried%s)",
            figure_exact(found->tries).text,
            found->too_many ? ", none by first fit: too many blocks" : "");
    }
    bound_line(page, TONE_GOOD, found->utilization, line.text);
}

static void bounds(const struct page *page)
{
    const struct info *info = page->info;
    fputc('\n', page->out);
    paint_text(page->out, page->style, TONE_HEADING, "utilization");
    fputs("  peak payload by peak heap: what this trace allows\n", page->out);
    bound_line(page, TONE_PLAIN, trace_limit(info->trace),
               "limit of any allocator with 16-byte alignment");
    achievable_line(page);
    bound_line(page, TONE_PLAIN, info_limit_8(info),
               "limit with 8-byte alignment");
    bound_line(page, TONE_PLAIN, trace_limit_with_header(info->trace),
               "limit with 16-byte alignment and a header of 8 bytes");
}

void info_page(FILE *out, const struct report_style *style,
               const struct info *info)
{
    const struct page page = {out, style, info};
    char name[4 * 60 + 1];
    paint_text(out, style, TONE_HEADING,
               name_shorten(info->trace->name, 60, name, sizeof name));
    fputs("\n\n", out);
    dialect_line(&page);
    operations_line(&page);
    blocks_line(&page);
    peak_lines(&page);
    sizes_lines(&page);
    lifetimes_line(&page);
    resizes_line(&page);
    notes_lines(&page);
    bounds(&page);
}
