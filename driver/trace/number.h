/*
 * number.h -- numbers as people type them behind an option.
 *
 * The whole text must be the number, without sign or blanks; what does not fit
 * is refused, never cut.  All return 0, or -1.
 */
#ifndef DRIVER_TRACE_NUMBER_H
#define DRIVER_TRACE_NUMBER_H

#include <stdint.h>

/* Decimal digits, below 2^64. */
int number_parse(const char *text, uint64_t *number);

/* The same, or with a suffix for thousands: 10K, 10M, 10G. */
int number_parse_count(const char *text, uint64_t *count);

/* The same with a binary suffix: 64K, 64KiB, 16M, 2G, 1T. */
int number_parse_bytes(const char *text, uint64_t *bytes);

/*
 * A share, in parts of a million: "5%" or "12.25%", up to "100%", with at most
 * four digits behind the point.
 */
int number_parse_percent(const char *text, uint32_t *ppm);

/* Seconds above 0 and below a billion, as strtod reads them. */
int number_parse_seconds(const char *text, double *seconds);

#endif
