/*
 * fuzz_number.c -- any text, read as each kind of number.
 *
 * What is understood is what a plain reading with wide integers gives.
 */
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "driver/trace/number.h"
#include "tests/fuzz/promises.h"

__extension__ typedef unsigned __int128 wide;

/* The leading digits, as far as they make sense; *end is behind them. */
static wide read_digits(const char *text, const char **end)
{
    wide value = 0;
    for (; *text >= '0' && *text <= '9'; text++) {
        value = value > UINT64_MAX ? value : value * 10 + (wide)(*text - '0');
    }
    *end = text;
    return value;
}

static wide read_scaled(const char *text, const char *suffixes, wide thousand,
                        const char **end)
{
    wide value = read_digits(text, end);
    const char *suffix = **end == '\0' ? NULL : strchr(suffixes, **end);
    for (const char *s = suffixes; suffix != NULL && s <= suffix; s++) {
        value = value > UINT64_MAX ? value : value * thousand;
    }
    *end += suffix != NULL;
    return value;
}

static void check(const char *text, const char *end, wide expected, int result,
                  uint64_t number)
{
    bool fits = expected <= UINT64_MAX && end != text && *text >= '0' &&
                *text <= '9' && *end == '\0';
    require((result == 0) == fits, "all that fits is read, and nothing else");
    require(result != 0 || number == (uint64_t)expected, "it is that number");
}

static void check_percent(const char *text)
{
    uint32_t ppm;
    uint32_t again;
    char spelled[40];
    if (number_parse_percent(text, &ppm) != 0) {
        return;
    }
    require(ppm <= 1000000, "at most 100%");
    double plain = strtod(text, NULL) * 10000;
    require(plain > ppm - 0.01 && plain < ppm + 0.01, "it is that share");
    sprintf(spelled, "%u.%04u%%", ppm / 10000, ppm % 10000);
    require(number_parse_percent(spelled, &again) == 0 && again == ppm,
            "it reads back");
}

static void check_text(const char *text)
{
    uint64_t number;
    const char *end;
    wide value = read_digits(text, &end);
    check(text, end, value, number_parse(text, &number), number);
    value = read_scaled(text, "KMG", 1000, &end);
    check(text, end, value, number_parse_count(text, &number), number);
    value = read_scaled(text, "KMGT", 1024, &end);
    if (end > text && strchr("KMGT", end[-1]) && strcmp(end, "iB") == 0) {
        end += 2;
    }
    check(text, end, value, number_parse_bytes(text, &number), number);
    check_percent(text);
    double seconds;
    require(number_parse_seconds(text, &seconds) != 0 ||
                (seconds > 0 && seconds < 1e9),
            "seconds within bounds");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    char *text = malloc(n + 1);
    memcpy(text, data, n);
    text[n] = '\0';
    check_text(text);
    free(text);
    return 0;
}
