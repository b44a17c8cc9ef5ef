/*
 * heap_chart.c -- the heap over time as a picture of characters.
 *
 *     cc1.rep: the heap over time, # payload, . the rest
 *
 *     3.24 MiB |                                     .....####
 *              |                       ......#################
 *              |         .....################################
 *              |  ..##########################################
 *              +----------------------------------------------
 *
 * Each column is a stretch of the trace and shows the largest heap in it, with
 * the payload of the same moment.  Heights are rounded to the nearest row, but
 * what is there at all shows.
 */
#include "driver/report/heap_chart.h"

#include "driver/report/paint.h"
#include "driver/report/text.h"

#define ROWS        8
#define COLUMNS     64
#define LABEL_WIDTH 10

struct bar {
    unsigned heap, payload; /* rows */
};

static unsigned rows_of(uint64_t bytes, uint64_t most)
{
    unsigned rows = (unsigned)(ROWS * (double)bytes / (double)most + 0.5);
    return rows > ROWS ? ROWS : rows;
}

/* The sample with the largest heap of those from first up to before end. */
static const struct footprint_sample *largest(
    const struct footprint_record *footprint, uint32_t first, uint32_t end)
{
    const struct footprint_sample *most = &footprint->samples[first];
    for (uint32_t i = first + 1; i < end; i++) {
        const struct footprint_sample *sample = &footprint->samples[i];
        most = sample->footprint_bytes > most->footprint_bytes ? sample : most;
    }
    return most;
}

/* Fills bars and returns how many there are. */
static uint32_t measure(const struct footprint_record *footprint,
                        struct bar bars[COLUMNS])
{
    uint32_t n = footprint->n_samples;
    uint32_t n_bars = n < COLUMNS ? n : COLUMNS;
    uint64_t most = footprint->peak_footprint_bytes;
    for (uint32_t i = 0; i < n_bars; i++) {
        uint32_t first = i * n / n_bars, end = (i + 1) * n / n_bars;
        const struct footprint_sample *sample = largest(footprint, first, end);
        unsigned heap = rows_of(sample->footprint_bytes, most);
        unsigned payload = rows_of(sample->payload_bytes, most);
        bars[i].heap = heap == 0 && sample->footprint_bytes > 0 ? 1 : heap;
        bars[i].payload = payload < bars[i].heap ? payload : bars[i].heap;
    }
    return n_bars;
}

static void draw_row(FILE *out, const struct bar *bars, uint32_t n,
                     unsigned row)
{
    char text[COLUMNS + 1];
    uint32_t length = 0;
    for (uint32_t i = 0; i < n; i++) {
        text[i] = row < bars[i].payload ? '#' : row < bars[i].heap ? '.' : ' ';
        length = text[i] != ' ' ? i + 1 : length;
    }
    text[length] = '\0';
    fprintf(out, " |%s\n", text);
}

void heap_chart(FILE *out, const struct report_style *style, const char *title,
                const struct footprint_record *footprint)
{
    struct bar bars[COLUMNS];
    if (footprint->n_samples == 0 || footprint->peak_footprint_bytes == 0) {
        return;
    }
    uint32_t n = measure(footprint, bars);
    char name[4 * 60 + 1];
    fputc('\n', out);
    paint_text(out, style, TONE_HEADING,
               text_cut(title, 30, name, sizeof(name)));
    fputs(": the heap over time, # payload, . the rest\n", out);
    for (unsigned row = ROWS; row-- > 0;) {
        struct figure top = figure_bytes(footprint->peak_footprint_bytes);
        paint_cell(out, style, TONE_FAINT, LABEL_WIDTH,
                   row == ROWS - 1 ? top.text : "");
        draw_row(out, bars, n, row);
    }
    fprintf(out, "%*s +", LABEL_WIDTH, "");
    paint_rule(out, style, n);
}
