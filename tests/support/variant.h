/*
 * variant.h -- every registered policy with every word of every option.
 *
 * For each policy: its defaults; then, one option at a time, every other word,
 * or the least and the most of a number.
 */
#ifndef TESTS_SUPPORT_VARIANT_H
#define TESTS_SUPPORT_VARIANT_H

#include <stddef.h>

#include "allocator/policy.h"

struct variant {
    const struct policy *policy;
    uint64_t values[POLICY_MAX_OPTIONS];
    char label[96]; /* as a user would name it */
};

size_t variant_count(void);

/* The variant at index < variant_count(). */
struct variant variant_at(size_t index);

/* The variant of a policy's defaults; the policy must be registered. */
struct variant variant_named(const char *text);

#endif
