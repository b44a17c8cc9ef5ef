/*
 * progress.h -- one line on a terminal that tells how far the work is.
 *
 *     [======>             ]  12/40  first-fit on cc1.rep, about 12 s left
 *
 * It is drawn over itself and erased at the end, and never appears where
 * nobody watches: on anything but a terminal nothing is written.
 *
 * Items of work differ in size (a trace of 5,000 operations and one of five
 * million), so time left is reckoned from work done, in units of the caller's
 * choice: seconds expected, or operations.
 */
#ifndef DRIVER_REPORT_PROGRESS_H
#define DRIVER_REPORT_PROGRESS_H

#include <stddef.h>
#include <stdio.h>

struct progress {
    FILE *out; /* NULL: nothing is drawn */
    unsigned columns;
    double begin_s; /* of the monotonic clock */
    size_t items, items_done;
    double work, work_done;
    char current[4 * 60 + 1];
};

/* items and work are what lies ahead in all. */
void progress_begin(struct progress *progress, FILE *out, size_t items,
                    double work);

/* An item that was that much work is done. */
void progress_add(struct progress *progress, double work);

/* What is under way now, in a few words. */
void progress_tell(struct progress *progress, const char *current);

/* Draws the line; call it some times a second. */
void progress_draw(const struct progress *progress);

/* Erases the line, so that other output can follow; drawing goes on later. */
void progress_erase(const struct progress *progress);

/*
 * The line itself for a given time since the beginning, at most `room - 1`
 * and `columns - 1` characters; for progress_draw and tests.
 */
void progress_format(const struct progress *progress, double elapsed_s,
                     char *line, size_t room);

#endif
