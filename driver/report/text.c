/*
 * text.c -- figures and names as people read them.
 *
 * Three significant digits are what these measurements carry: replays spread
 * by a per cent or more.  Counts of operations and bytes are exact and show
 * all digits where there is room.
 */
#include "driver/report/text.h"

#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

__attribute__((format(printf, 1, 2))) static struct figure figure_format(
    const char *format, ...)
{
    struct figure figure;
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(figure.text, sizeof(figure.text), format, arguments);
    va_end(arguments);
    return figure;
}

struct figure figure_none(void)
{
    return figure_format("-");
}

struct figure figure_exact(uint64_t n)
{
    char digits[24];
    size_t length = (size_t)snprintf(digits, sizeof(digits), "%" PRIu64, n);
    struct figure figure;
    size_t at = 0;
    for (size_t i = 0; i < length; i++) {
        if (i > 0 && (length - i) % 3 == 0) {
            figure.text[at++] = ',';
        }
        figure.text[at++] = digits[i];
    }
    figure.text[at] = '\0';
    return figure;
}

/* Three significant digits of a value from 1 up to 999. */
static struct figure three_digits(double value, const char *unit)
{
    /* The bounds are where rounding would add a digit. */
    int decimals = value < 9.995 ? 2 : value < 99.95 ? 1 : 0;
    return figure_format("%.*f%s", decimals, value, unit);
}

/* Divides value by step until it shows in three digits, or units end. */
static struct figure scaled(double value, double step, const char *const *units)
{
    while (value >= step - 0.5 && units[1] != NULL) {
        value /= step;
        units++;
    }
    return three_digits(value, *units);
}

struct figure figure_count(uint64_t n)
{
    static const char *const units[] = {"M", "G", "T", "P", "E", NULL};
    if (n < 1000000) {
        return figure_exact(n);
    }
    return scaled((double)n / 1e6, 1000, units);
}

struct figure figure_share(double fraction)
{
    if (!isfinite(fraction)) {
        return figure_none();
    }
    return figure_format("%.1f%%", 100 * fraction);
}

struct figure figure_three(double quantity)
{
    if (!isfinite(quantity) || quantity < 0) {
        return figure_none();
    }
    if (quantity == 0) {
        return figure_format("0");
    }
    if (quantity < 0.0995) {
        return figure_format(quantity < 0.00095 ? "%.0e" : "%.4f", quantity);
    }
    if (quantity < 99999.5) {
        return three_digits(quantity, "");
    }
    return figure_format(quantity < 999999.5 ? "%.0f" : "%.0e", quantity);
}

struct figure figure_ratio(double ratio)
{
    if (ratio > 0 && ratio < 0.0995) {
        return figure_format("%.3fx", ratio);
    }
    struct figure number = figure_three(ratio);
    return number.text[0] == '-' ? number
                                 : figure_format("%.10sx", number.text);
}

struct figure figure_bytes(uint64_t bytes)
{
    static const char *const units[] = {" KiB", " MiB", " GiB", " TiB",
                                        " PiB", " EiB", NULL};
    if (bytes < 10000) {
        return figure_format("%s B", figure_exact(bytes).text);
    }
    return scaled((double)bytes / 1024, 1024, units);
}

struct figure figure_duration(double seconds)
{
    if (!isfinite(seconds) || seconds < 0) {
        return figure_none();
    }
    if (seconds < 0.9995e-3) {
        return figure_format("%.0f us", seconds * 1e6);
    }
    if (seconds < 0.9995) {
        return three_digits(seconds * 1e3, " ms");
    }
    if (seconds < 99.5) {
        return three_digits(seconds, " s");
    }
    unsigned long whole = (unsigned long)fmin(seconds + 0.5, 1e9);
    return figure_format("%lu min %02lu s", whole / 60, whole % 60);
}

struct figure figure_spread(double low, double median, double high)
{
    double spread = 100 * (high - low) / (2 * median);
    if (!isfinite(spread) || spread < 0) {
        return figure_none();
    }
    return spread > 99 ? figure_format(">99%%")
                       : figure_format("%.0f%%", spread);
}

/* The second and later bytes of a UTF-8 character. */
static bool continues(char c)
{
    return ((unsigned char)c & 0xc0) == 0x80;
}

size_t name_width(const char *name)
{
    size_t width = 0;
    for (; *name != '\0'; name++) {
        width += !continues(*name);
    }
    return width;
}

/* Where the character of that index begins. */
static const char *character_at(const char *name, size_t index)
{
    for (; *name != '\0'; name++) {
        if (!continues(*name) && index-- == 0) {
            break;
        }
    }
    return name;
}

static void replace_control_characters(char *text)
{
    for (; *text != '\0'; text++) {
        if ((unsigned char)*text < ' ' || *text == 0x7f) {
            *text = '?';
        }
    }
}

char *name_shorten(const char *name, size_t width, char *text, size_t room)
{
    size_t all = name_width(name);
    if (all <= width) {
        snprintf(text, room, "%s", name);
    } else {
        size_t tail = (width - 2) / 2;
        size_t head = width - 2 - tail;
        int head_bytes = (int)(character_at(name, head) - name);
        snprintf(text, room, "%.*s..%s", head_bytes, name,
                 character_at(name, all - tail));
    }
    replace_control_characters(text);
    return text;
}

char *text_cut(const char *text, size_t width, char *copy, size_t room)
{
    if (name_width(text) <= width) {
        snprintf(copy, room, "%s", text);
    } else {
        int head_bytes = (int)(character_at(text, width - 2) - text);
        snprintf(copy, room, "%.*s..", head_bytes, text);
    }
    replace_control_characters(copy);
    return copy;
}
