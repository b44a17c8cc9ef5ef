/*
 * misuse.h -- what the debug mode must say of each planted mistake.
 *
 * The mistakes are made by tests/programs/misuse.c.  Some can be caught only
 * where a page guard stops the access.
 */
#ifndef TESTS_SUPPORT_MISUSE_H
#define TESTS_SUPPORT_MISUSE_H

#include <stdbool.h>
#include <stddef.h>

/* Values of MALLOC_DEBUG. */
enum misuse_mode {
    MISUSE_BYTES,
    MISUSE_GUARD,
    MISUSE_ODD,
    MISUSE_BELOW,
    MISUSE_MODES,
    MISUSE_NORMAL = MISUSE_MODES /* no debug mode: catches a few */
};

struct misuse {
    const char *name;
    const char *told;          /* with guard bytes; NULL: cannot be */
    const char *told_by_pages; /* where an access faults; NULL: as told */
};

extern const struct misuse misuses[];
extern const size_t n_misuses;

const char *misuse_mode_name(enum misuse_mode mode);

/* Whether it can be caught at all with blocks of that size. */
bool misuse_is_catchable(const struct misuse *misuse, enum misuse_mode mode,
                         size_t size);

/*
 * Makes the mistake under the library in the folder build and returns whether
 * the process ended with 3 after "error: ... detected at 0x..." in the words
 * of the table.  What it said is left in output, cut to room.
 */
bool misuse_is_caught(const struct misuse *misuse, enum misuse_mode mode,
                      size_t size, const char *build, char *output,
                      size_t room);

/* The same without the debug mode, in whatever words. */
bool misuse_is_noticed(const struct misuse *misuse, size_t size,
                       const char *build);

#endif
