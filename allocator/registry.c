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

/* NAME stands for the table NAME_policy. */
#define POLICIES(X)                                                            \
    X(bump)                                                                    \
    X(arena)                                                                   \
    X(pool)                                                                    \
    X(chunk_list)                                                              \
    X(two_lists)                                                               \
    X(pow2_lists)                                                              \
    X(page_list)                                                               \
    X(implicit)                                                                \
    X(first_fit)                                                               \
    X(next_fit)                                                                \
    X(best_fit)                                                                \
    X(worst_fit)                                                               \
    X(segregated)                                                              \
    X(segregated_storage)                                                      \
    X(slab)                                                                    \
    X(tlsf)                                                                    \
    X(half_fit)                                                                \
    X(buddy)                                                                   \
    X(buddy_fibonacci)                                                         \
    X(buddy_double)                                                            \
    X(dl)                                                                      \
    X(mymalloc)

#define DECLARE(name) extern const struct policy name##_policy;
#define ENTER(name)   &name##_policy,

POLICIES(DECLARE)

static const struct policy *const policies[] = {POLICIES(ENTER)};

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

/* What stands between two commas: "name=value", or a value alone, name NULL. */
struct setting {
    const char *name, *value;
    size_t name_length, value_length;
};

/* Index of the word in the option, or -1. */
static int word_index(const struct policy_option *option,
                      const struct setting *setting)
{
    for (size_t i = 0; i < count_words(option); i++) {
        if (strlen(option->words[i]) == setting->value_length &&
            memcmp(option->words[i], setting->value, setting->value_length) ==
                0) {
            return (int)i;
        }
    }
    return -1;
}

/* Index of the option that is named, or that knows a word alone; or -1. */
static int find_option(const struct policy *policy,
                       const struct setting *setting, char *message,
                       size_t room)
{
    size_t n = policy_count_options(policy);
    for (size_t i = 0; i < n; i++) {
        const struct policy_option *option = &policy->options[i];
        bool found = setting->name == NULL
                         ? word_index(option, setting) >= 0
                         : strlen(option->name) == setting->name_length &&
                               memcmp(option->name, setting->name,
                                      setting->name_length) == 0;
        if (found) {
            return (int)i;
        }
    }
    return setting->name == NULL
               ? fail(message, room, "policy %s has no option value '%.*s'",
                      policy->name, (int)setting->value_length, setting->value)
               : fail(message, room, "policy %s has no option '%.*s'",
                      policy->name, (int)setting->name_length, setting->name);
}

/* Whether the value is a number that the option takes; *number is it then. */
static bool parse_number(const struct policy_option *option,
                         const struct setting *setting, uint64_t *number)
{
    char digits[24] = "";
    char *end = digits;
    size_t length = setting->value_length;
    if (length == 0 || length >= sizeof digits || *setting->value < '0' ||
        *setting->value > '9') {
        return false;
    }
    memcpy(digits, setting->value, length);
    errno = 0;
    *number = strtoull(digits, &end, 10);
    return end == digits + length && errno == 0 && *number >= option->least &&
           *number <= option->most;
}

/* What values an option takes, in words. */
static void describe_values(const struct policy_option *option, char *text,
                            size_t room)
{
    if (option->words[0] == NULL) {
        snprintf(text, room, "a number from %llu to %llu",
                 (unsigned long long)option->least,
                 (unsigned long long)option->most);
        return;
    }
    snprintf(text, room, "one of");
    for (size_t i = 0; i < count_words(option); i++) {
        size_t used = strlen(text);
        snprintf(text + used, room - used, " %s", option->words[i]);
    }
}

static int set_value(const struct policy *policy,
                     const struct policy_option *option,
                     const struct setting *setting, uint64_t *value,
                     char *message, size_t room)
{
    int index = word_index(option, setting);
    if (index >= 0) {
        *value = (uint64_t)index;
        return 0;
    }
    uint64_t number;
    if (option->words[0] == NULL && parse_number(option, setting, &number)) {
        *value = number;
        return 0;
    }
    char values[80];
    describe_values(option, values, sizeof values);
    return fail(message, room, "policy %s, option %s: expected %s, got '%.*s'",
                policy->name, option->name, values, (int)setting->value_length,
                setting->value);
}

static struct setting read_setting(const char *text, size_t length)
{
    const char *equals = memchr(text, '=', length);
    if (equals == NULL) {
        return (struct setting){.value = text, .value_length = length};
    }
    size_t name_length = (size_t)(equals - text);
    return (struct setting){text, equals + 1, name_length,
                            length - name_length - 1};
}

int policy_set_options(const struct policy *policy, const char *text,
                       uint64_t *values, char *message, size_t room)
{
    memset(values, 0, POLICY_MAX_OPTIONS * sizeof *values);
    for (size_t i = 0; i < policy_count_options(policy); i++) {
        values[i] = policy->options[i].initial;
    }
    uint32_t given = 0; /* a bit for each option */
    while (text != NULL) {
        size_t length = strcspn(text, ",");
        struct setting setting = read_setting(text, length);
        int i = find_option(policy, &setting, message, room);
        if (i < 0) {
            return -1;
        }
        const struct policy_option *option = &policy->options[i];
        if (given >> i & 1) {
            return fail(message, room, "policy %s: option %s is given twice",
                        policy->name, option->name);
        }
        given |= (uint32_t)1 << i;
        if (set_value(policy, option, &setting, &values[i], message, room) !=
            0) {
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
