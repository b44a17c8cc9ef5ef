/*
 * paint.c -- text in columns, coloured where the style allows it.
 *
 * Only the eight basic colours and bold are used: they follow the palette
 * that the user chose for the terminal, light or dark.
 */
#include "driver/report/paint.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "driver/report/text.h"

static const char *tone_sequence(enum tone tone)
{
    switch (tone) {
    case TONE_PLAIN: return "";
    case TONE_HEADING: return "\033[1m";
    case TONE_GOOD: return "\033[32m";
    case TONE_BAD: return "\033[1;31m";
    case TONE_WARNING: return "\033[33m";
    case TONE_FAINT: return "\033[2m";
    }
    return "";
}

void paint_text(FILE *out, const struct report_style *style, enum tone tone,
                const char *text)
{
    if (!style->colour || tone == TONE_PLAIN || text[0] == '\0') {
        fputs(text, out);
    } else {
        fprintf(out, "%s%s\033[0m", tone_sequence(tone), text);
    }
}

void paint_cell(FILE *out, const struct report_style *style, enum tone tone,
                int width, const char *text)
{
    int used = (int)name_width(text);
    int padding = abs(width) > used ? abs(width) - used : 0;
    if (width > 0) {
        fprintf(out, "%*s", padding, "");
    }
    paint_text(out, style, tone, text);
    if (width < 0) {
        fprintf(out, "%*s", padding, "");
    }
}

void paint_name(FILE *out, const struct report_style *style, enum tone tone,
                size_t width, const char *name)
{
    char text[4 * 63 + 1];
    name_shorten(name, width, text, sizeof(text));
    paint_cell(out, style, tone, -(int)width, text);
}

void paint_format(FILE *out, const struct report_style *style, enum tone tone,
                  const char *format, ...)
{
    char text[512];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    paint_text(out, style, tone, text);
}

void paint_rule(FILE *out, const struct report_style *style, size_t width)
{
    char rule[256];
    size_t length = width < sizeof(rule) ? width : sizeof(rule) - 1;
    memset(rule, '-', length);
    rule[length] = '\0';
    paint_text(out, style, TONE_FAINT, rule);
    fputc('\n', out);
}

void paint_wrapped(FILE *out, const struct report_style *style, size_t at,
                   size_t indent, const char *text)
{
    size_t start = at;
    while (*text != '\0') {
        size_t length = strcspn(text, " ");
        size_t gap = at > start ? 1 : 0;
        if (gap != 0 && at + gap + length > style->columns) {
            fprintf(out, "\n%*s", (int)indent, "");
            at = start = indent;
            gap = 0;
        }
        fprintf(out, "%*s%.*s", (int)gap, "", (int)length, text);
        at += gap + length;
        text += length + strspn(text + length, " ");
    }
    fputc('\n', out);
}
