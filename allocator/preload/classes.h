/*
 * classes.h -- the sizes that threads keep freed blocks of.
 *
 *   class   1           32 bytes, for requests of up to 16
 *   class   2 .. 64     32, 48, 64, ... 1024 bytes
 *   class  65 .. 104    8 for each doubling: 1152, 1280, ... 32768 bytes
 *
 * No block is smaller than CLASS_LEAST_BYTES, so that at most one starts in as
 * many (arena.h).  Up to CLASS_FINE_BYTES nothing else is lost but what
 * alignment costs; beyond, where programs have few blocks, at most 1/8, 1/16
 * in the mean.
 */
#ifndef ALLOCATOR_PRELOAD_CLASSES_H
#define ALLOCATOR_PRELOAD_CLASSES_H

#include <stddef.h>

#define CLASSES           ((size_t)104)
#define CLASS_LEAST_BYTES ((size_t)32)
#define CLASS_FINE_BYTES  ((size_t)1024)
#define CLASS_MOST_BYTES  ((size_t)32768)

enum {
    CLASS_FINE = 64,     /* the class of CLASS_FINE_BYTES */
    CLASS_FINE_LOG = 10, /* and the logarithm of those */
    CLASS_STEPS_LOG = 3  /* of a doubling */
};

/* The class of 1 .. CLASS_MOST_BYTES; 0: other sizes have none. */
static inline size_t class_of(size_t size)
{
    if (__builtin_expect(size <= CLASS_FINE_BYTES, 1)) {
        return (size + 15) / 16;
    }
    if (size > CLASS_MOST_BYTES) {
        return 0;
    }
    unsigned log = 63 - (unsigned)__builtin_clzll(size - 1);
    unsigned octave = log - CLASS_FINE_LOG;
    size_t step = (size - 1) >> (log - CLASS_STEPS_LOG); /* 8 .. 15 */
    return CLASS_FINE + 1 + (octave << CLASS_STEPS_LOG) + step -
           (1 << CLASS_STEPS_LOG);
}

/* The bytes of a class's blocks. */
static inline size_t class_bytes(size_t class)
{
    if (class <= CLASS_FINE) {
        return class > 1 ? 16 * class : CLASS_LEAST_BYTES;
    }
    size_t steps = class - CLASS_FINE - 1, per = 1 << CLASS_STEPS_LOG;
    return (per + steps % per + 1)
           << (CLASS_FINE_LOG - CLASS_STEPS_LOG + steps / per);
}

#endif
