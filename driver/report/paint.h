/*
 * paint.h -- text in columns, coloured where the style allows it.
 *
 * Colours are tones: what a text means, not how it looks.  Padding is counted
 * without the escape sequences, so a coloured table lines up as a plain one
 * does, and a plain one contains nothing but ASCII.
 */
#ifndef DRIVER_REPORT_PAINT_H
#define DRIVER_REPORT_PAINT_H

#include <stdio.h>

#include "driver/report/report.h"

enum tone {
    TONE_PLAIN,
    TONE_HEADING, /* titles and column heads */
    TONE_GOOD,    /* valid; best of a row */
    TONE_BAD,     /* a failure */
    TONE_WARNING, /* a figure not to be trusted */
    TONE_FAINT    /* what the eye may skip */
};

/* Text as it is. */
void paint_text(FILE *out, const struct report_style *style, enum tone tone,
                const char *text);

/*
 * Text padded to the absolute value of width, as printf does: on the right
 * where width is negative, on the left where it is positive.
 */
void paint_cell(FILE *out, const struct report_style *style, enum tone tone,
                int width, const char *text);

/*
 * A name at the left of a column of width (5 to 63) characters, shortened in
 * its middle to fit.
 */
void paint_name(FILE *out, const struct report_style *style, enum tone tone,
                size_t width, const char *name);

/* A text from a format, not padded. */
__attribute__((format(printf, 4, 5))) void paint_format(
    FILE *out, const struct report_style *style, enum tone tone,
    const char *format, ...);

/* A line of width '-'. */
void paint_rule(FILE *out, const struct report_style *style, size_t width);

/*
 * Words of a text, broken into lines of at most style->columns characters;
 * the first line begins at column `at`, later ones at `indent`.  Ends the
 * last line.
 */
void paint_wrapped(FILE *out, const struct report_style *style, size_t at,
                   size_t indent, const char *text);

#endif
