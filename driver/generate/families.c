/*
 * families.c -- the ordered table of families.
 */
#include "driver/generate/families.h"

#include <string.h>

const struct trace_family *const trace_families[] = {
    &family_short,   &family_coalescing, &family_binary,   &family_binary2,
    &family_random,  &family_realloc,    &family_realloc2, &family_tiny,
    &family_small,   &family_large,      &family_merged,   &family_structs,
    &family_pages,   &family_drift,      &family_strings,  &family_queue,
    &family_stack,   &family_ramp,       &family_sawtooth, &family_phases,
    &family_vectors, &family_hash,       &family_graph,    &family_sessions,
    &family_bomb,    &family_mix,        &family_model,    NULL,
};

const struct trace_family *trace_family_find(const char *name)
{
    for (const struct trace_family *const *f = trace_families; *f; f++) {
        if (strcmp((*f)->name, name) == 0) {
            return *f;
        }
    }
    return NULL;
}
