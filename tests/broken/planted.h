/*
 * planted.h -- allocators with a bug that hangs on what the heap is like.
 *
 * Each is the sound allocator with one hook replaced.  All of them are right
 * as long as no block of LARGE bytes is asked for; then some constellation of
 * blocks brings the misdeed about, however often before and however late.
 */
#ifndef TESTS_BROKEN_PLANTED_H
#define TESTS_BROKEN_PLANTED_H

#include "driver/measure/result.h"
#include "tests/broken/sound.h"

#define PLANTED_LARGE 3000

struct planted {
    const char *name;
    struct policy hooks; /* those that it replaces */
    enum verdict verdict;
    const char *rule; /* of a fault, or "" */
    int signal;       /* of a crash, or 0 */
};

enum { PLANTED_BUGS = 12 };

/* So many, and a nameless one. */
extern const struct planted planted[];

const struct planted *planted_named(const char *name);

/* The sound allocator with the hooks of one. */
struct policy planted_policy(const struct planted *bug);

#endif
