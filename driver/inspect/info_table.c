/*
 * info_table.c -- several traces, one row each.
 *
 * These fit 80 characters beside names of usual length; where there is more
 * room there are more columns.
 */
#include <string.h>

#include "driver/inspect/info.h"
#include "driver/report/paint.h"
#include "driver/report/text.h"

enum { LEAST_NAME = 12, MOST_NAME = 40 };

enum column {
    COLUMN_OPS,
    COLUMN_PEAK,
    COLUMN_BLOCKS,
    COLUMN_MEDIAN,
    COLUMN_LIFE,
    /* where there is room */
    COLUMN_LARGEST,
    COLUMN_SHORT,
    COLUMN_NEVER,
    COLUMN_RESIZES,
    COLUMN_HEADED,
    /* always */
    COLUMN_LIMIT,
    COLUMN_ACHIEVABLE,
    N_COLUMNS
};

struct column_head {
    const char *title;
    int width;
    bool wide;
};

static const struct column_head heads[N_COLUMNS] = {
    [COLUMN_OPS] = {"ops", 9, false},
    [COLUMN_PEAK] = {"peak", 9, false},
    [COLUMN_BLOCKS] = {"blocks", 8, false},
    [COLUMN_MEDIAN] = {"size", 8, false},
    [COLUMN_LIFE] = {"life", 8, false},
    [COLUMN_LARGEST] = {"largest", 9, true},
    [COLUMN_SHORT] = {"<=10", 7, true},
    [COLUMN_NEVER] = {"never", 7, true},
    [COLUMN_RESIZES] = {"resized", 9, true},
    [COLUMN_HEADED] = {"header", 8, true},
    [COLUMN_LIMIT] = {"limit", 7, false},
    [COLUMN_ACHIEVABLE] = {"achievable", 12, false},
};

static bool is_shown(const struct info_table *table, size_t column)
{
    size_t all = 0;
    for (size_t i = 0; i < N_COLUMNS; i++) {
        all += (size_t)heads[i].width;
    }
    return !heads[column].wide ||
           table->name_width + all <= table->style.columns;
}

static const char *without_folder(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash == NULL ? path : slash + 1;
}

void info_table_open(struct info_table *table, FILE *out,
                     const struct report_style *style, int n, char **paths)
{
    *table = (struct info_table){out, *style, LEAST_NAME};
    size_t figures = 0;
    for (size_t i = 0; i < N_COLUMNS; i++) {
        figures += heads[i].wide ? 0 : (size_t)heads[i].width;
    }
    size_t room = style->columns > figures ? style->columns - figures : 0;
    for (int i = 0; i < n; i++) {
        size_t width = name_width(without_folder(paths[i]));
        table->name_width =
            width > table->name_width ? width : table->name_width;
    }
    if (table->name_width > room) {
        table->name_width = room > LEAST_NAME ? room : LEAST_NAME;
    }
    if (table->name_width > MOST_NAME) {
        table->name_width = MOST_NAME;
    }
}

void info_table_head(const struct info_table *table)
{
    paint_name(table->out, &table->style, TONE_HEADING, table->name_width,
               "trace");
    for (size_t i = 0; i < N_COLUMNS; i++) {
        if (is_shown(table, i)) {
            paint_cell(table->out, &table->style, TONE_HEADING, heads[i].width,
                       heads[i].title);
        }
    }
    fputc('\n', table->out);
}

static struct figure share(uint64_t part, uint64_t whole)
{
    return whole == 0 ? figure_none()
                      : figure_share((double)part / (double)whole);
}

static struct figure figure_of(const struct info *info, enum column column)
{
    const struct profile *profile = &info->profile;
    switch (column) {
    case COLUMN_OPS: return figure_count(info->trace->n_ops);
    case COLUMN_PEAK: return figure_bytes(info->trace->peak_payload_bytes);
    case COLUMN_BLOCKS: return figure_count(profile->most_blocks.blocks);
    case COLUMN_MEDIAN: return figure_count(profile->median_bytes);
    case COLUMN_LIFE:
        return profile->freed_blocks == 0
                   ? figure_none()
                   : figure_count(profile->median_life_ops);
    case COLUMN_LARGEST: return figure_bytes(profile->most_requested_bytes);
    case COLUMN_SHORT:
        return share(profile->short_lived_blocks, profile->blocks);
    case COLUMN_NEVER:
        return share(profile->blocks - profile->freed_blocks, profile->blocks);
    case COLUMN_RESIZES: return figure_count(profile->resizes);
    case COLUMN_HEADED:
        return figure_share(trace_limit_with_header(info->trace));
    case COLUMN_LIMIT: return figure_share(trace_limit(info->trace));
    case COLUMN_ACHIEVABLE:
        return info->achievable.unknown != NULL
                   ? figure_none()
                   : figure_share(info->achievable.utilization);
    case N_COLUMNS: break;
    }
    return figure_none();
}

/* What cannot be done better stands out. */
static enum tone tone_of(const struct info *info, size_t column)
{
    return column == COLUMN_ACHIEVABLE && info->achievable.is_least
               ? TONE_GOOD
               : TONE_PLAIN;
}

void info_table_row(const struct info_table *table, const struct info *info)
{
    paint_name(table->out, &table->style, TONE_PLAIN, table->name_width,
               info->trace->name);
    for (size_t i = 0; i < N_COLUMNS; i++) {
        if (is_shown(table, i)) {
            paint_cell(table->out, &table->style, tone_of(info, i),
                       heads[i].width, figure_of(info, (enum column)i).text);
        }
    }
    fputc('\n', table->out);
}

void info_table_legend(const struct info_table *table)
{
    fputc('\n', table->out);
    paint_wrapped(
        table->out, &table->style, 0, 0,
        "peak: most payload live at once; blocks: most of them; size, life: "
        "medians of requests in bytes, of freed blocks in operations.");
    if (is_shown(table, COLUMN_LARGEST)) {
        paint_wrapped(
            table->out, &table->style, 0, 0,
            "largest: request; <=10, never: blocks freed within ten "
            "operations, or not at all; resized: reallocs of live blocks; "
            "header: limit with 8 bytes in front of each block.");
    }
    paint_wrapped(
        table->out, &table->style, 0, 0,
        "limit: no allocator with 16-byte alignment has a higher utilization; "
        "achievable: with the future known, found by trying.");
}
