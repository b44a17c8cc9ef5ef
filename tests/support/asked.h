/*
 * asked.h -- shrinking a trace for a predicate, a pure function of traces.
 *
 * Every candidate that is asked about has to be valid.
 */
#ifndef TESTS_SUPPORT_ASKED_H
#define TESTS_SUPPORT_ASKED_H

#include <stdbool.h>

#include "driver/shrink/shrink.h"

/* Whether a trace fails, and where. */
typedef bool predicate(const struct trace *candidate, size_t *failed_op);

struct asked {
    predicate *fails;
    bool tells;        /* at which operation it failed */
    size_t give_up_at; /* this many tests; 0: never */
    size_t n;
    struct trace original;
    struct shrink_result result;
};

/* Shrinks original to result. */
void asked_shrink(struct asked *asked, double seconds);

/* The whole result, an operation a line, with an id for each lifetime. */
void asked_expect(const struct asked *asked, const char *lines);

/* Shrinks a text and expects this to be left; nothing to be freed. */
void asked_expect_text(const char *text, predicate *fails, const char *lines);

void asked_free(struct asked *asked);

#endif
