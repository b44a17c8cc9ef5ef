/*
 * registry.c -- the table of policies, and the parser of their names.
 *
 * The order here is the order of every list and table that users see.
 */
#include "allocator/registry.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

extern const struct policy bump_policy, arena_policy, pool_policy,
    chunk_list_policy, two_lists_policy, pow2_lists_policy, page_list_policy,
    implicit_policy, first_fit_policy, next_fit_policy, best_fit_policy,
    worst_fit_policy, segregated_policy, segregated_storage_policy, slab_policy,
    tlsf_policy, half_fit_policy, buddy_policy, buddy_fibonacci_policy,
    buddy_double_policy, dl_policy, mymalloc_policy;

static const struct policy *const policies[] = {
    &bump_policy,
    &arena_policy,
    &pool_policy,
    &chunk_list_policy,
    &two_lists_policy,
    &pow2_lists_policy,
    &page_list_policy,
    &implicit_policy,
    &first_fit_policy,
    &next_fit_policy,
    &best_fit_policy,
    &worst_fit_policy,
    &segregated_policy,
    &segregated_storage_policy,
    &slab_policy,
    &tlsf_policy,
    &half_fit_policy,
    &buddy_policy,
    &buddy_fibonacci_policy,
    &buddy_double_policy,
    &dl_policy,
    &mymalloc_policy,
};

enum { N_POLICIES = sizeof policies / sizeof *policies };

const struct policy *registry_at(size_t index)
{
    return index < N_POLICIES ? policies[index] : NULL;
}

static const struct policy *find_span(const char *name, size_t length)
{
    for (size_t i = 0; i < N_POLICIES; i++) {
        if (strlen(policies[i]->name) == length &&
            memcmp(policies[i]->name, name, length) == 0) {
            return policies[i];
        }
    }
    return NULL;
}

const struct policy *registry_find(const char *name)
{
    return find_span(name, strlen(name));
}

const struct policy *registry_default(void)
{
    return &mymalloc_policy;
}

__attribute__((format(printf, 3, 4))) static int fail(char *message,
                                                      size_t room,
                                                      const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(message, room, format, arguments);
    va_end(arguments);
    return -1;
}

size_t policy_count_options(const struct policy *policy)
{
    size_t n = 0;
    while (policy->options != NULL && policy->options[n].name != NULL) {
        n++;
    }
    return n;
}

static bool hooks_present(const struct policy *p)
{
    return p->init && p->malloc && p->free && p->realloc && p->memalign &&
           p->usable_size && p->check && p->walk;
}

static size_t count_words(const struct policy_option *option)
{
    size_t n = 0;
    while (n < POLICY_MAX_WORDS && option->words[n] != NULL) {
        n++;
    }
    return n;
}

static bool option_sound(const struct policy_option *option)
{
    size_t words = count_words(option);
    if (words != 0) {
        return option->initial < words;
    }
    return option->least <= option->initial && option->initial <= option->most;
}

int registry_validate(char *message, size_t room)
{
    for (size_t i = 0; i < N_POLICIES; i++) {
        const struct policy *p = policies[i];
        if (p->name == NULL || p->summary == NULL || !hooks_present(p)) {
            return fail(message, room, "policy %zu: a required member is NULL",
                        i);
        }
        if (registry_find(p->name) != p) {
            return fail(message, room, "policy %s: the name stands twice",
                        p->name);
        }
        size_t n = policy_count_options(p);
        if (n > POLICY_MAX_OPTIONS) {
            return fail(message, room, "policy %s: too many options", p->name);
        }
        for (size_t k = 0; k < n; k++) {
            if (!option_sound(&p->options[k])) {
                return fail(message, room, "policy %s: option %s: bad default",
                            p->name, p->options[k].name);
            }
        }
    }
    return 0;
}

/* Index of the word in the option, or -1. */
static int word_index(const struct policy_option *option, const char *word,
                      size_t length)
{
    for (size_t i = 0; i < count_words(option); i++) {
        if (strlen(option->words[i]) == length &&
            memcmp(option->words[i], word, length) == 0) {
            return (int)i;
        }
    }
    return -1;
}

