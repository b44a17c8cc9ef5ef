/*
 * subject.c -- naming subjects and putting them to work.
 */
#include "driver/subject/subject.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "allocator/registry.h"
#include "driver/subject/installed.h"
#include "driver/subject/libc.h"

/* The same allocator with the same options, whatever it was called. */
static bool is_same(const struct subject *a, const struct subject *b)
{
    return a->policy == b->policy &&
           memcmp(a->values, b->values, sizeof a->values) == 0;
}

static bool contains(const struct subject *list, size_t n,
                     const struct subject *one)
{
    size_t i = 0;
    while (i < n && !is_same(&list[i], one)) {
        i++;
    }
    return i < n;
}

/* Two libraries of one name are told apart by the ends of their paths. */
static void make_label_unique(const struct subject *list, size_t n,
                              struct subject *one)
{
    for (size_t i = 0; i < n; i++) {
        if (strcmp(list[i].label, one->label) == 0) {
            size_t length = strlen(one->given), most = sizeof one->label - 1;
            strcpy(one->label,
                   one->given + (length > most ? length - most : 0));
            return;
        }
    }
}

/* Appends one subject that is not there yet; 0 or -1. */
static int append(struct subject **list, size_t *n, struct subject *one,
                  const char *given, char *message, size_t room)
{
    if (contains(*list, *n, one)) {
        return 0;
    }
    snprintf(one->given, sizeof one->given, "%s", given);
    make_label_unique(*list, *n, one);
    struct subject *larger = realloc(*list, (*n + 1) * sizeof *larger);
    if (larger == NULL) {
        snprintf(message, room, "out of memory");
        return -1;
    }
    larger[(*n)++] = *one;
    *list = larger;
    return 0;
}

static struct subject plain(const struct policy *policy)
{
    struct subject subject = {.policy = policy};
    char ignored[8];
    snprintf(subject.label, sizeof subject.label, "%s", policy->name);
    snprintf(subject.given, sizeof subject.given, "%s", policy->name);
    policy_set_options(policy, NULL, subject.values, ignored, sizeof ignored);
    return subject;
}

struct subject subject_libc(void)
{
    struct subject subject = plain(&libc_policy);
    subject.kind = SUBJECT_FOREIGN;
    subject.foreign = &libc_foreign;
    return subject;
}

bool subject_is_libc(const struct subject *subject)
{
    return subject->policy == &libc_policy;
}

struct subject subject_default(void)
{
    return plain(registry_default());
}

static int append_all(struct subject **list, size_t *n, char *message,
                      size_t room)
{
    for (size_t i = 0; registry_at(i) != NULL; i++) {
        struct subject one = plain(registry_at(i));
        if (append(list, n, &one, one.label, message, room) != 0) {
            return -1;
        }
    }
    return 0;
}

/* Whether options follow the name of what has none, and is no policy. */
static bool has_vain_options(const char *item, size_t name_length)
{
    char name[sizeof((struct subject *)0)->label];
    snprintf(name, sizeof name, "%.*s", (int)name_length, item);
    return item[name_length] == ':' &&
           (strcmp(name, "all") == 0 || strcmp(name, libc_policy.name) == 0 ||
            installed_is_name(name));
}

/* Parses one item of the list. */
static int parse_item(const char *item, struct subject **list, size_t *n,
                      char *message, size_t room)
{
    if (strcmp(item, "all") == 0) {
        return append_all(list, n, message, room);
    }
    if (strcmp(item, libc_policy.name) == 0) {
        struct subject libc = subject_libc();
        return append(list, n, &libc, item, message, room);
    }
    if (installed_is_name(item)) {
        struct subject installed;
        return installed_open(item, &installed, message, room) == 0
                   ? append(list, n, &installed, item, message, room)
                   : -1;
    }
    struct subject one = {.kind = SUBJECT_POLICY};
    if (strlen(item) >= sizeof one.label) {
        snprintf(message, room, "policy name too long: '%.40s...'", item);
        return -1;
    }
    size_t name_length = strcspn(item, ":");
    if (has_vain_options(item, name_length)) {
        snprintf(message, room, "%.*s takes no options, got '%s'",
                 (int)name_length, item, item + name_length + 1);
        return -1;
    }
    struct policy_choice choice;
    if (policy_choose(item, &choice, message, room) != 0) {
        return -1;
    }
    memcpy(one.label, item, strlen(item) + 1);
    one.policy = choice.policy;
    memcpy(one.values, choice.values, sizeof one.values);
    return append(list, n, &one, item, message, room);
}

/* Bytes up to the next comma that stands in no braces. */
static size_t part_length(const char *text)
{
    size_t length = 0;
    for (bool inside = false; text[length] != '\0'; length++) {
        if (text[length] == ',' && !inside) {
            break;
        }
        inside = text[length] == '{' || (inside && text[length] != '}');
    }
    return length;
}

size_t subject_item_length(const char *text)
{
    size_t length = part_length(text);
    while (text[length] == ',') {
        const char *next = text + length + 1;
        size_t part = part_length(next);
        if (memchr(next, '=', part) == NULL || memchr(next, ':', part)) {
            break;
        }
        length += 1 + part;
    }
    return length;
}

int subject_parse_list(const char *text, struct subject **list, size_t *n,
                       char *message, size_t room)
{
    for (;;) {
        size_t length = subject_item_length(text);
        char *item = strndup(text, length);
        if (item == NULL) {
            snprintf(message, room, "out of memory");
            return -1;
        }
        int status = parse_item(item, list, n, message, room);
        free(item);
        if (status != 0 || text[length] == '\0') {
            return status;
        }
        text += length + 1;
    }
}
