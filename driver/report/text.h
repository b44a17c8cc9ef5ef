/*
 * text.h -- figures and names as people read them.
 *
 * One place decides how many digits a figure shows, so that all tables agree
 * and columns never overflow: each function tells the most characters that it
 * makes.  What was not measured reads "-".  Pure functions, ASCII only.
 */
#ifndef DRIVER_REPORT_TEXT_H
#define DRIVER_REPORT_TEXT_H

#include <stddef.h>
#include <stdint.h>

/* A figure by value: nothing to free, fit for an argument of printf. */
struct figure {
    char text[32];
};

/* What stands where nothing was measured: "-". */
struct figure figure_none(void);

/* All digits in groups of three: "1,234,567". */
struct figure figure_exact(uint64_t n);

/* At most 7 characters: exact below a million, then "1.23M", "45.6G". */
struct figure figure_count(uint64_t n);

/* A fraction of 1 in percent, at most 6 characters up to 9.99: "88.7%". */
struct figure figure_share(double fraction);

/*
 * A quantity with three significant digits, at most 6 characters: "0.0123",
 * "1.23", "45.6", "789", "12345", "1.2e+09".  Negative or NaN: "-".
 */
struct figure figure_three(double quantity);

/* A ratio, at most 6 characters: "0.012x", "1.43x", "128x". */
struct figure figure_ratio(double ratio);

/* At most 8 characters: "512 B", "1.23 MiB". */
struct figure figure_bytes(uint64_t bytes);

/* A span of time: "850 us", "45.6 ms", "1.23 s", "3 min 05 s". */
struct figure figure_duration(double seconds);

/* Half of the distance of the quartiles over the median: "3%", ">99%". */
struct figure figure_spread(double low, double median, double high);

/* Characters of a UTF-8 string as a terminal shows them, one each. */
size_t name_width(const char *name);

/*
 * Copies name into text (room bytes, at least width * 4 + 1), control
 * characters replaced by '?'.  Wider than width (at least 5), its middle
 * becomes "..": beginning and end tell long names apart.  Returns text.
 */
char *name_shorten(const char *name, size_t width, char *text, size_t room);

/*
 * Copies text (room bytes, at least width * 4 + 1) as name_shorten does, but
 * what is too wide (at least 3) loses its end.  Returns copy.
 */
char *text_cut(const char *text, size_t width, char *copy, size_t room);

#endif
