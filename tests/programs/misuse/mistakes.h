/*
 * mistakes.h -- the mistakes that misuse.c makes, by kind.
 *
 * Each is a function that shows no more than the mistake.  Pointers and sizes
 * are volatile: no compiler may know.
 */
#ifndef TESTS_PROGRAMS_MISUSE_MISTAKES_H
#define TESTS_PROGRAMS_MISUSE_MISTAKES_H

#include <stddef.h>

struct mistake {
    const char *name; /* NULL behind the last */
    void (*make)(void);
};

extern const struct mistake wrong_calls[];    /* calls.c */
extern const struct mistake wrong_accesses[]; /* accesses.c */

extern volatile size_t size; /* of the blocks */

#endif
