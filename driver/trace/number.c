/*
 * number.c -- digit by digit.
 */
#include "driver/trace/number.h"

#include <stdbool.h>

enum { PPM = 1000000, PPM_PER_PERCENT = 10000 };

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

int number_parse(const char *text, uint64_t *number)
{
    uint64_t value = 0;
    const char *at = text;
    for (; is_digit(*at); at++) {
        if (__builtin_mul_overflow(value, (uint64_t)10, &value) ||
            __builtin_add_overflow(value, (uint64_t)(*at - '0'), &value)) {
            return -1;
        }
    }
    *number = value;
    return at != text && *at == '\0' ? 0 : -1;
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
