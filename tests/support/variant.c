/*
 * variant.c -- enumerates policies and the values of their options.
 */
#include "tests/support/variant.h"

#include <stdio.h>
#include <stdlib.h>

#include "allocator/registry.h"

/* Values of an option that are not its default; the kth in *value. */
static bool other_value(const struct policy_option *option, size_t k,
                        uint64_t *value)
{
    if (option->words[0] == NULL) {
        uint64_t ends[] = {option->least, option->most};
        *value = k < 2 ? ends[k] : option->initial;
        return k < 2;
    }
    *value = k < option->initial ? k : k + 1;
    return *value < POLICY_MAX_WORDS && option->words[*value] != NULL;
}

static void set_other(struct variant *variant,
                      const struct policy_option *option, size_t at,
                      uint64_t value)
{
    variant->values[at] = value;
    if (option->words[0] != NULL) {
        snprintf(variant->label, sizeof variant->label, "%s:%s=%s",
                 variant->policy->name, option->name, option->words[value]);
    } else {
        snprintf(variant->label, sizeof variant->label, "%s:%s=%llu",
                 variant->policy->name, option->name,
                 (unsigned long long)value);
    }
}

static struct variant defaults_of(const struct policy *policy)
{
    struct variant variant = {.policy = policy};
    char message[160];
    if (policy_set_options(policy, NULL, variant.values, message,
                           sizeof message) != 0) {
        abort();
    }
    snprintf(variant.label, sizeof variant.label, "%s", policy->name);
    return variant;
}

/*
 * Counts variants up to index; fills *variant when it is reached.  Returns how
 * many there are, or index + 1.
 */
static size_t enumerate(size_t index, struct variant *variant)
{
    size_t n = 0;
    const struct policy *policy;
    for (size_t p = 0; (policy = registry_at(p)) != NULL; p++) {
        *variant = defaults_of(policy);
        if (n++ == index) {
            return n;
        }
        for (size_t o = 0; o < policy_count_options(policy); o++) {
            const struct policy_option *option = &policy->options[o];
            uint64_t value;
            for (size_t k = 0; other_value(option, k, &value); k++) {
                if (n++ == index) {
                    set_other(variant, option, o, value);
                    return n;
                }
            }
        }
    }
    return n;
}

size_t variant_count(void)
{
    struct variant last;
    return enumerate(SIZE_MAX, &last);
}

struct variant variant_at(size_t index)
{
    struct variant variant;
    enumerate(index, &variant);
    return variant;
}

struct variant variant_named(const char *text)
{
    struct policy_choice choice;
    struct variant variant = {0};
    char message[160];
    if (policy_choose(text, &choice, message, sizeof message) != 0) {
        fprintf(stderr, "%s\n", message);
        abort();
    }
    variant.policy = choice.policy;
    for (size_t i = 0; i < POLICY_MAX_OPTIONS; i++) {
        variant.values[i] = choice.values[i];
    }
    snprintf(variant.label, sizeof variant.label, "%s", text);
    return variant;
}
