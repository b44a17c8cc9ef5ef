/*
 * registry.h -- the ordered table of all policies, and how to name one.
 */
#ifndef ALLOCATOR_REGISTRY_H
#define ALLOCATOR_REGISTRY_H

#include <stddef.h>
#include <stdint.h>

#include "allocator/policy.h"

/* The policy at index, in the order of the table; NULL past its end. */
const struct policy *registry_at(size_t index);

/* The policy of that name, or NULL. */
const struct policy *registry_find(const char *name);

/* The one that is used when none is named. */
const struct policy *registry_default(void);

/*
 * Verifies the table: unique names, required hooks present, options sound.
 * Returns 0, or -1 with a sentence in message.
 */
int registry_validate(char *message, size_t room);

/* A policy with a value for each of its options. */
struct policy_choice {
    const struct policy *policy;
    uint64_t values[POLICY_MAX_OPTIONS];
};

/*
 * Parses "NAME", "NAME:WORD" or "NAME:OPTION=VALUE,OPTION=VALUE,...".
 * Returns 0, or -1 with a sentence in message that says what was expected.
 */
int policy_choose(const char *text, struct policy_choice *choice, char *message,
                  size_t room);

/*
 * As policy_choose, for the options of one given policy; text is what stands
 * behind the colon, or NULL.
 */
int policy_set_options(const struct policy *policy, const char *text,
                       uint64_t *values, char *message, size_t room);

/* Number of options of a policy. */
size_t policy_count_options(const struct policy *policy);

#endif