/* A word alone sets the option that knows it. */
static int set_by_word(const struct policy *policy, const char *word,
                       size_t length, uint64_t *values, char *message,
                       size_t room)
{
    for (size_t i = 0; i < policy_count_options(policy); i++) {
        int index = word_index(&policy->options[i], word, length);
        if (index >= 0) {
            values[i] = (uint64_t)index;
            return 0;
        }
    }
    return fail(message, room, "policy %s has no option value '%.*s'",
                policy->name, (int)length, word);
}

static int set_number(const struct policy_option *option, const char *text,
                      size_t length, uint64_t *value, char *message,
                      size_t room)
{
    char digits[24] = "";
    char *end = digits;
    errno = 0;
    unsigned long long number = 0;
    bool fits = length > 0 && length < sizeof digits;
    if (fits && *text >= '0' && *text <= '9') {
        memcpy(digits, text, length);
        number = strtoull(digits, &end, 10);
    }
    if (!fits || end != digits + length || errno != 0 ||
        number < option->least || number > option->most) {
        return fail(message, room,
                    "option %s: expected a number from %llu to %llu, "
                    "got '%.*s'",
                    option->name, (unsigned long long)option->least,
                    (unsigned long long)option->most, (int)length, text);
    }
    *value = number;
    return 0;
}

static int set_value(const struct policy_option *option, const char *text,
                     size_t length, uint64_t *value, char *message, size_t room)
{
    if (option->words[0] == NULL) {
        return set_number(option, text, length, value, message, room);
    }
    int index = word_index(option, text, length);
    if (index >= 0) {
        *value = (uint64_t)index;
        return 0;
    }
    int used =
        snprintf(message, room, "option %s: expected one of", option->name);
    for (size_t i = 0; i < count_words(option); i++) {
        if (used > 0 && (size_t)used < room) {
            used += snprintf(message + used, room - (size_t)used, " %s",
                             option->words[i]);
        }
    }
    if (used > 0 && (size_t)used < room) {
        snprintf(message + used, room - (size_t)used, ", got '%.*s'",
                 (int)length, text);
    }
    return -1;
}

/* Sets the option named in "name=value". */
static int set_by_name(const struct policy *policy, const char *text,
                       size_t name_length, size_t length, uint64_t *values,
                       char *message, size_t room)
{
    for (size_t i = 0; i < policy_count_options(policy); i++) {
        const struct policy_option *option = &policy->options[i];
        if (strlen(option->name) == name_length &&
            memcmp(option->name, text, name_length) == 0) {
            return set_value(option, text + name_length + 1,
                             length - name_length - 1, &values[i], message,
                             room);
        }
    }
    return fail(message, room, "policy %s has no option '%.*s'", policy->name,
                (int)name_length, text);
}

int policy_set_options(const struct policy *policy, const char *text,
                       uint64_t *values, char *message, size_t room)
{
    memset(values, 0, POLICY_MAX_OPTIONS * sizeof *values);
    for (size_t i = 0; i < policy_count_options(policy); i++) {
        values[i] = policy->options[i].initial;
    }
    while (text != NULL) {
        size_t length = strcspn(text, ",");
        const char *equals = memchr(text, '=', length);
        int status =
            equals != NULL
                ? set_by_name(policy, text, (size_t)(equals - text), length,
                              values, message, room)
                : set_by_word(policy, text, length, values, message, room);
        if (status != 0) {
            return -1;
        }
        text = text[length] == ',' ? text + length + 1 : NULL;
    }
    return 0;
}

int policy_choose(const char *text, struct policy_choice *choice, char *message,
                  size_t room)
{
    size_t length = strcspn(text, ":");
    choice->policy = find_span(text, length);
    if (choice->policy == NULL) {
        return fail(message, room, "no policy named '%.*s'", (int)length, text);
    }
    return policy_set_options(choice->policy,
                              text[length] == ':' ? text + length + 1 : NULL,
                              choice->values, message, room);
}
