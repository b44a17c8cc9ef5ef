/*
 * heading.h -- long column heads, broken over several lines.
 *
 *     first-    best-    worst-
 *       fit:     fit:      fit
 *     address  address
 *
 * Names of policies are long ("best-fit:order=address") and their figures
 * short.  A head breaks behind '-', ':', ',' and '=' so that a column need
 * be no wider than its figures or the longest word of its name.
 */
#ifndef DRIVER_REPORT_HEADING_H
#define DRIVER_REPORT_HEADING_H

#include <stddef.h>

#define HEADING_LINES 6
#define HEADING_WIDTH 10 /* the widest that a column becomes for a name */

struct heading {
    char lines[HEADING_LINES][4 * HEADING_WIDTH + 1];
    size_t n_lines;
    size_t width; /* of the column, at least the one asked for */
};

/*
 * Breaks name for a column of least_width or more characters.  A word wider
 * than HEADING_WIDTH is shortened in its middle; of a name with more than
 * HEADING_LINES lines the middle ones are left out.
 */
struct heading heading_break(const char *name, size_t least_width);

/*
 * Line `line` of n_lines of a head that stands at the bottom: empty above its
 * first line.
 */
const char *heading_line(const struct heading *heading, size_t line,
                         size_t n_lines);

#endif
