/*
 * number.h -- numbers as people type them behind an option.
 *
 * The whole text must be the number; nothing is rounded and no floating point
 * takes part.
 */
#ifndef DRIVER_TRACE_NUMBER_H
#define DRIVER_TRACE_NUMBER_H

#include <stdint.h>

/* Decimal digits, below 2^64.  Returns 0 or -1. */
int number_parse(const char *text, uint64_t *number);

/* A share, in parts of a million: "5%" or "12.25%", up to "100%", with at
 * most four digits behind the point.  Returns 0 or -1. */
int number_parse_percent(const char *text, uint32_t *ppm);

#endif
