/*
 * broken.h -- allocators that are wrong in one way each, and who must notice.
 *
 * Each is the sound allocator with one or two hooks replaced, which misbehave
 * at one call and are right before and after it.
 */
#ifndef TESTS_BROKEN_BROKEN_H
#define TESTS_BROKEN_BROKEN_H

#include "driver/replay/correctness.h"
#include "driver/replay/oracle.h"
#include "tests/broken/sound.h"

/* What all of them replay.  Operation i stands on line i + 2. */
#define BROKEN_TRACE                                                           \
    "#!rep 1\n"                                                                \
    "a 0 100\n"    /* 0 */                                                     \
    "a 1 200\n"    /* 1 */                                                     \
    "a 2 48\n"     /* 2 */                                                     \
    "a 3 5000\n"   /* 3 */                                                     \
    "f 1\n"        /* 4: leaves a hole of 200 */                               \
    "a 4 64\n"     /* 5: in that hole */                                       \
    "r 0 300\n"    /* 6: has to move */                                        \
    "r 2 20\n"     /* 7: stays */                                              \
    "f 3\n"        /* 8 */                                                     \
    "a 5 100\n"    /* 9 */                                                     \
    "m 6 256 64\n" /* 10 */                                                    \
    "c 7 80\n"     /* 11 */                                                    \
    "r 4 0\n"      /* 12 */                                                    \
    "f -1\n"       /* 13 */                                                    \
    "r 8 40\n"     /* 14: of NULL */                                           \
    "a 9 100000\n" /* 15: a mapping */                                         \
    "a 3 600\n"    /* 16 */                                                    \
    "f 5\n"        /* 17 */                                                    \
    "r 9 120000\n" /* 18: a larger mapping */                                  \
    "a 10 24\n"    /* 19 */                                                    \
    "f 0\n"        /* 20 */                                                    \
    "f 9\n"        /* 21 */                                                    \
    "f 2\n"        /* 22 */

/* How an allocator is wrong, and where that must be told. */
struct broken {
    const char *name;     /* what is wrong */
    struct policy hooks;  /* those that it replaces */
    const char *rule;     /* that must be told, */
    uint64_t op;          /* at this operation */
    uint32_t round;       /* of this round; 0: the first */
    uint64_t check_every; /* operations; 0: each */
    bool unchecked;       /* found without check and walk */
};

#define BROKEN(what, hook, broken_hook, violated, operation)                   \
    {                                                                          \
        .name = (what), .hooks = {.hook = (broken_hook)}, .rule = (violated),  \
        .op = (operation)                                                      \
    }

/* As BROKEN, with other fields of struct broken set too. */
#define BROKEN_WITH(what, hook, broken_hook, violated, operation, ...)         \
    {                                                                          \
        .name = (what), .hooks = {.hook = (broken_hook)}, .rule = (violated),  \
        .op = (operation), __VA_ARGS__                                         \
    }

#define BROKEN_END                                                             \
    {                                                                          \
        .name = NULL                                                           \
    }

/* Tables that end with a nameless entry. */
extern const struct broken broken_places[];   /* where payloads lie */
extern const struct broken broken_contents[]; /* what they contain */
extern const struct broken broken_returns[];  /* NULL, init, the heap */
extern const struct broken broken_lists[];    /* headers and free lists */
extern const struct broken broken_walks[];    /* what walk and check say */

#endif
