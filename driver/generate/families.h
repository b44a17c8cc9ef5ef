/*
 * families.h -- all families, and the parameters that many of them have.
 *
 * A new family is one const entry in a file of this folder and a line in
 * families.c.
 */
#ifndef DRIVER_GENERATE_FAMILIES_H
#define DRIVER_GENERATE_FAMILIES_H

#include "driver/generate/family.h"

/* With these no sum of live sizes exceeds 64 bits. */
#define FAMILY_MOST_BYTES ((uint64_t)1 << 38)
#define FAMILY_MOST_LIVE  ((uint64_t)1 << 24)

#define PARAM_COUNT(name, help, normal, least, most)                           \
    {                                                                          \
        name, help, UNIT_COUNT, normal, least, most                            \
    }
#define PARAM_BYTES(name, help, normal)                                        \
    {                                                                          \
        name, help, UNIT_BYTES, normal, 1, FAMILY_MOST_BYTES                   \
    }
#define PARAM_PERCENT(name, help, normal)                                      \
    {                                                                          \
        name, help, UNIT_PERCENT, normal, 0, 100                               \
    }
#define PARAM_SMALL(help, normal) PARAM_BYTES("small", help, normal)
#define PARAM_LARGE(help, normal) PARAM_BYTES("large", help, normal)
#define PARAM_LIVE(help, normal)                                               \
    PARAM_COUNT("live", help, normal, 1, FAMILY_MOST_LIVE)
#define PARAM_TAIL(normal)                                                     \
    PARAM_PERCENT("tail", "weight of each octave against the one below", normal)

/* classic.c */
extern const struct trace_family family_short;
extern const struct trace_family family_coalescing;
extern const struct trace_family family_binary;
extern const struct trace_family family_binary2;
extern const struct trace_family family_random;
extern const struct trace_family family_realloc;
extern const struct trace_family family_realloc2;

/* sizes.c */
extern const struct trace_family family_tiny;
extern const struct trace_family family_small;
extern const struct trace_family family_large;
extern const struct trace_family family_merged;
extern const struct trace_family family_structs;
extern const struct trace_family family_pages;
extern const struct trace_family family_drift;

/* strings.c */
extern const struct trace_family family_strings;

/* order.c */
extern const struct trace_family family_queue;
extern const struct trace_family family_stack;

/* waves.c */
extern const struct trace_family family_ramp;
extern const struct trace_family family_sawtooth;
extern const struct trace_family family_phases;

/* growth.c */
extern const struct trace_family family_vectors;
extern const struct trace_family family_hash;

/* graph.c, sessions.c, bomb.c */
extern const struct trace_family family_graph;
extern const struct trace_family family_sessions;
extern const struct trace_family family_bomb;

/* mix.c, model.c */
extern const struct trace_family family_mix;
extern const struct trace_family family_model;

/* All of them, in the order of this file; NULL ends the table. */
extern const struct trace_family *const trace_families[];

/* The family of that name, or NULL. */
const struct trace_family *trace_family_find(const char *name);

#endif
