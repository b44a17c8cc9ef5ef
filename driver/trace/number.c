/*
 * number.c -- digit by digit.
 */
#include "driver/trace/number.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { PPM = 1000000, PPM_PER_PERCENT = 10000 };

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Reads digits and moves on behind them. */
static int take_digits(const char **text, uint64_t *number)
{
    const char *at = *text;
    uint64_t value = 0;
    for (; is_digit(*at); at++) {
        if (__builtin_mul_overflow(value, (uint64_t)10, &value) ||
            __builtin_add_overflow(value, (uint64_t)(*at - '0'), &value)) {
            return -1;
        }
    }
    bool some = at != *text;
    *number = value;
    *text = at;
    return some ? 0 : -1;
}

/* Reads one of the suffixes, if there is one: each thousand times the last. */
static int take_suffix(const char **text, const char *suffixes,
                       uint64_t thousand, uint64_t *number)
{
    const char *suffix = **text == '\0' ? NULL : strchr(suffixes, **text);
    if (suffix == NULL) {
        return 0;
    }
    ++*text;
    for (const char *s = suffixes; s <= suffix; s++) {
        if (__builtin_mul_overflow(*number, thousand, number)) {
            return -1;
        }
    }
    return 0;
}

int number_parse(const char *text, uint64_t *number)
{
    return take_digits(&text, number) == 0 && *text == '\0' ? 0 : -1;
}

int number_parse_count(const char *text, uint64_t *count)
{
    return take_digits(&text, count) == 0 &&
                   take_suffix(&text, "KMG", 1000, count) == 0 && *text == '\0'
               ? 0
               : -1;
}

int number_parse_bytes(const char *text, uint64_t *bytes)
{
    if (take_digits(&text, bytes) != 0) {
        return -1;
    }
    const char *suffix = text;
    if (take_suffix(&text, "KMGT", 1024, bytes) != 0) {
        return -1;
    }
    bool has_suffix = text != suffix;
    return *text == '\0' || (has_suffix && strcmp(text, "iB") == 0) ? 0 : -1;
}

int number_parse_percent(const char *text, uint32_t *ppm)
{
    uint32_t value = 0;
    uint32_t unit = PPM_PER_PERCENT;
    const char *at = text;
    for (; is_digit(*at) && value <= PPM; at++) {
        value = value * 10 + (uint32_t)(*at - '0') * unit;
    }
    if (at == text) {
        return -1;
    }
    if (*at == '.' && is_digit(at[1])) {
        for (at++; is_digit(*at) && unit > 1; at++) {
            unit /= 10;
            value += (uint32_t)(*at - '0') * unit;
        }
    }
    *ppm = value;
    return at[0] == '%' && at[1] == '\0' && value <= PPM ? 0 : -1;
}

int number_parse_seconds(const char *text, double *seconds)
{
    char *end;
    if (!is_digit(*text) && *text != '.') {
        return -1;
    }
    *seconds = strtod(text, &end);
    return end != text && *end == '\0' && *seconds > 0 && *seconds < 1e9 ? 0
                                                                         : -1;
}
